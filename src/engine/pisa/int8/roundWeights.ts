/** Signed 8 bits without −128, so that both signs reach as far. */
const FARTHEST = 127;
/** Makes whole numbers of −127 … 127 by cutting what lies behind the point. */
const HALF_UP = FARTHEST + 1.5;

export type RoundedWeights = {
  /** [taps · from, to]. */
  readonly integers: Int8Array;
  /** [to]. */
  readonly steps: Float32Array;
};

/**
 * Brings weights to 8 bits, some output channels at a time: `add` takes those of the next channels,
 * [count, from, taps]. Each channel has a step of its own, a 127th of its farthest weight.
 */
export class WeightRounding {
  readonly result: RoundedWeights;
  private next = 0;

  constructor(
    private readonly to: number,
    private readonly from: number,
    private readonly taps: number,
  ) {
    this.result = { integers: new Int8Array(to * from * taps), steps: new Float32Array(to) };
  }

  add(values: Float32Array): void {
    const { to, from, taps, next } = this;
    const { integers, steps } = this.result;
    const inputs = from * taps;
    const count = values.length / inputs;
    // In the order of the weights, then turned: bytes that lie far apart are slow to write.
    const rows = new Int8Array(count * inputs);
    for (let channel = 0; channel < count; channel++) {
      const [start, end] = [channel * inputs, (channel + 1) * inputs];
      let farthest = 0;
      for (let i = start; i < end; i++) {
        const size = Math.abs(values[i] as number);
        if (size > farthest) farthest = size;
      }
      steps[next + channel] = farthest / FARTHEST;
      const inverse = farthest > 0 ? FARTHEST / farthest : 0;
      for (let i = start; i < end; i++)
        rows[i] = (((values[i] as number) * inverse + HALF_UP) | 0) - FARTHEST - 1;
    }
    for (let input = 0; input < from; input++)
      for (let tap = 0; tap < taps; tap++) {
        const at = (tap * from + input) * to + next;
        for (let channel = 0, i = input * taps + tap; channel < count; channel++, i += inputs)
          integers[at + channel] = rows[i] as number;
      }
    this.next += count;
  }
}
