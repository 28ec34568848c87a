import { CUBIC_REACH, keysCubic } from '../src/shared/keysCubic';
import type { Plane } from './picture';

/** For each output position the input positions it reads and their weights, which add up to 1. */
type Taps = { readonly indices: readonly Int32Array[]; readonly weights: readonly Float64Array[] };

/** How positions beyond the picture's edge are read. */
export type Edge =
  /** Left out, the other weights raised: Pillow. */
  | 'renormalise'
  /** …1 0 | 0 1…: MATLAB's `imresize`. */
  | 'symmetric'
  /** …0 0 | 0 1…: `nearest` of SciPy. */
  | 'repeat';

/**
 * Bicubic resize with Keys' kernel, a = −0.5, widened by the factor when reducing (antialiased):
 * what Pillow's BICUBIC and MATLAB's `imresize` compute, in floating point and unrounded. They
 * differ at the edges only, see `Edge`.
 */
export function resizeBicubic(
  plane: Plane,
  width: number,
  height: number,
  edge: 'renormalise' | 'symmetric' = 'renormalise',
): Plane {
  return resize(plane, width, height, CUBIC, edge);
}

/**
 * Resize with Lanczos' kernel of three lobes (Duchon 1979), widened when reducing: what Pillow's
 * LANCZOS computes, unrounded.
 */
export const resizeLanczos = (plane: Plane, width: number, height: number): Plane =>
  resize(plane, width, height, LANCZOS, 'renormalise');

/**
 * Gaussian blur with a standard deviation of `sigma` pixels, cut off at `radius`, the picture's
 * edge mirrored.
 */
export function blurGaussian(plane: Plane, sigma: number, radius = Math.ceil(4 * sigma)): Plane {
  const kernel = gaussianKernel(sigma, radius);
  return convolve(plane, kernel, 'symmetric');
}

/** Convolves both axes with the same odd symmetric kernel; the size stays. */
export function convolve(plane: Plane, kernel: Float64Array, edge: 'symmetric' | 'repeat'): Plane {
  return filter(
    plane,
    kernelTaps(plane.width, kernel, edge),
    kernelTaps(plane.height, kernel, edge),
  );
}

/** 2·radius + 1 weights of a Gaussian, which add up to 1. */
export function gaussianKernel(sigma: number, radius: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** An interpolation kernel; beyond `reach` it is 0. */
type Kernel = { readonly reach: number; readonly at: (x: number) => number };

const CUBIC: Kernel = { reach: CUBIC_REACH, at: keysCubic };
const LANCZOS: Kernel = { reach: 3, at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) };

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const resize = (plane: Plane, width: number, height: number, kernel: Kernel, edge: Edge): Plane =>
  filter(
    plane,
    resizeTaps(plane.width, width, kernel, edge),
    resizeTaps(plane.height, height, kernel, edge),
  );

function resizeTaps(from: number, to: number, kernel: Kernel, edge: Edge): Taps {
  const scale = from / to;
  const widening = Math.max(scale, 1);
  const support = kernel.reach * widening;
  return taps(to, from, edge, (i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.ceil(centre - support);
    const length = Math.floor(centre + support) - first + 1;
    return {
      first,
      weights: Array.from({ length }, (_, k) => kernel.at((first + k - centre) / widening)),
    };
  });
}

function kernelTaps(size: number, kernel: Float64Array, edge: Edge): Taps {
  const radius = (kernel.length - 1) / 2;
  return taps(size, size, edge, (i) => ({ first: i - radius, weights: [...kernel] }));
}

function taps(
  to: number,
  from: number,
  edge: Edge,
  at: (position: number) => { readonly first: number; readonly weights: readonly number[] },
): Taps {
  const indices: Int32Array[] = [];
  const weights: Float64Array[] = [];
  for (let i = 0; i < to; i++) {
    const { first, weights: exact } = at(i);
    const kept = exact.flatMap((weight, k) => {
      const index = insideEdge(first + k, from, edge);
      return index === undefined ? [] : [{ index, weight }];
    });
    const sum = kept.reduce((total, { weight }) => total + weight, 0);
    indices.push(Int32Array.from(kept, ({ index }) => index));
    weights.push(Float64Array.from(kept, ({ weight }) => weight / sum));
  }
  return { indices, weights };
}

function insideEdge(index: number, size: number, edge: Edge): number | undefined {
  if (index >= 0 && index < size) return index;
  if (edge === 'renormalise') return undefined;
  if (edge === 'repeat') return index < 0 ? 0 : size - 1;
  const around = ((index % (2 * size)) + 2 * size) % (2 * size);
  return around < size ? around : 2 * size - 1 - around;
}

function filter({ data, width, height }: Plane, across: Taps, down: Taps): Plane {
  const newWidth = across.indices.length;
  const newHeight = down.indices.length;
  const rows = new Float64Array(newWidth * height);
  for (let x = 0; x < newWidth; x++) {
    const indices = across.indices[x] ?? new Int32Array();
    const weights = across.weights[x] ?? new Float64Array();
    for (let y = 0; y < height; y++) {
      let sum = 0;
      for (let k = 0; k < indices.length; k++)
        sum += (data[y * width + (indices[k] ?? 0)] ?? 0) * (weights[k] ?? 0);
      rows[y * newWidth + x] = sum;
    }
  }
  const result = new Float64Array(newWidth * newHeight);
  for (let y = 0; y < newHeight; y++) {
    const indices = down.indices[y] ?? new Int32Array();
    const weights = down.weights[y] ?? new Float64Array();
    for (let k = 0; k < indices.length; k++) {
      const from = (indices[k] ?? 0) * newWidth;
      const weight = weights[k] ?? 0;
      for (let x = 0; x < newWidth; x++)
        result[y * newWidth + x] = (result[y * newWidth + x] ?? 0) + (rows[from + x] ?? 0) * weight;
    }
  }
  return { width: newWidth, height: newHeight, data: result };
}
