import { liesIn, realTarget } from '../../files/paths';
import type { Shard } from '../records';

/** What a run reads and writes; absolute paths with every link followed. */
export type RunScope = {
  /** Folders and files that it takes its sources from. */
  readonly sources: readonly string[];
  /** The folder that its results lie in. */
  readonly outputRoot: string;
  readonly shard?: Shard;
};

/** The scope of a run. Sources that are globs lie somewhere in the root. */
export async function scopeOf({
  root,
  outputRoot,
  inputs,
  shard,
}: {
  readonly root: string;
  readonly outputRoot: string;
  readonly inputs: readonly string[];
  readonly shard?: Shard;
}): Promise<RunScope> {
  const real = async (file: string): Promise<string> => (await realTarget(file)) ?? file;
  const sources = inputs.map((input) => (liesIn(root, input) ? input : root));
  return {
    sources: [...new Set(await Promise.all(sources.map(real)))],
    outputRoot: await real(outputRoot),
    ...(shard ? { shard } : {}),
  };
}

/**
 * Whether two runs get into each other's way: the results of one may lie where those of the other
 * do, or be its sources. Shards of one set share out the work, so they do not.
 */
export function collide(a: RunScope, b: RunScope): boolean {
  if (areDifferentShards(a, b)) return false;
  return (
    overlap([a.outputRoot], [b.outputRoot]) ||
    overlap([a.outputRoot], b.sources) ||
    overlap(a.sources, [b.outputRoot])
  );
}

const overlap = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) => others.some((other) => liesIn(one, other) || liesIn(other, one)));

const areDifferentShards = (a: RunScope, b: RunScope): boolean =>
  a.shard !== undefined &&
  b.shard !== undefined &&
  a.shard.count === b.shard.count &&
  a.shard.index !== b.shard.index &&
  a.outputRoot === b.outputRoot;
