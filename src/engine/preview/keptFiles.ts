import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { writeScratch } from './scratchFile';

/** What is kept of one version of a picture, in a panel's scratch folder. */
const PREFIX = 'kept-';
/** Layers on disk for each panel; what was used longest ago goes first. */
const MOST_BYTES = 384 * 2 ** 20;

/**
 * The folder for one version of a picture; those of other versions and pictures are removed. It
 * outlives the engine: a panel that moves its view finds there what was computed before.
 */
export async function keptFolder(scratch: string, input: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(input);
  const identity = createHash('sha256').update([input, ino, size, mtimeMs].join('|')).digest('hex');
  const name = PREFIX + identity.slice(0, 16);
  for (const other of await readdir(scratch))
    if (other.startsWith(PREFIX) && other !== name)
      await rm(path.join(scratch, other), { recursive: true, force: true });
  const folder = path.join(scratch, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A kept file of that length; undefined for none. It counts as used now. */
export async function readKept(
  folder: string,
  name: string,
  length: number,
): Promise<Uint8Array | undefined> {
  const file = path.join(folder, name);
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes?.length !== length) return undefined;
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
  return bytes;
}

/** Keeps a file, whole or not at all. */
export async function writeKept(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const file = path.join(folder, name);
  await writeScratch(`${file}.part`, bytes);
  await rename(`${file}.part`, file);
}

/** Removes the layers (`*.layers`) that were used longest ago, down to the limit. */
export async function trimKept(folder: string, most = MOST_BYTES): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder))
      .filter((name) => name.endsWith('.layers'))
      .map(async (name) => {
        const file = path.join(folder, name);
        const { size, mtimeMs } = await stat(file);
        return { file, size, mtimeMs };
      }),
  );
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (bytes <= most) return;
    await rm(file, { force: true });
    bytes -= size;
  }
}
