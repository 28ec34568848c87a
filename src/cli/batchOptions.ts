import { InvalidArgumentError } from 'commander';
import { parseShard } from '../batch/shard';
import type { Shard } from '../batch/records';

/** What the command line says about batches. */
export type BatchOptions = {
  /** A file; false for none, also where one lies. */
  readonly recipe?: string | false;
  readonly dryRun?: boolean;
  readonly check?: boolean;
  readonly shard?: Shard;
  readonly mergeLock?: boolean;
  readonly force?: boolean;
  /** Wait while another run is in the way. */
  readonly wait?: boolean;
  readonly gitignore: boolean;
  readonly exclude: readonly string[];
  readonly minSide: number;
};

/** Reads "2/3". */
export function shard(text: string): Shard {
  const read = parseShard(text);
  if (!read) throw new InvalidArgumentError('It must be a shard and their number, such as 2/3.');
  return read;
}
