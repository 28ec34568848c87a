import type { EngineClient } from '../client/engineClient';
import { modelHash } from '../client/modelHash';
import type { DeviceChoice } from '../shared/settings';
import { BatchRun, type BatchEvent } from './batchRun';
import { Journal, type Unfinished } from './journal';
import { makePlan, type PlanRequest } from './plan';
import { BatchStore } from './store';
import type { Plan, Records, Report } from './types';

export type BatchRequest = Omit<PlanRequest, 'records' | 'signal'> & {
  /** Absolute: where journals are kept, and the records of folders without a recipe. */
  readonly stateFolder: string;
  /** The recipe's folder: the lock lies there. */
  readonly lockFolder?: string;
  readonly device: DeviceChoice;
  /** Where models are, the embedded ones first, the store last. */
  readonly modelFolders: readonly string[];
};

export type BatchClient = Pick<EngineClient, 'inspect' | 'upscale'>;

/**
 * A folder's pictures, a selection or a workspace: makes a plan, carries it out, and remembers what
 * was made.
 */
export class Batch {
  private readonly store: BatchStore;
  private known: Records = {};

  constructor(
    private readonly request: BatchRequest,
    private readonly client: BatchClient,
  ) {
    const { stateFolder, lockFolder, shard, root, outputRoot = root, inputs } = request;
    const isWhole = inputs.length === 1 && inputs[0] === root;
    this.store = new BatchStore({
      stateFolder,
      outputRoot,
      lockFolder,
      isWhole,
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

  /** Writes nothing. */
  async plan(signal?: AbortSignal): Promise<Plan> {
    this.known = await this.store.load(signal);
    const hashes = new Map<string, Promise<string>>();
    return makePlan(
      { ...this.request, records: this.known, ...(signal ? { signal } : {}) },
      {
        inspect: (inputs, maxInputMegapixels) =>
          this.client.inspect({ inputs, maxInputMegapixels }, signal ? { signal } : {}),
        modelHash: (model) => {
          const hash = hashes.get(model) ?? modelHash(model, this.request.modelFolders);
          hashes.set(model, hash);
          return hash;
        },
      },
    );
  }

  /**
   * Carries out what is ticked of a plan that this batch has made. The report comes when all is
   * done or cancelled, and everything is on disk.
   */
  async start(
    plan: Plan,
    ids: ReadonlySet<string>,
    onEvent: (event: BatchEvent) => void,
  ): Promise<{ readonly run: BatchRun; readonly report: Promise<Report> }> {
    const { device, settingsFor, stateFolder, root } = this.request;
    await this.store.settle();
    const journal = await Journal.create(stateFolder, { root, ids: [...ids] });
    const { maxInputMegapixels, maxOutputMegapixels, maxFrames } = settingsFor('');
    const run = new BatchRun(
      plan,
      ids,
      { device, limits: { maxInputMegapixels, maxOutputMegapixels, maxFrames } },
      { upscale: (call, options) => this.client.upscale(call, options), journal, onEvent },
    );
    const finish = async (): Promise<Report> => {
      const report = await run.run();
      if (run.abandoned) {
        await journal.close();
        return report;
      }
      await this.store.save(plan, { ...this.known, ...run.records });
      await journal.remove();
      return report;
    };
    return { run, report: finish() };
  }

  /** Forgets a killed run but keeps what it finished. */
  forget(): Promise<void> {
    return this.store.settle();
  }

  /**
   * Brings the lock up to date when a run is not needed: outputs that vanished from the plan leave
   * it.
   */
  async tidy(plan: Plan): Promise<void> {
    await this.store.save(plan, this.known);
  }
}
