import { unlink } from 'node:fs/promises';
import path from 'node:path';
import { Place } from '../files/place';
import { RpcError } from '../shared/rpc';
import { resultHash } from './hash';
import { isGone, lookForSources } from './sources';
import type { Plan, Records } from './types';

/** A result whose source is gone. */
export type Orphan = { readonly output: string; readonly removed: boolean };

/**
 * Removes results of which the source is gone, and names them. What somebody has changed since
 * stays, and so does what no rule makes any more: a lock alone names nothing to remove. Without
 * `remove` they are only named. Those that have gone already are left out, and so are those whose source
 * is back or can't be looked for. What can't be read stays, and is named.
 */
export async function sweepOrphans(
  { root, outputRoot, allowed, orphans, leftovers = [] }: Plan,
  known: Records,
  remove: boolean,
): Promise<readonly Orphan[]> {
  const unmade = new Set(leftovers);
  const back = await sourcesBack({ root, orphans }, known);
  const swept: Orphan[] = [];
  for (const output of orphans) {
    const record = known[output];
    const hash = await resultHash(outputRoot, output).catch((error: unknown) =>
      RpcError.from(error),
    );
    if (record === undefined || hash === undefined || back.has(record.input)) continue;
    const isOurs =
      hash === record.outputHash && !unmade.has(output) && (await isGone(root, record.input));
    swept.push({
      output,
      removed: remove && isOurs && (await removed(path.join(outputRoot, output), allowed)),
    });
  }
  return swept;
}

/** Sources that were gone when a plan was made, and are there again, or may be. */
export async function sourcesBack(
  { root, orphans }: Pick<Plan, 'root' | 'orphans'>,
  known: Records,
): Promise<ReadonlySet<string>> {
  const inputs = new Set(orphans.flatMap((output) => known[output]?.input ?? []));
  const { there, unknown } = await lookForSources(root, [...inputs]);
  return new Set([...there, ...unknown.keys()]);
}

/** What can't be removed, or is no ordinary file in the folder, stays. */
async function removed(file: string, within: string): Promise<boolean> {
  try {
    const place = await Place.find({ path: file, within });
    if ((await place.occupant()) !== 'file') return false;
    await unlink(place.real);
    return true;
  } catch {
    return false;
  }
}
