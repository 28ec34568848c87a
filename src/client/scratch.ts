import { randomUUID } from 'node:crypto';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isGone } from '../files/holder';
import { privateFolder, privateFolders } from '../files/privateFolder';
import { readSmallText } from '../files/readSmall';
import { removeTree } from '../files/removeTree';
import { removeScratch } from '../files/scratchFolder';
import { isAlive, processStart } from '../files/processStart';
import { named } from '../files/systemError';
import { RpcError } from '../shared/rpc';
import { phrase } from '../shared/phrase';

/**
 * Where scratch folders lie: a folder of this user's own, so that nobody else can put anything
 * there. Its name is known, so that a later process finds what a killed one left.
 */
const ROOT_NAME = `pisa-upscale-${process.getuid?.() ?? 'user'}`;
/** A scratch folder's name begins with the number of the process that made it. */
const NAME = /^(\d{1,10})-[0-9a-f-]{36}$/;
/**
 * Who made a scratch folder: when the process was started, since its number alone may be another's
 * later.
 */
const OWNER = 'owner.txt';
/** Clocks that tell of this process's start and of a file differ by less. */
const CLOCKS_MS = 5000;
/** A moment: nothing of ours says more. */
const WORD_LIMIT = 16 * 2 ** 10;

/**
 * Makes an empty scratch folder that this process owns. Rejects with an `RpcError` that says why
 * there is no place for temporary files.
 */
export async function makeScratch(id: string = randomUUID()): Promise<string> {
  const place = path.join(os.tmpdir(), ROOT_NAME);
  try {
    const root = await privateFolder(os.tmpdir(), ROOT_NAME);
    return await ownedFolder(path.join(root, `${process.pid}-${id}`));
  } catch (error) {
    const { code, message, remedies, detail } = RpcError.from(named(error, place));
    throw new RpcError({
      code,
      message: phrase`There is no place for temporary files: ${message}`,
      hint: phrase`Set the environment variable TMPDIR (TEMP on Windows) to another folder that can be written to.`,
      remedies,
      ...(detail === undefined ? {} : { detail }),
    });
  }
}

async function ownedFolder(directory: string): Promise<string> {
  await mkdir(directory, { mode: 0o700 });
  try {
    await writeFile(path.join(directory, OWNER), processStart(process.pid), 'utf8');
  } catch (error) {
    await removeTree(directory).catch(() => undefined);
    throw error;
  }
  return directory;
}

/**
 * Removes scratch folders whose owner is no longer alive, and the files beside a target that they
 * tell of: what a killed editor left behind. Looks only into folders that are this user's own.
 * What can't be removed is left; never rejects.
 */
export async function sweepStaleScratch(signal?: AbortSignal): Promise<void> {
  for (const root of await privateFolders(os.tmpdir(), ROOT_NAME)) {
    for (const name of await readdir(root).catch(() => [])) {
      if (signal?.aborted) return;
      const pid = Number(NAME.exec(name)?.[1] ?? Number.NaN);
      if (Number.isNaN(pid)) continue;
      const folder = path.join(root, name);
      await removeIfStale(folder, pid, signal).catch(() => undefined);
    }
  }
}

async function removeIfStale(folder: string, pid: number, signal?: AbortSignal): Promise<void> {
  if (await isOwned(folder, pid, signal)) return;
  await removeScratch(folder, signal);
}

/**
 * Whether the process lives that made a scratch folder. Where the word of its start is empty, since
 * the system has none or since it is just being written, a process that began after that word is
 * another; where the word is missing, the number counts.
 */
async function isOwned(folder: string, pid: number, signal?: AbortSignal): Promise<boolean> {
  const options = { limit: WORD_LIMIT, ...(signal ? { signal } : {}) };
  const file = path.join(folder, OWNER);
  const started = await readSmallText(file, options).catch(() => undefined);
  if (started !== '') return isAlive(pid, started ?? processStart(pid));
  const { mtime } = await stat(file);
  if (pid === process.pid) return mtime.getTime() > performance.timeOrigin - CLOCKS_MS;
  const since = mtime.toISOString();
  return !(await isGone({ pid, host: os.hostname(), started, boot: '', since, token: folder }));
}
