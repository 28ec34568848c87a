import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { changeSetting, engineError } from '../errors';
import { byteWords } from '../../shared/byteText';
import { phrase } from '../../shared/phrase';

/** What should stay free on the disk, in bytes. */
const RESERVE = 200e6;

/**
 * Bytes that this user may still write on the disk of a folder, which need not exist yet. Rejects
 * with `output-unwritable`.
 */
export async function freeBytes(folder: string): Promise<number> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const info = await statfs(at).catch(() => undefined);
    if (info) return info.bavail * info.bsize;
    if (at === path.dirname(at))
      throw engineError('output-unwritable', {
        message: phrase`No disk was found for ${folder}.`,
        hint: phrase`Choose another folder for the models.`,
      });
  }
}

/**
 * Rejects with `disk-full` unless so many bytes, and a reserve of 200 MB, can be written below a
 * folder.
 */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const free = await freeBytes(folder);
  if (bytes + RESERVE <= free) return;
  throw engineError('disk-full', {
    message: phrase`${folder} has ${byteWords(free)} left where ${byteWords(bytes + RESERVE)} are needed.`,
    hint: phrase`A folder on another disk does, too.`,
    remedies: [{ kind: 'free-space', folder }, changeSetting('modelStore')],
  });
}
