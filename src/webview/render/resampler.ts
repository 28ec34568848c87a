import type { Rect } from '../../shared/geometry';
import type { Lines } from './lines';
import { axisTaps, cubicTaps, type AxisTaps, type Sampling } from './sampling';

/**
 * Reads lines for the screen's pixels: first along each line, then across them. Screen rows must be
 * asked for from top to bottom.
 */
export class Resampler {
  readonly components: number;
  private readonly columns: AxisTaps;
  private readonly rows: AxisTaps;
  /** The part of the lines that is needed. */
  private readonly from: number;
  private readonly end: number;
  private readonly line: Float32Array;
  private readonly out: Float32Array;
  private readonly ready = new Map<number, Float32Array>();
  /** Of lines that are no longer needed. */
  private readonly free: Float32Array[] = [];
  /** At 100 % lines are what is seen. */
  private readonly unchanged: boolean;

  /**
   * `part`: the wanted screen pixels, counted from the picture's corner. `smooth`: enlarges by a
   * cubic kernel.
   */
  constructor(
    private readonly lines: Lines,
    sampling: Sampling,
    part: Rect,
    smooth = false,
  ) {
    this.components = lines.components;
    const cubic = smooth && sampling.perPixelX < 1 && sampling.perPixelY < 1;
    this.columns = cubic
      ? cubicTaps(part.x, part.width, sampling.perPixelX)
      : axisTaps(part.x, part.width, sampling.perPixelX, sampling.footprintX);
    this.rows = cubic
      ? cubicTaps(part.y, part.height, sampling.perPixelY)
      : axisTaps(part.y, part.height, sampling.perPixelY, sampling.footprintY);
    const last = lines.size.width - 1;
    this.from = clamp(this.columns.first[0] ?? 0, last);
    this.end = clamp((this.columns.first[part.width - 1] ?? 0) + this.columns.taps, last) + 1;
    this.unchanged = sampling.perPixelX === 1 && sampling.footprintX === 1;
    this.line = new Float32Array((this.end - this.from) * this.components);
    this.out = new Float32Array(part.width * this.components);
  }

  /** Row `index` of the wanted part; valid until the next call. */
  row(index: number): Float32Array {
    const { taps, first, weights } = this.rows;
    const { out, lines } = this;
    const start = first[index] ?? 0;
    for (const [y, line] of this.ready) {
      if (y >= clamp(start, lines.size.height - 1)) continue;
      this.ready.delete(y);
      this.free.push(line);
    }
    let empty = true;
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[index * taps + tap] ?? 0;
      if (weight === 0) continue;
      const line = this.resampledLine(clamp(start + tap, lines.size.height - 1));
      if (weight === 1) return line;
      if (empty) for (let i = 0; i < out.length; i++) out[i] = weight * (line[i] ?? 0);
      else for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) + weight * (line[i] ?? 0);
      empty = false;
    }
    return out;
  }

  private resampledLine(y: number): Float32Array {
    const known = this.ready.get(y);
    if (known) return known;
    const { line, lines } = this;
    lines.read(y, this.from, this.end, line);
    const out = this.free.pop() ?? new Float32Array(this.out.length);
    if (this.unchanged) out.set(line.subarray(0, out.length));
    else if (this.components === 3) this.alongColours(out);
    else this.along(out);
    this.ready.set(y, out);
    return out;
  }

  private along(out: Float32Array): void {
    const { from, line, components, lines } = this;
    const { taps, first, weights } = this.columns;
    const last = lines.size.width - 1;
    out.fill(0);
    for (let i = 0, to = 0; i < first.length; i++, to += components) {
      for (let tap = 0; tap < taps; tap++) {
        const weight = weights[i * taps + tap] ?? 0;
        if (weight === 0) continue;
        const at = (clamp((first[i] ?? 0) + tap, last) - from) * components;
        for (let c = 0; c < components; c++)
          out[to + c] = (out[to + c] ?? 0) + weight * (line[at + c] ?? 0);
      }
    }
  }

  /** The same for three components, the usual case, in half the time. */
  private alongColours(out: Float32Array): void {
    const { from, line, lines } = this;
    const { taps, first, weights } = this.columns;
    const last = lines.size.width - 1;
    for (let i = 0, to = 0; i < first.length; i++, to += 3) {
      let [red, green, blue] = [0, 0, 0];
      for (let tap = 0; tap < taps; tap++) {
        const weight = weights[i * taps + tap] ?? 0;
        if (weight === 0) continue;
        const at = (clamp((first[i] ?? 0) + tap, last) - from) * 3;
        red += weight * (line[at] ?? 0);
        green += weight * (line[at + 1] ?? 0);
        blue += weight * (line[at + 2] ?? 0);
      }
      out[to] = red;
      out[to + 1] = green;
      out[to + 2] = blue;
    }
  }
}

const clamp = (value: number, last: number): number => Math.min(last, Math.max(0, value));
