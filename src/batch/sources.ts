import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../files/kinds';
import { reallyLiesIn } from '../files/paths';
import { named } from '../files/systemError';
import { RpcError } from '../shared/rpc';
import { inParallel } from '../shared/inParallel';

/** What has become of sources. What is in neither is gone. */
export type Sources = {
  readonly there: ReadonlySet<string>;
  /** Nobody can say whether they are there, and why: only a system that says "nothing" is believed. */
  readonly unknown: ReadonlyMap<string, RpcError>;
};

const AT_A_TIME = 8;

/** Looks for sources, relative to the root. Rejects only when the signal aborts. */
export async function lookForSources(
  root: string,
  inputs: readonly string[],
  signal?: AbortSignal,
): Promise<Sources> {
  const there = new Set<string>();
  const unknown = new Map<string, RpcError>();
  await inParallel(inputs, AT_A_TIME, async (input) => {
    signal?.throwIfAborted();
    const file = path.join(root, input);
    try {
      if (await isThere(root, file)) there.add(input);
    } catch (error) {
      if (!isMissing(error)) unknown.set(input, RpcError.from(named(error, file)));
    }
  });
  return { there, unknown };
}

/** Rejects as the system does, also where it says that there is nothing. */
async function isThere(root: string, file: string): Promise<boolean> {
  const info = await lstat(file);
  // A folder of the source's name is another thing.
  const isFolder = (info.isSymbolicLink() ? await stat(file) : info).isDirectory();
  return !isFolder && (await reallyLiesIn(root, file));
}

/** Whether the system says that nothing lies at a source's path; where it can't tell, it does not. */
export const isGone = (root: string, input: string): Promise<boolean> =>
  lstat(path.join(root, input)).then(() => false, isMissing);
