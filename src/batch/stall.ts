import type { UpscaleProgress } from '../shared/engineProtocol';

type Phase = UpscaleProgress['phase'];
/** Who holds up the others: whoever infers has the line, whoever encodes has left it. */
const SUSPICION: Record<Phase, number> = { infer: 2, encode: 1, prepare: 0 };

/**
 * Notices that a batch stands still. A picture may take hours where a model is slow, but there is a
 * tile now and then; while none of the pictures on their way gets on, one of them holds up all. Times
 * are milliseconds.
 */
export class StallWatch {
  /** In the order in which they began. */
  private readonly running = new Map<string, Phase>();
  private last: number;

  constructor(
    private readonly limit: number,
    now: number,
  ) {
    this.last = now;
  }

  begin(id: string, now: number): void {
    // Before the first picture nothing could get on.
    if (this.running.size === 0) this.last = now;
    this.running.set(id, 'prepare');
  }

  progress(id: string, phase: Phase, now: number): void {
    this.running.set(id, phase);
    this.last = now;
  }

  end(id: string, now: number): void {
    this.running.delete(id);
    this.last = now;
  }

  /** The picture to give up, once nothing has got on for the limit; undefined while all is well. */
  stalled(now: number): string | undefined {
    if (this.running.size === 0 || now - this.last < this.limit) return undefined;
    this.last = now;
    const phases = [...this.running];
    const [first] = phases.sort(([, a], [, b]) => SUSPICION[b] - SUSPICION[a]);
    return first?.[0];
  }
}
