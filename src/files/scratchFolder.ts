import { unlink } from 'node:fs/promises';
import path from 'node:path';
import { BESIDE_TARGET, isTemporaryName, PALETTE_SUFFIX } from '../shared/temporaryFiles';
import { readSmallText } from './readSmall';
import { removeTree } from './removeTree';

/** A path: nothing of ours says more. */
const WORD_LIMIT = 16 * 2 ** 10;

/** Removes a job's scratch folder, and the file beside the target that it tells of. */
export async function removeScratch(folder: string, signal?: AbortSignal): Promise<void> {
  const word = await readSmallText(path.join(folder, BESIDE_TARGET), {
    limit: WORD_LIMIT,
    ...(signal ? { signal } : {}),
  }).catch(() => '');
  const beside = word.trim();
  if (path.isAbsolute(beside) && isTemporaryName(path.basename(beside)))
    await removeTemporary(beside);
  await removeTree(folder, signal);
}

/** Removes a temporary file beside a target, and its variant; what is no file is left alone. */
export async function removeTemporary(file: string): Promise<void> {
  for (const each of [file, file + PALETTE_SUFFIX]) await unlink(each).catch(() => undefined);
}
