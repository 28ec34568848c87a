import { createHash } from 'node:crypto';
import type { Shard } from './records';

/**
 * The shard that an input belongs to, 1 … count: by its path alone, so that every machine comes to
 * the same result.
 */
export function shardOf(input: string, count: number): number {
  return (createHash('sha256').update(input).digest().readUInt32BE() % count) + 1;
}

/** Reads "2/3"; undefined when it is not that. */
export function parseShard(text: string): Shard | undefined {
  const [, index, count] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text.trim()) ?? []).map(Number);
  return index !== undefined && count !== undefined && index >= 1 && index <= count
    ? { index, count }
    : undefined;
}
