import path from 'node:path';
import type { EngineClient } from '../client/engineClient';
import { isOnlyServed, manifestScale, modelHash } from '../client/modelHash';
import { named } from '../files/systemError';
import { restorersAmong } from '../shared/pairs';
import { RpcError, wordsOf } from '../shared/rpc';
import type { DeviceChoice } from '../shared/settings';
import { BatchRun, type BatchEvent } from './batchRun';
import { limitsOf } from './itemCall';
import type { JournalHeader, Unfinished } from './journal';
import { KeptJournal } from './keptJournal';
import { sweepOrphans, type Orphan } from './orphans';
import { makePlan } from './plan';
import type { PlanRequest } from './planRequest';
import { isInnerPath } from './recordShape';
import type { RunEntry, RunPlace } from './runs/runEntry';
import {
  RunBusyError,
  type RunHold,
  type RunRegistry,
  type RunRequest,
  type WaitOptions,
} from './runs/runRegistry';
import { scopeOf } from './runs/scope';
import { RecordsError } from './records';
import { BatchStore } from './store';
import type { OutputRecord, Plan, Records, Report } from './types';
import { phrase } from '../shared/phrase';

export type BatchRequest = Omit<PlanRequest, 'records' | 'signal'> & {
  /** Absolute: where journals are kept, and the records of folders without a recipe. */
  readonly stateFolder: string;
  /** The recipe's folder: the lock lies there. */
  readonly lockFolder?: string;
  readonly device: DeviceChoice;
  /** The runs of this user, so that two of them do not get into each other's way. */
  readonly runs: RunRegistry;
  /** Where this one is started. */
  readonly place: RunPlace;
  /** Where models are, the embedded ones first, the store last. */
  readonly modelFolders: readonly string[];
  /** Learns, once, why what is made can't be remembered; the run goes on. */
  readonly onWarning?: (warning: RpcError) => void;
  /** Learns of results whose source is gone, after a run of all that a recipe is about. */
  readonly onOrphan?: (orphan: Orphan) => void;
  /**
   * Of one run after the other: results whose source is gone and which stay, with what the lock
   * said of them. A source that comes back, with another branch perhaps, finds its result again.
   */
  readonly remembered?: Map<string, OutputRecord>;
};

export type BatchClient = Pick<
  EngineClient,
  'inspect' | 'judge' | 'models' | 'precision' | 'upscale'
>;

/**
 * A folder's pictures, a selection or a workspace: makes a plan, carries it out, and remembers what
 * was made.
 */
export class Batch {
  private readonly store: BatchStore;
  private known: Records = {};
  private hold: Promise<RunHold> | undefined;
  /** It runs, tidies or settles: one thing at a time, whatever it has claimed. */
  private isAtWork = false;
  private hasWarned = false;
  private readonly isWholeRecipe: boolean;

  constructor(
    private readonly request: BatchRequest,
    private readonly client: BatchClient,
  ) {
    const { stateFolder, lockFolder, shard, root, outputRoot = root, inputs } = request;
    const isWhole = inputs.length === 1 && inputs[0] === root;
    this.isWholeRecipe = isWhole && lockFolder !== undefined && !shard;
    this.store = new BatchStore({
      stateFolder,
      outputRoot,
      lockFolder,
      isWhole,
      onTrouble: (error) => this.warn(error),
      ...(shard ? { shard } : {}),
    });
  }

  /**
   * The run that was killed before this plan was made. Its finished outputs are up to date in the
   * plan.
   */
  get unfinished(): Unfinished | undefined {
    return this.store.unfinished;
  }

  /** Another run that is in the way of this one; undefined when there is none. */
  async inTheWay(): Promise<RunEntry | undefined> {
    return this.request.runs.inTheWay((await this.entry()).scope);
  }

  /**
   * Claims the folder for this run, until its report has come or `giveBack` is called. With
   * `patience` it waits until no other run is in the way. Rejects with `RunBusyError`, or when the
   * signal aborts. A plan that was made before may be out of date.
   */
  async claim(patience?: WaitOptions): Promise<void> {
    const hold = (this.hold ??= this.enter(patience));
    try {
      await hold;
    } catch (error) {
      if (this.hold === hold) this.hold = undefined;
      throw error;
    }
  }

  private async enter(patience: WaitOptions | undefined): Promise<RunHold> {
    const entry = await this.entry();
    const { runs } = this.request;
    return patience ? runs.enterWhenFree(entry, patience) : runs.enter(entry);
  }

  /** Claims the folder for a piece of work. What this batch is at itself is in its way, too. */
  private async begin(): Promise<void> {
    await this.claim();
    const hold = await this.hold;
    if (hold && this.isAtWork) throw new RunBusyError(hold.entry);
    this.isAtWork = true;
  }

  /** Lets others have the folder. */
  async giveBack(): Promise<void> {
    const { hold } = this;
    this.hold = undefined;
    this.isAtWork = false;
    await (await hold?.catch(() => undefined))?.giveBack();
  }

  /** Writes nothing. */
  async plan(signal?: AbortSignal): Promise<Plan> {
    this.known = await this.load(signal);
    const hashes = new Map<string, Promise<string>>();
    const problems = new Map<string, Promise<RpcError | undefined>>();
    const found = async (id: string): Promise<string | undefined> =>
      (await this.client.models()).find((model) => model.id === id)?.own?.sha256;
    return makePlan(
      { ...this.request, records: this.known, ...(signal ? { signal } : {}) },
      {
        inspect: (inputs, maxInputMegapixels) =>
          this.client.inspect({ inputs, maxInputMegapixels }, signal ? { signal } : {}),
        judge: (calls) =>
          this.client.judge(
            calls.map(({ facts, call }) => ({
              facts,
              call: { ...call, device: this.request.device },
            })),
            signal ? { signal } : {},
          ),
        modelHash: (model, use = {}) => {
          const key = JSON.stringify([model, use.prompted, use.drafted]);
          const hash =
            hashes.get(key) ?? modelHash(model, this.request.modelFolders, { found, ...use });
          hashes.set(key, hash);
          return hash;
        },
        sameSize: (models) => this.sameSize(models),
        precisionProblem: (model) => {
          const problem = problems.get(model) ?? this.precisionProblem(model, signal);
          problems.set(model, problem);
          return problem;
        },
      },
    );
  }

  /** By the manifests: the engine is started only for a model that has none. */
  private async sameSize(models: readonly string[]): Promise<ReadonlySet<string>> {
    const { modelFolders } = this.request;
    const scales = await Promise.all(models.map((model) => manifestScale(model, modelFolders)));
    const unknown = models.filter((_, i) => scales[i] === undefined);
    const asked = unknown.length > 0 ? restorersAmong(unknown, await this.client.models()) : [];
    return new Set([...models.filter((_, i) => scales[i] === 1), ...asked]);
  }

  private async precisionProblem(
    model: string,
    signal: AbortSignal | undefined,
  ): Promise<RpcError | undefined> {
    const { device } = this.request;
    return this.client
      .precision({ model, device, precision: 'int8' }, signal ? { signal } : {})
      .then(
        () => undefined,
        (error: unknown) => RpcError.from(error),
      );
  }

  /**
   * Carries out what is ticked of a plan that this batch has made. The report comes when all is
   * done or cancelled, and everything is on disk; where it can't be recorded, it says why. Rejects with `RunBusyError` while another run is
   * in the way, or an earlier one of this batch.
   */
  async start(
    plan: Plan,
    ids: ReadonlySet<string>,
    onEvent: (event: BatchEvent) => void,
  ): Promise<{ readonly run: BatchRun; readonly report: Promise<Report> }> {
    const { device, settingsFor, root, place } = this.request;
    const unverified = await this.unverified(plan);
    await this.begin();
    const journal = await this.openJournal({ root, ids: [...ids], place, ...this.inputs() }).catch(
      async (error: unknown) => {
        await this.giveBack();
        throw error;
      },
    );
    const run = new BatchRun(
      plan,
      ids,
      {
        device,
        limits: limitsOf(settingsFor('')),
        unverified,
      },
      {
        upscale: (call, options) => this.client.upscale(call, options),
        precision: (call, signal) => this.client.precision(call, { signal }),
        journal,
        onEvent,
      },
    );
    const finish = async (): Promise<Report> => {
      try {
        const report = await run.run();
        if (run.abandoned) {
          await journal.close();
          return report;
        }
        try {
          await this.sweep(plan);
          await this.store.save(plan, { ...this.known, ...run.records });
        } catch (error) {
          await journal.close();
          return { ...report, problem: unrecorded(error, journal.isKept) };
        }
        await journal.remove();
        return report;
      } finally {
        await this.giveBack();
      }
    };
    return { run, report: finish() };
  }

  /** Models of a plan that only a server has. */
  private async unverified({ items }: Plan): Promise<ReadonlySet<string>> {
    const models = new Set(
      items.flatMap(({ settings }) => (settings ? [settings.model, settings.restore ?? ''] : [])),
    );
    const found: string[] = [];
    for (const model of models)
      if (await isOnlyServed(model, this.request.modelFolders)) found.push(model);
    return new Set(found);
  }

  /** What the run is about, for its journal. */
  private inputs(): Pick<JournalHeader, 'inputs'> {
    const { root, inputs } = this.request;
    const inner = inputs.map((input) => path.relative(root, input).split(path.sep).join('/'));
    return inner.every(isInnerPath) && inner.length > 0 ? { inputs: inner } : {};
  }

  private async openJournal(header: JournalHeader): Promise<KeptJournal> {
    // Another run may have ended since the plan was made.
    this.known = await this.load();
    await this.store.settle();
    return KeptJournal.open(this.store.journalFolder, header, (error) => this.warn(error));
  }

  /** Afterwards the lock knows nothing of them any more. */
  private async sweep(plan: Plan): Promise<void> {
    if (!this.isWholeRecipe) return;
    const { recipe, onOrphan, remembered } = this.request;
    const isRemoved = recipe?.value.removeOrphans === true;
    for (const orphan of await sweepOrphans(plan, this.known, isRemoved)) {
      const record = this.known[orphan.output];
      if (remembered?.has(orphan.output) !== true) onOrphan?.(orphan);
      if (record && !orphan.removed) remembered?.set(orphan.output, record);
    }
  }

  private async load(signal?: AbortSignal): Promise<Records> {
    return {
      ...Object.fromEntries(this.request.remembered ?? []),
      ...(await this.store.load(signal)),
    };
  }

  private async entry(): Promise<RunRequest> {
    const { root, outputRoot = root, inputs, place, shard } = this.request;
    const scope = await scopeOf({ root, outputRoot, inputs, ...(shard ? { shard } : {}) });
    return { root, place, scope, stateFolder: this.store.journalFolder };
  }

  /**
   * Brings the lock up to date when a run is not needed: outputs that vanished from the plan leave
   * it. Rejects with `RunBusyError` while another run is in the way.
   */
  async tidy(plan: Plan): Promise<void> {
    await this.begin();
    try {
      await this.store.settle();
      await this.sweep(plan);
      await this.store.save(plan, this.known);
    } finally {
      await this.giveBack();
    }
  }

  /**
   * Keeps what a killed run finished, and forgets the run: of one that was killed after its last
   * picture nothing is left to do. Rejects with `RunBusyError` while another run is in the way.
   */
  async settle(): Promise<void> {
    await this.begin();
    try {
      await this.store.settle();
    } finally {
      await this.giveBack();
    }
  }

  /** The folder of the state is a cache: without it all is made, and nothing is remembered. */
  private warn(error: unknown): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    const { stateFolder, lockFolder, onWarning } = this.request;
    const { code, message, detail } = RpcError.from(
      named(error, path.join(stateFolder, 'outputs.json')),
    );
    onWarning?.(
      new RpcError({
        code,
        message:
          lockFolder === undefined
            ? phrase`What is made can't be recorded: ${message} A run that is killed could not be resumed, and the next one would not know its results.`
            : phrase`What is made can't be recorded: ${message} A run that is killed could not be resumed.`,
        ...(detail === undefined ? {} : { detail }),
      }),
    );
  }
}

/** Of results that are there. `isNoted`: a journal has them, which the next run reads. */
function unrecorded(error: unknown, isNoted: boolean): RpcError {
  const cause = named(error);
  const { code, detail } = RpcError.from(cause);
  return new RpcError({
    code: cause instanceof RecordsError ? 'lock' : code,
    message: phrase`The results could not be recorded: ${wordsOf(cause)}`,
    hint: isNoted
      ? phrase`The next run records them, once that is mended.`
      : phrase`The next run will not know that they were made here.`,
    ...(detail === undefined ? {} : { detail }),
  });
}
