import path from 'node:path';
import type { UpscaleCall } from '../client/engineClient';
import type { UpscaleProgress, UpscaleResult } from '../shared/engineProtocol';
import { Place } from '../files/place';
import { named } from '../files/systemError';
import { RpcError } from '../shared/rpc';
import type { CpuPrecision, DeviceChoice } from '../shared/settings';
import { hashSource, resultHash } from './hash';
import { callFor, type Limits } from './itemCall';
import type { Journal } from './journal';
import { StallWatch } from './stall';
import type { ItemSettings, Outcome, OutputRecord, Plan, PlanItem, Records, Report } from './types';
import { say } from '../shared/phrase';

/** Pictures that are on their way at once: one is inferred while others are decoded and encoded. */
const AT_ONCE = 3;
/**
 * Of small pictures more are, since each spends most of its time with files: so many, while their
 * results together have no more pixels than this.
 */
const SMALL_AT_ONCE = 8;
const SMALL_PIXELS = 2 ** 20;
/** A picture whose engine died under it is tried so often; a neighbour may have been the cause. */
const TRIES = 3;
/** Without a tile, a file or an end for so long, a picture is given up. */
const STALL_SECONDS = 600;
const LOOKS = 60;

export type BatchEvent =
  | { readonly kind: 'started'; readonly id: string }
  | { readonly kind: 'progress'; readonly id: string; readonly progress: UpscaleProgress }
  | { readonly kind: 'finished'; readonly outcome: Outcome }
  | { readonly kind: 'paused'; readonly paused: boolean };

export type BatchPorts = {
  readonly upscale: (
    call: UpscaleCall,
    options: {
      readonly signal: AbortSignal;
      readonly onProgress: (progress: UpscaleProgress) => void;
    },
  ) => Promise<UpscaleResult>;
  /** What a picture with these settings will be computed in on this machine; rejects like `upscale`. */
  readonly precision: (
    call: Pick<UpscaleCall, 'model' | 'device' | 'precision'>,
    signal: AbortSignal,
  ) => Promise<CpuPrecision>;
  readonly journal: Pick<Journal, 'begin' | 'done' | 'left'>;
  readonly onEvent: (event: BatchEvent) => void;
};

export type BatchOptions = {
  readonly device: DeviceChoice;
  /** What is refused as too large. */
  readonly limits: Limits;
  /** Models that only a server has: what they make is recorded as such. */
  readonly unverified?: ReadonlySet<string>;
  readonly atOnce?: number;
  /** Seconds without progress of any picture after which one is given up. */
  readonly stallSeconds?: number;
};

/** Carries out a plan. One failure never stops the rest. */
export class BatchRun {
  private readonly pending: PlanItem[];
  private readonly running = new Map<string, AbortController>();
  /** Of the results of those that run. */
  private readonly pixels = new Map<string, number>();
  private readonly unwanted = new Set<string>();
  private readonly givenUp = new Set<string>();
  private readonly stall: StallWatch;
  private readonly outcomes: Outcome[] = [];
  private readonly made: Record<string, OutputRecord> = {};
  private readonly precisions = new Map<string, CpuPrecision>();
  private isPaused = false;
  private isCancelled = false;
  private isAbandoned = false;
  private readonly asleep: (() => void)[] = [];

  constructor(
    private readonly plan: Plan,
    /** What is to be done, in this order. */
    ids: ReadonlySet<string>,
    private readonly options: BatchOptions,
    private readonly ports: BatchPorts,
  ) {
    this.stall = new StallWatch(this.stallMs, performance.now());
    const open = new Map(
      plan.items.filter(({ status }) => status === 'todo').map((item) => [item.id, item]),
    );
    this.pending = [...ids].flatMap((id) => open.get(id) ?? []);
  }

  /** Outputs that this run has finished so far. */
  get records(): Records {
    return this.made;
  }

  get total(): number {
    return this.pending.length + this.running.size + this.outcomes.length;
  }

  get paused(): boolean {
    return this.isPaused;
  }

  /** Resolves when all is done or cancelled. */
  async run(): Promise<Report> {
    const started = performance.now();
    const look = setInterval(() => this.giveUpStalled(), this.stallMs / LOOKS);
    const { atOnce = SMALL_AT_ONCE } = this.options;
    try {
      await Promise.all(Array.from({ length: atOnce }, () => this.worker()));
    } finally {
      clearInterval(look);
    }
    for (const item of this.pending.splice(0)) this.finish(this.outcome(item, 'cancelled'));
    return {
      outcomes: this.outcomes,
      seconds: (performance.now() - started) / 1000,
      cancelled: this.isCancelled,
    };
  }

  /** No further picture is begun; those on their way are finished. */
  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.tell({ kind: 'paused', paused: true });
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.tell({ kind: 'paused', paused: false });
    this.wake();
  }

  cancel(): void {
    this.isCancelled = true;
    for (const controller of this.running.values()) controller.abort();
    this.wake();
  }

  /** Ends the run as if it had been killed: nobody asked for that, so it is to go on later. */
  abandon(): void {
    this.isAbandoned = true;
    this.cancel();
  }

  get abandoned(): boolean {
    return this.isAbandoned;
  }

  /** Leaves one picture out, also when it is on its way. */
  skip(id: string): void {
    const index = this.pending.findIndex((item) => item.id === id);
    const [item] = index < 0 ? [] : this.pending.splice(index, 1);
    if (item) this.finish(this.outcome(item, 'skipped'));
    const controller = this.running.get(id);
    if (!controller) return;
    this.unwanted.add(id);
    controller.abort();
  }

  private get stallMs(): number {
    return 1000 * (this.options.stallSeconds ?? STALL_SECONDS);
  }

  private giveUpStalled(): void {
    const id = this.stall.stalled(performance.now());
    const controller = id === undefined ? undefined : this.running.get(id);
    if (id === undefined || !controller) return;
    this.givenUp.add(id);
    controller.abort();
  }

  /** A run never depends on who listens to it: what fails there is no reason to stop. */
  private tell(event: BatchEvent): void {
    try {
      this.ports.onEvent(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }

  private async worker(): Promise<void> {
    for (;;) {
      while (this.isPaused && !this.isCancelled) await this.woken();
      if (this.isCancelled) return;
      const item = this.pending[0];
      if (!item) return;
      if (!this.fits(item)) {
        await this.woken();
        continue;
      }
      this.pending.shift();
      const controller = new AbortController();
      this.running.set(item.id, controller);
      this.pixels.set(item.id, pixelsOf(item));
      this.stall.begin(item.id, performance.now());
      this.tell({ kind: 'started', id: item.id });
      const outcome = await this.upscale(item, controller.signal);
      const { state } = outcome;
      if (state !== 'done')
        await this.ports.journal.left(item.output, state).catch(() => undefined);
      this.running.delete(item.id);
      this.stall.end(item.id, performance.now());
      this.pixels.delete(item.id);
      this.finish(outcome);
      this.wake();
    }
  }

  /** Whether one more picture may be on its way beside those that are. */
  private fits(item: PlanItem): boolean {
    if (this.options.atOnce !== undefined || this.running.size < AT_ONCE) return true;
    const pixels = [...this.pixels.values(), pixelsOf(item)];
    return pixels.reduce((sum, one) => sum + one) <= SMALL_PIXELS;
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => void this.asleep.push(resolve));
  }

  private wake(): void {
    for (const awake of this.asleep.splice(0)) awake();
  }

  private async upscale(item: PlanItem, signal: AbortSignal): Promise<Outcome> {
    const started = performance.now();
    const { id, input, output, settings, inputHash = '', settingsHash = '' } = item;
    const { size, outputSize } = item;
    const seconds = (): number => (performance.now() - started) / 1000;
    if (!settings || !outputSize)
      return this.outcome(item, 'failed', { message: say`It was not planned.` });
    const file = path.join(this.plan.outputRoot, output);
    const target = { kind: 'file', path: file, within: this.plan.allowed } as const;
    const { unverified } = this.options;
    const isUnverified = unverified?.has(settings.model) || unverified?.has(settings.restore ?? '');
    try {
      // Hours may have gone by, in which a folder became a link.
      await Place.find(target);
      const source = path.join(this.plan.root, input);
      // What was planned is what is recorded; a source that changed meanwhile is for the next run.
      if ((await hashSource(source, signal)) !== inputHash)
        return this.outcome(item, 'failed', {
          message: say`${input} has changed since the plan was made.`,
          hint: say`Make a new plan.`,
          seconds: seconds(),
        });
      const before = await resultHash(this.plan.outputRoot, output, signal);
      if (before !== item.existingHash)
        return this.outcome(item, 'failed', {
          message: say`${output} has changed since the plan was made.`,
          hint: say`Make a new plan.`,
          seconds: seconds(),
        });
      // Known before the result is there: a run that is killed right after it leaves no doubt.
      const precision = await this.precisionOf(settings, signal);
      const record = {
        input,
        inputHash,
        settings: settingsHash,
        ...outputSize,
        ...(size ? { sourceWidth: size.width, sourceHeight: size.height } : {}),
        ...(isUnverified ? { unverified: true } : {}),
        ...(precision === 'int8' ? { precision } : {}),
      };
      await this.ports.journal.begin(output, record, before);
      const call: UpscaleCall = {
        ...callFor(settings, {
          input: source,
          output: file,
          allowed: this.plan.allowed,
          limits: this.options.limits,
        }),
        precision,
        device: this.options.device,
      };
      const result = await this.tried(call, id, signal);
      const made = {
        ...record,
        outputHash: await hashSource(file),
        width: result.width,
        height: result.height,
      };
      await this.ports.journal.done(output, made);
      this.made[output] = made;
      return this.outcome(item, 'done', {
        notes: result.notes,
        seconds: seconds(),
        inferenceSeconds: result.seconds.inference,
        bytes: result.bytes,
        size: { width: result.width, height: result.height },
        device: result.device,
        ...(result.server === undefined ? {} : { server: result.server }),
        ...(result.unverified === true ? { unverified: true } : {}),
      });
    } catch (caught) {
      if (this.givenUp.has(id))
        return this.outcome(item, 'failed', {
          message: say`${input} has made no progress for ${Math.round(this.stallMs / 1000)} seconds and was given up.`,
          hint: say`Upscale it by itself, with a smaller size or another model.`,
          seconds: seconds(),
        });
      if (signal.aborted)
        return this.outcome(
          item,
          this.unwanted.has(id) && !this.isCancelled ? 'skipped' : 'cancelled',
          { seconds: seconds() },
        );
      const { code, message, hint } = RpcError.from(named(caught, file));
      return this.outcome(item, 'failed', {
        code,
        message,
        ...(hint === undefined ? {} : { hint }),
        seconds: seconds(),
      });
    }
  }

  /** The same for all of a run that leaves it to the machine. */
  private async precisionOf(
    { model, precision = 'auto' }: ItemSettings,
    signal: AbortSignal,
  ): Promise<CpuPrecision> {
    const key = `${model}|${precision}`;
    const found =
      this.precisions.get(key) ??
      (await this.ports.precision({ model, device: this.options.device, precision }, signal));
    this.precisions.set(key, found);
    return found;
  }

  /**
   * A cancel of one picture may end the engine under the others, and a crash does; they are tried
   * again.
   */
  private async tried(call: UpscaleCall, id: string, signal: AbortSignal): Promise<UpscaleResult> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.ports.upscale(call, {
          signal,
          onProgress: (progress) => {
            this.stall.progress(id, progress.phase, performance.now());
            this.tell({ kind: 'progress', id, progress });
          },
        });
      } catch (caught) {
        const { code } = RpcError.from(caught);
        if (signal.aborted || attempt >= TRIES || (code !== 'cancelled' && code !== 'engine-died'))
          throw caught;
      }
    }
  }

  private outcome(
    { id, input, output }: PlanItem,
    state: Outcome['state'],
    part: Partial<Outcome> = {},
  ): Outcome {
    return {
      id,
      input,
      output,
      state,
      notes: [],
      seconds: 0,
      inferenceSeconds: 0,
      bytes: 0,
      ...part,
    };
  }

  private finish(outcome: Outcome): void {
    this.outcomes.push(outcome);
    this.tell({ kind: 'finished', outcome });
  }
}

const pixelsOf = ({ outputSize, frames = 1 }: PlanItem): number =>
  outputSize ? outputSize.width * outputSize.height * frames : Infinity;
