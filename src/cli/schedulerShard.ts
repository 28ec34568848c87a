import { parseShard } from '../batch/shard';
import type { Shard } from '../batch/records';

/** A shard, and which variables said so. */
export type ScheduledShard = Shard & { readonly from?: string };

type Scheduler = {
  readonly name: string;
  readonly index: string;
  /** Missing where there is none that holds also when a part is run again. */
  readonly count?: string;
  /** The index of the first. */
  readonly base: 0 | 1;
};

/**
 * What schedulers tell their parts. GitHub Actions has expressions instead of variables. Slurm's own
 * count is another one when only some parts are submitted again, and Kubernetes has none.
 */
export const SCHEDULERS: readonly Scheduler[] = [
  { name: 'GitLab', index: 'CI_NODE_INDEX', count: 'CI_NODE_TOTAL', base: 1 },
  { name: 'CircleCI', index: 'CIRCLE_NODE_INDEX', count: 'CIRCLE_NODE_TOTAL', base: 0 },
  {
    name: 'Buildkite',
    index: 'BUILDKITE_PARALLEL_JOB',
    count: 'BUILDKITE_PARALLEL_JOB_COUNT',
    base: 0,
  },
  {
    name: 'Azure Pipelines',
    index: 'SYSTEM_JOBPOSITIONINPHASE',
    count: 'SYSTEM_TOTALJOBSINPHASE',
    base: 1,
  },
  {
    name: 'Bitbucket',
    index: 'BITBUCKET_PARALLEL_STEP',
    count: 'BITBUCKET_PARALLEL_STEP_COUNT',
    base: 0,
  },
  { name: 'Semaphore', index: 'SEMAPHORE_JOB_INDEX', count: 'SEMAPHORE_JOB_COUNT', base: 1 },
  {
    name: 'AWS Batch',
    index: 'AWS_BATCH_JOB_ARRAY_INDEX',
    count: 'AWS_BATCH_JOB_ARRAY_SIZE',
    base: 0,
  },
  { name: 'Cloud Run', index: 'CLOUD_RUN_TASK_INDEX', count: 'CLOUD_RUN_TASK_COUNT', base: 0 },
  { name: 'Kubernetes', index: 'JOB_COMPLETION_INDEX', base: 0 },
  { name: 'Slurm', index: 'SLURM_ARRAY_TASK_ID', base: 1 },
];

/** A shard that can't be told. The message says what to do. */
export class ShardError extends Error {}

/**
 * Reads "2/3", or "auto" and "auto/3", for which the scheduler's variables say which part this is.
 * Throws a `ShardError` for what is neither, and for what is ambiguous: it must be the same part when
 * it is run again.
 */
export function readShard(text: string, env: NodeJS.ProcessEnv): ScheduledShard {
  const [, told] = /^auto(?:\/(\d{1,4}))?$/.exec(text.trim()) ?? [undefined, undefined];
  if (!text.trim().startsWith('auto')) {
    const shard = parseShard(text);
    if (shard) return shard;
    throw new ShardError('It must be a shard and their number, such as 2/3, or auto.');
  }
  if (!/^auto(\/\d{1,4})?$/.test(text.trim()))
    throw new ShardError('It must be auto, or auto and the number of shards, such as auto/8.');
  const found = SCHEDULERS.filter(({ index }) => isSet(env[index]));
  const [scheduler, other] = found;
  if (!scheduler)
    throw new ShardError(
      'No scheduler tells which shard this is. Give the shard and their number, such as 2/3.',
    );
  if (other)
    throw new ShardError(
      `Both ${scheduler.index} and ${other.index} are set. Give the shard and their number, such ` +
        'as 2/3.',
    );
  return shardOf(scheduler, told === undefined ? undefined : Number(told), env);
}

function shardOf(
  { name, index, count: counter, base }: Scheduler,
  told: number | undefined,
  env: NodeJS.ProcessEnv,
): ScheduledShard {
  const number = (variable: string): number => {
    const value = env[variable]?.trim() ?? '';
    if (/^\d{1,4}$/.test(value)) return Number(value);
    throw new ShardError(`${variable} is "${value.slice(0, 40)}", which is no number.`);
  };
  const counted = counter !== undefined && isSet(env[counter]) ? number(counter) : undefined;
  if (counted === undefined && told === undefined)
    throw new ShardError(
      `${name} does not tell how many shards there are. Say it: auto/8 for eight of them.`,
    );
  if (counted !== undefined && told !== undefined && counted !== told)
    throw new ShardError(`${counter ?? ''} is ${counted}, and ${told} were given.`);
  const count = counted ?? told ?? 0;
  const shard = number(index) - base + 1;
  if (shard < 1 || shard > count)
    throw new ShardError(
      `${index} is ${number(index)}; with ${count} shards it must be ${base} to ${count - 1 + base}.`,
    );
  return {
    index: shard,
    count,
    from: counted === undefined ? index : `${index} and ${counter ?? ''}`,
  };
}

const isSet = (value: string | undefined): boolean => value !== undefined && value.trim() !== '';
