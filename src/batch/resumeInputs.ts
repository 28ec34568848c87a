import { realpath } from 'node:fs/promises';
import path from 'node:path';

/**
 * What an interrupted run was about, absolute: its `inputs`, relative to `root`, as long as all of
 * them are there and none leads out of `root` by now, through a link that nobody named; else all of
 * `root`, where links out of it are left alone.
 */
export async function resumeInputs(
  root: string,
  inputs: readonly string[] | undefined,
): Promise<readonly string[]> {
  try {
    const whole = await realpath(root);
    const found = (inputs ?? []).map((input) => path.join(root, input));
    for (const input of found)
      if (!(await realpath(input)).startsWith(whole + path.sep)) return [root];
    return found.length === 0 ? [root] : found;
  } catch {
    return [root];
  }
}
