import { InvalidArgumentError } from 'commander';
import { readShard, ShardError, type ScheduledShard } from './schedulerShard';

/** What the command line says about batches. */
export type BatchOptions = {
  /** A file; false for none, also where one lies. */
  readonly recipe?: string | false;
  readonly dryRun?: boolean;
  readonly check?: boolean;
  readonly shard?: ScheduledShard;
  readonly mergeLock?: boolean;
  readonly force?: boolean;
  /** Wait while another run is in the way. */
  readonly wait?: boolean;
  /** Go on whenever something changes. */
  readonly watch?: boolean;
  readonly gitignore: boolean;
  readonly exclude: readonly string[];
  readonly minSide: number;
};

/** Reads "2/3", or "auto" with what the scheduler says. */
export function shard(text: string): ScheduledShard {
  try {
    return readShard(text, process.env);
  } catch (error) {
    if (error instanceof ShardError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
