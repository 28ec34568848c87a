import { constants } from 'node:fs';
import { lstat, open, readdir, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from './kinds';
import { phrase, WordedError } from '../shared/phrase';

/** Deeper folders are none that this product makes. */
const MOST_LEVELS = 64;

/**
 * Removes a folder with all that is in it and never follows a link: a folder that is swapped for a
 * link meanwhile is refused, not entered. Nothing where there is nothing. Rejects
 * when the path is no folder, with the signal's reason, or as the system does.
 */
export async function removeTree(folder: string, signal?: AbortSignal): Promise<void> {
  await remove(folder, 0, signal).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
}

async function remove(folder: string, level: number, signal?: AbortSignal): Promise<void> {
  if (level > MOST_LEVELS)
    throw new WordedError(phrase`${folder} is nested too deeply to be removed.`);
  await entered(folder, async (inside) => {
    for (const name of await readdir(inside)) {
      signal?.throwIfAborted();
      await removeEntry(path.join(inside, name), level, signal).catch((error: unknown) => {
        // Another process of ours may be removing the same folder.
        if (codeOf(error) !== 'ENOENT') throw error;
      });
    }
  });
  await rmdir(folder);
}

async function removeEntry(entry: string, level: number, signal?: AbortSignal): Promise<void> {
  if ((await lstat(entry)).isDirectory()) await remove(entry, level + 1, signal);
  else await unlink(entry);
}

/**
 * Works inside a folder that stays the same one, whatever its path leads to meanwhile. Linux names
 * an open folder by its number; elsewhere the path is looked at before it is used.
 */
async function entered(folder: string, work: (inside: string) => Promise<void>): Promise<void> {
  if (process.platform !== 'linux') {
    if (!(await lstat(folder)).isDirectory())
      throw new WordedError(phrase`${folder} is not a folder.`);
    return work(folder);
  }
  const handle = await open(
    folder,
    constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
  );
  try {
    await work(`/proc/self/fd/${handle.fd}`);
  } finally {
    await handle.close();
  }
}
