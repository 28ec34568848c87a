import type { Rect, Size } from '../../shared/geometry';
import { CUBIC_REACH, cubicPhases } from '../../shared/keysCubic';

/** How the encoder reduces a picture: see `EncodeOptions.kernel`. */
export type ReductionKernel = 'lanczos3' | 'linear';

/** Where an output sample reads along one axis: `weights` from sample `first` on. */
type Taps = { readonly first: number; readonly weights: readonly number[] };

/** One pass of a change of size, along one axis. */
type Pass = {
  readonly axis: 'x' | 'y';
  /** Samples of the whole picture along the axis, before. */
  readonly from: number;
  readonly taps: (index: number) => Taps;
  /** Whether a file lies after it, which holds nothing out of range. */
  readonly clamps: boolean;
};

/** A part of a picture: interleaved samples of 8 bits. */
export type PixelArea = {
  readonly rect: Rect;
  readonly bands: number;
  readonly data: Uint8Array | Uint8ClampedArray;
};

/**
 * libvips reduces in one pass as long as the factor stays below twice this, and averages whole
 * squares before it.
 */
const GAP = 2;
/** libvips keeps its kernels for so many positions between two samples. */
const PHASES = 64;

/**
 * The change of size by which an export brings a picture of `from` to `to`, for any part of it:
 * `atLeast`'s enlargement, then libvips' reduction with the encoder's kernel. Nothing is rounded:
 * what comes out is what is written, but for the 8 bits of the files between.
 */
export class AreaResampler {
  private readonly passes: readonly Pass[];

  constructor(
    readonly from: Size,
    readonly to: Size,
    kernel: ReductionKernel,
  ) {
    const enlarged = Math.ceil(Math.max(to.width / from.width, to.height / from.height));
    const large = { width: from.width * enlarged, height: from.height * enlarged };
    this.passes = [
      ...(enlarged > 1 ? enlargement(from, enlarged) : []),
      ...reduction(large, to, kernel),
    ];
  }

  /** Whether the result is another picture at all. */
  get changes(): boolean {
    return this.passes.length > 0;
  }

  /** The part of the picture that `wanted`, in pixels of the result, is made of. */
  neededFor(wanted: Rect): Rect {
    return this.passes.reduceRight((rect, pass) => reachOf(pass, rect), wanted);
  }

  /** `area` holds at least `neededFor(wanted)`. Interleaved rows of `wanted`, in [0,255]. */
  resample(area: PixelArea, wanted: Rect): Float32Array {
    const { bands } = area;
    const rects = this.passes.reduceRight<Rect[]>(
      (list, pass) => [reachOf(pass, list[0] ?? wanted), ...list],
      [wanted],
    );
    let rect = rects[0] ?? wanted;
    let data: ArrayLike<number> = cut(area, rect);
    for (const [index, pass] of this.passes.entries()) {
      const next = rects[index + 1] ?? wanted;
      data = runPass(pass, data, rect, next, bands);
      rect = next;
    }
    return data instanceof Float32Array ? data : Float32Array.from(data);
  }
}

/** The same filter as `enlargePicture`. */
function enlargement({ width, height }: Size, factor: number): Pass[] {
  const phases = cubicPhases(factor);
  const taps = (index: number): Taps => ({
    first: Math.floor(index / factor) - CUBIC_REACH,
    weights: phases[index % factor] ?? [],
  });
  return [
    { axis: 'y', from: height, taps, clamps: false },
    { axis: 'x', from: width, taps, clamps: true },
  ];
}

function reduction(from: Size, to: Size, kernel: ReductionKernel): Pass[] {
  const [y, x] = [
    axisReduction(from.height, to.height, kernel),
    axisReduction(from.width, to.width, kernel),
  ];
  const passOf =
    (axis: Pass['axis']) =>
    ({ from: length, taps }: Pick<Pass, 'from' | 'taps'>): Pass => ({
      axis,
      from: length,
      taps,
      clamps: true,
    });
  return [
    ...y.squares.map(passOf('y')),
    ...x.squares.map(passOf('x')),
    ...y.kernel.map(passOf('y')),
    ...x.kernel.map(passOf('x')),
  ];
}

type AxisPasses = readonly Pick<Pass, 'from' | 'taps'>[];

function axisReduction(
  from: number,
  to: number,
  kernel: ReductionKernel,
): { squares: AxisPasses; kernel: AxisPasses } {
  const whole = Math.max(1, Math.floor(from / to / GAP));
  const between = Math.ceil(from / whole);
  return {
    squares:
      whole === 1
        ? []
        : [
            {
              from,
              taps: (index) => ({
                first: index * whole,
                weights: new Array<number>(whole).fill(1 / whole),
              }),
            },
          ],
    kernel:
      between === to ? [] : [{ from: between, taps: kernelTaps(between / to, WINDOWS[kernel]) }],
  };
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const WINDOWS = {
  lanczos3: { support: 3, weigh: (x: number) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
  linear: { support: 1, weigh: (x: number) => Math.max(0, 1 - Math.abs(x)) },
} as const;

/** libvips' `vips_reduce_get_points` and its masks. */
function kernelTaps(
  factor: number,
  { support, weigh }: { readonly support: number; readonly weigh: (x: number) => number },
): Pass['taps'] {
  const points = 2 * Math.round(support * factor) + 1;
  const masks = new Map<number, readonly number[]>();
  const mask = (phase: number): readonly number[] => {
    const half = phase / PHASES + points / 2 - 1;
    const weights = Array.from({ length: points }, (_, i) => weigh((i - half) / factor));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  };
  return (index) => {
    const place = (index + 0.5) * factor;
    const at = Math.floor(place);
    const phase = (Math.floor((place - at) * 2 * PHASES) + 1) >> 1;
    let weights = masks.get(phase);
    if (!weights) {
      weights = mask(phase);
      masks.set(phase, weights);
    }
    return { first: at - (points - 1) / 2, weights };
  };
}

/** What a pass reads for a rectangle of its result, inside the picture. */
function reachOf({ axis, from, taps }: Pass, rect: Rect): Rect {
  const [start, length] = axis === 'x' ? [rect.x, rect.width] : [rect.y, rect.height];
  const inside = (index: number): number => Math.min(from - 1, Math.max(0, index));
  const low = inside(taps(start).first);
  const last = taps(start + length - 1);
  const high = inside(last.first + last.weights.length - 1);
  return axis === 'x'
    ? { ...rect, x: low, width: high - low + 1 }
    : { ...rect, y: low, height: high - low + 1 };
}

function cut({ rect, bands, data }: PixelArea, wanted: Rect): Uint8Array | Uint8ClampedArray {
  if (
    rect.x === wanted.x &&
    rect.y === wanted.y &&
    rect.width === wanted.width &&
    rect.height === wanted.height
  )
    return data;
  const line = wanted.width * bands;
  const result = new Uint8ClampedArray(line * wanted.height);
  for (let row = 0; row < wanted.height; row++) {
    const from = ((wanted.y + row - rect.y) * rect.width + wanted.x - rect.x) * bands;
    if (from < 0 || from + line > data.length)
      throw new RangeError('A part of a picture is smaller than what is made of it.');
    result.set(data.subarray(from, from + line), row * line);
  }
  return result;
}

const clamp = (value: number): number => Math.min(255, Math.max(0, value));

/** Edge samples are repeated. */
function runPass(
  { axis, from, taps, clamps }: Pass,
  data: ArrayLike<number>,
  rect: Rect,
  wanted: Rect,
  bands: number,
): Float32Array {
  const result = new Float32Array(wanted.width * wanted.height * bands);
  const line = rect.width * bands;
  const inside = (index: number): number => Math.min(from - 1, Math.max(0, index));
  if (axis === 'y') {
    const sums = new Float64Array(line);
    for (let y = 0; y < wanted.height; y++) {
      const { first, weights } = taps(wanted.y + y);
      sums.fill(0);
      for (const [tap, weight] of weights.entries()) {
        const row = (inside(first + tap) - rect.y) * line;
        for (let i = 0; i < line; i++) sums[i] = (sums[i] ?? 0) + weight * (data[row + i] ?? 0);
      }
      if (clamps) for (let i = 0; i < line; i++) sums[i] = clamp(sums[i] ?? 0);
      result.set(sums, y * line);
    }
    return result;
  }
  const columns = Array.from({ length: wanted.width }, (_, x) => {
    const { first, weights } = taps(wanted.x + x);
    return { weights, offsets: weights.map((_w, tap) => (inside(first + tap) - rect.x) * bands) };
  });
  let to = 0;
  for (let y = 0; y < wanted.height; y++) {
    const row = y * line;
    for (const { weights, offsets } of columns) {
      for (let band = 0; band < bands; band++) {
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap++)
          sum += (weights[tap] ?? 0) * (data[row + (offsets[tap] ?? 0) + band] ?? 0);
        result[to++] = clamps ? clamp(sum) : sum;
      }
    }
  }
  return result;
}
