import { mkdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { whileLocked } from '../files/processLock';
import { agreedRecords } from './agreedRecords';
import { unfinishedRuns, type Unfinished } from './journal';
import { sourcesBack } from './orphans';
import {
  LOCK_NAME,
  lockPartName,
  lockParts,
  readRecords,
  RecordsError,
  writeRecords,
  type Shard,
} from './records';
import type { Plan, Records } from './types';

/**
 * The engine of a process that was just killed may still be moving its last result to its place.
 */
const LAST_MOVE_MS = 400;

export type StoreOptions = {
  /** Where journals are, and the records of folders without a recipe. Absolute. */
  readonly stateFolder: string;
  readonly outputRoot: string;
  /** The recipe's folder; undefined without a recipe. */
  readonly lockFolder: string | undefined;
  readonly shard?: Shard;
  /** The plan covers everything that the lock is about. */
  readonly isWhole: boolean;
  /** Learns why the state folder, which is a cache, can't be read or written. */
  readonly onTrouble: (error: unknown) => void;
};

type LockFile = { readonly file: string; readonly records: Records };

/**
 * What is known of outputs: the lock beside the recipe, else a file in the state folder; and what
 * killed runs left.
 */
export class BatchStore {
  private recovered: Unfinished | undefined;
  /** Locks of shards that a run of the whole takes in, as they were read. */
  private taken: readonly LockFile[] = [];

  constructor(private readonly options: StoreOptions) {}

  /** Where journals lie: shards that run at once, perhaps on many machines, have their own. */
  get journalFolder(): string {
    const { stateFolder, shard } = this.options;
    return shard ? path.join(stateFolder, `shard-${shard.index}-of-${shard.count}`) : stateFolder;
  }

  /** Everything known; also what a killed run finished. */
  async load(signal?: AbortSignal): Promise<Records> {
    const { shard, outputRoot } = this.options;
    const own = await this.unlessCache(() => readRecords(this.file, signal), signal);
    const others = await this.otherLocks(signal);
    this.taken = shard ? [] : others;
    const known = await agreedRecords(
      [own ?? {}, ...others.map(({ records }) => records)],
      outputRoot,
      signal,
    );
    this.recovered = await unfinishedRuns(this.journalFolder, outputRoot, signal);
    if (this.recovered) {
      await delay(LAST_MOVE_MS, undefined, signal ? { signal } : {});
      this.recovered = await unfinishedRuns(this.journalFolder, outputRoot, signal);
    }
    return { ...known, ...this.recovered?.records };
  }

  /**
   * Other locks beside the recipe: of all shards for the whole; for a shard the whole one and those
   * of other partitions, since its neighbors' are of other sources.
   */
  private async otherLocks(signal: AbortSignal | undefined): Promise<readonly LockFile[]> {
    const { lockFolder, shard } = this.options;
    if (lockFolder === undefined) return [];
    const parts = (await lockParts(lockFolder)).filter(({ count }) => count !== shard?.count);
    const names = [...(shard ? [LOCK_NAME] : []), ...parts.map(({ name }) => name)];
    return Promise.all(
      names.map(async (name) => {
        const file = path.join(lockFolder, name);
        return { file, records: await readRecords(file, signal) };
      }),
    );
  }

  /** The run that was killed, when `load` found one. */
  get unfinished(): Unfinished | undefined {
    return this.recovered;
  }

  /**
   * Keeps what a killed run finished and forgets the run. Another process may have done so since
   * `load`, and have made more of it.
   */
  async settle(): Promise<void> {
    if (!this.recovered) return;
    const recovered = await unfinishedRuns(this.journalFolder, this.options.outputRoot);
    if (recovered) {
      await this.change((now) => ({ ...now, ...recovered.records }));
      await forget(recovered);
    }
    this.recovered = undefined;
  }

  /**
   * Writes what is known after a run. The lock of a whole plan holds its outputs and nothing else,
   * as does a shard's; other records are kept, since the next plan may be of another folder. So are
   * those of sources that are left alone or can't be read now, as pointers of Git LFS, and of those
   * that are back since they were missed: nobody knows what has become of them.
   */
  async save(plan: Plan, known: Records): Promise<void> {
    const { lockFolder, isWhole, shard } = this.options;
    const outputs = new Set(
      plan.items.flatMap(({ output, refusedOutput = [] }) =>
        output === '' ? refusedOutput : output,
      ),
    );
    const { items, unasked = [] } = plan;
    const unjudged = new Set([...unasked, ...items.flatMap(({ recorded = [] }) => recorded)]);
    const back = await sourcesBack(plan, known);
    await this.change((now) =>
      lockFolder === undefined || (!isWhole && !shard)
        ? { ...now, ...known }
        : Object.fromEntries(
            Object.entries(known).filter(
              ([output, { input }]) =>
                outputs.has(output) || unjudged.has(output) || back.has(input),
            ),
          ),
    );
    for (const part of this.taken) await removeUnchanged(part);
    this.taken = [];
    if (this.recovered) await forget(this.recovered);
    this.recovered = undefined;
  }

  /** Reads and writes in one: shards without a recipe have one file, and may end at once. */
  private async change(to: (now: Records) => Records): Promise<void> {
    const { lockFolder, stateFolder } = this.options;
    const write = async (): Promise<void> =>
      writeRecords(this.file, to(await readRecords(this.file)));
    if (lockFolder !== undefined) return write();
    await this.unlessCache(async () => {
      await mkdir(stateFolder, { recursive: true });
      await whileLocked(`${this.file}.lock`, write);
    });
  }

  /** A lock must be read and written; what the system says of the cache is only told. */
  private async unlessCache<T>(
    work: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (this.options.lockFolder !== undefined || error instanceof RecordsError) throw error;
      this.options.onTrouble(error);
      return undefined;
    }
  }

  private get file(): string {
    const { lockFolder, shard, stateFolder } = this.options;
    if (lockFolder === undefined) return path.join(stateFolder, 'outputs.json');
    return path.join(lockFolder, shard ? lockPartName(shard) : LOCK_NAME);
  }
}

/** A shard elsewhere may have written its lock anew since it was read; then it stays. */
async function removeUnchanged({ file, records }: LockFile): Promise<void> {
  const now = await readRecords(file).catch(() => undefined);
  if (JSON.stringify(now) === JSON.stringify(records)) await unlink(file).catch(() => undefined);
}

/** Journals that can't be removed are read again the next time, which does no harm. */
async function forget({ files }: Unfinished): Promise<void> {
  for (const file of files) await unlink(file).catch(() => undefined);
}
