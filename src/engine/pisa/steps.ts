import { throwIfCancelled } from '../errors';

/**
 * Kinds of work, and what each costs for one latent (8×8 pixels), in proportion: processor time of
 * SD-2.1 on a CPU.
 */
const COST = {
  encode: 86,
  middle: 18,
  unet: 98,
  decode: 160,
  draft: 20,
  draft8: 9,
  draftEncode: 18,
} as const;
export type StepKind = keyof typeof COST;

export type StepProgress = {
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | undefined;
};

/** Seconds for one unit of cost, learned from run to run. */
export type Pace = { secondsPerUnit: number | undefined };

/**
 * Runs the networks one after another, looks for a cancel before each, and tells how far the work
 * is. Steps that nobody planned (a second try, say) stretch the plan.
 */
export class Steps {
  private done = 0;
  private cost = 0;
  private seconds = 0;

  constructor(
    private readonly signal: AbortSignal,
    private readonly planned: { readonly steps: number; readonly cost: number },
    private readonly pace: Pace,
    private readonly report: (progress: StepProgress) => void,
  ) {
    this.tell();
  }

  /** Seconds spent in networks. */
  get inferenceSeconds(): number {
    return this.seconds;
  }

  get count(): number {
    return this.done;
  }

  async run<T>(kind: StepKind, latents: number, work: () => Promise<T>): Promise<T> {
    throwIfCancelled(this.signal);
    const started = performance.now();
    const result = await work();
    this.seconds += (performance.now() - started) / 1000;
    this.done++;
    this.cost += COST[kind] * latents;
    this.pace.secondsPerUnit = this.seconds / this.cost;
    this.tell();
    return result;
  }

  private tell(): void {
    const { secondsPerUnit } = this.pace;
    const left = Math.max(0, this.planned.cost - this.cost);
    this.report({
      done: this.done,
      total: Math.max(this.planned.steps, this.done),
      secondsLeft: secondsPerUnit === undefined ? undefined : left * secondsPerUnit,
    });
  }
}

/** Cost of `latents` latents of one kind of work. */
export const costOf = (kind: StepKind, latents: number): number => COST[kind] * latents;
