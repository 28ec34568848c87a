import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { DegradationEstimate } from '../../shared/previewProtocol';
import { estimateDegradation } from '../estimate/estimateDegradation';
import { decodeSource, type DecodedSource } from '../image/decode';
import { PixelFile, type PixelFileInfo } from '../image/pixelFile';
import { writeKept } from './keptFiles';
import type { Words } from '../../shared/phrase';

type StoredFile = { readonly name: string; readonly info: PixelFileInfo };
type Stored = {
  readonly rgb: StoredFile;
  readonly alpha?: StoredFile;
  readonly invisible: boolean;
  /** What the person should know of the file. */
  readonly notes: readonly Words[];
};

export type KeptSource = DecodedSource & Pick<Stored, 'notes'>;

const RECORD = 'source.json';

/**
 * A decoded picture from a `keptFolder`, decoded into it the first time: a large one takes a second,
 * and each move of the view asks for it. The caller closes it.
 */
export async function keptSource(input: string, folder: string): Promise<KeptSource> {
  const stored = await readRecord<Stored>(path.join(folder, RECORD));
  if (stored) {
    const rgb = await reopened(folder, stored.rgb);
    return {
      rgb,
      alpha: stored.alpha && (await reopened(folder, stored.alpha)),
      invisible: stored.invisible,
      notes: stored.notes,
    };
  }
  const decoded = await decodeSource(input, folder);
  const { rgb, alpha, invisible = false, notes } = decoded;
  // Of a transparent picture only the planes are read from here on.
  if (path.basename(rgb.path) !== SOURCE) await rm(path.join(folder, SOURCE), { force: true });
  const record: Stored = {
    rgb: storedOf(rgb),
    ...(alpha ? { alpha: storedOf(alpha) } : {}),
    invisible,
    notes,
  };
  await writeKept(folder, RECORD, Buffer.from(JSON.stringify(record)));
  return decoded;
}

/** The estimate of a kept picture, or of a variant of it, made once. */
export async function keptEstimate(
  rgb: PixelFile,
  folder: string,
  variant: string,
): Promise<DegradationEstimate> {
  const name = `estimate${variant}.json`;
  const known = await readRecord<DegradationEstimate>(path.join(folder, name));
  if (known) return known;
  const estimate = await estimateDegradation(rgb);
  await writeKept(folder, name, Buffer.from(JSON.stringify(estimate)));
  return estimate;
}

/** libvips' file, as the decoder writes it. */
const SOURCE = 'source.v';

const storedOf = ({ path: file, info }: PixelFile): StoredFile => ({
  name: path.basename(file),
  info,
});

const reopened = (folder: string, { name, info }: StoredFile): Promise<PixelFile> =>
  name === SOURCE
    ? PixelFile.openVips(path.join(folder, name))
    : PixelFile.openCreated(path.join(folder, name), info);

/** This process's own record; a folder of scratch files is nobody else's. */
async function readRecord<T>(file: string): Promise<T | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
