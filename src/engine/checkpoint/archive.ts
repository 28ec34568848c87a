import type { FileHandle } from 'node:fs/promises';
import yauzl from 'yauzl';
import { throwIfCancelled } from '../errors';
import { damaged, notWeights } from './damaged';
import { LIMITS, quoted } from './limits';
import { phrase, WordedError } from '../../shared/phrase';

/** Where an entry's bytes lie in an archive. */
export type Entry = { readonly offset: number; readonly length: number };

/** The archive's entries by name; each must be stored, inside the file, and overlap no other. */
export async function readDirectory(
  handle: FileHandle,
  file: string,
  signal: AbortSignal | undefined,
): Promise<{ entries: Map<string, Entry>; root: string }> {
  const magic = Buffer.alloc(2);
  await handle.read(magic, 0, 2, 0);
  if (magic.toString('latin1') !== 'PK')
    throw damaged(
      file,
      phrase`it is not a zip archive, which torch.save has written since version 1.6`,
    );
  const archive = await yauzl.openPromise(file, {
    validateEntrySizes: true,
    strictFileNames: true,
  });
  try {
    if (archive.entryCount > LIMITS.zipEntries)
      throw damaged(
        file,
        phrase`the archive claims ${archive.entryCount} entries; ${LIMITS.zipEntries} are allowed`,
      );
    const entries = new Map<string, Entry>();
    const compressed: string[] = [];
    let directoryBytes = 0;
    for await (const entry of archive.eachEntry()) {
      if (signal) throwIfCancelled(signal);
      const { fileNameLength, extraFieldLength, fileCommentLength } = entry;
      directoryBytes += fileNameLength + extraFieldLength + fileCommentLength;
      if (fileNameLength > LIMITS.nameBytes || directoryBytes > LIMITS.directoryBytes)
        throw damaged(file, phrase`the names in the archive are too long`);
      if (entry.compressionMethod !== 0 || entry.compressedSize !== entry.uncompressedSize) {
        compressed.push(entry.fileName);
        continue;
      }
      if (entries.has(entry.fileName))
        throw damaged(file, phrase`the entry ${quoted(entry.fileName)} is there twice`);
      const { fileDataStart } = await archive.readLocalFileHeaderPromise(entry, { minimal: true });
      entries.set(entry.fileName, { offset: fileDataStart, length: entry.uncompressedSize });
    }
    if (compressed.length > 0) throw whyCompressed(file, compressed, entries);
    refuseOverlaps(entries, file);
    const pickle = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
    const [name] = pickle;
    if (name === undefined) throw notWeights(file, OTHER_ARCHIVE);
    if (pickle.length > 1) throw damaged(file, phrase`the archive holds several data.pkl`);
    return { entries, root: name.slice(0, -'data.pkl'.length) };
  } finally {
    archive.close();
  }
}

function refuseOverlaps(entries: ReadonlyMap<string, Entry>, file: string): void {
  let end = 0;
  let last = '';
  for (const [name, entry] of [...entries]
    .filter(([, { length }]) => length > 0)
    .sort(([, a], [, b]) => a.offset - b.offset)) {
    if (entry.offset < end)
      throw damaged(file, phrase`the entries ${quoted(last)} and ${quoted(name)} overlap`);
    end = entry.offset + entry.length;
    last = name;
  }
}

export async function readEntry(handle: FileHandle, { offset, length }: Entry): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, offset);
  if (bytesRead !== length) throw new WordedError(phrase`it ends early`);
  return buffer;
}

/** Completes "… can't be used: …". */
export const TORCHSCRIPT = phrase`it is a TorchScript program, which holds code; save the state dict instead`;

const OTHER_ARCHIVE = phrase`the archive holds no data.pkl of torch; unpack it, and choose the model that is in it`;

/** What an archive with compressed entries is: torch stores weights, but compresses code. */
function whyCompressed(
  file: string,
  names: readonly string[],
  entries: ReadonlyMap<string, Entry>,
): Error {
  if (names.some((name) => /^[^/]+\/code\//.test(name))) return notWeights(file, TORCHSCRIPT);
  const all = [...names, ...entries.keys()];
  return all.some((name) => /^[^/]+\/data\.pkl$/.test(name))
    ? damaged(file, phrase`the entry ${quoted(names[0] ?? '')} is compressed`)
    : notWeights(file, OTHER_ARCHIVE);
}
