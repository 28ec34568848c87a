import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AreaResampler } from '../../src/engine/image/resampleArea';
import type { Rect, Size } from '../../src/shared/geometry';
import type { Guidance } from '../../src/shared/guidance';
import { blendOf } from './previewSupport';

const FROM: Size = { width: 80, height: 68 };
/** Weights of layers that are all between 0 and 1: what no layer clips, no blend of them clips. */
const GUIDANCES: readonly Guidance[] = [
  { pixel: 1, semantic: 0.5 },
  { pixel: 0.7, semantic: 0.4 },
  { pixel: 0.5, semantic: 0.5 },
];
/** Layers are rounded to 8 bits before, and the blend to 8 bits between: Lanczos' taps widen that. */
const ROUNDING = 1.5;

/** Reproducible noise between two values. */
function noise(seed: number, low: number, high: number): Uint8ClampedArray {
  let state = seed;
  return Uint8ClampedArray.from({ length: 3 * FROM.width * FROM.height }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + ((high - low) * state) / 2 ** 32;
  });
}

const whole = (size: Size): Rect => ({ x: 0, y: 0, ...size });
const to = (scale: number): Size => ({
  width: Math.round((FROM.width / 4) * scale),
  height: Math.round((FROM.height / 4) * scale),
});

function reduced(data: Uint8ClampedArray, size: Size): Float32Array {
  const resampler = new AreaResampler(FROM, size, 'lanczos3');
  return resampler.resample({ rect: whole(FROM), bands: 3, data }, whole(size));
}

/**
 * For each sample of the result whether a pass of the reduction clips anything that it is made of:
 * libvips reduces columns first, and keeps what comes of them within 0 and 255.
 */
function clippedBetween(data: Uint8ClampedArray, size: Size): readonly boolean[] {
  const columns = { width: FROM.width, height: size.height };
  const between = reduced(data, columns);
  const rows = new AreaResampler(columns, size, 'lanczos3');
  const isClipped: boolean[] = [];
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++) {
      const reach = rows.neededFor({ x, y, width: 1, height: 1 });
      for (let channel = 0; channel < 3; channel++) {
        let hit = false;
        for (let i = reach.x; i < reach.x + reach.width; i++) {
          const value = between[3 * (y * FROM.width + i) + channel];
          hit ||= value === 0 || value === 255;
        }
        isClipped.push(hit);
      }
    }
  return isClipped;
}

type Difference = {
  readonly difference: number;
  /** Whether a layer or the blend is at an end of the range, which anybody can see. */
  readonly clipsAtLast: boolean;
  /** Whether any pass clips what the sample is made of. */
  readonly isClipped: boolean;
};

/** How far a blend of reduced layers, as a preview shows it, is from the reduced blend of a file. */
function differences(
  layers: readonly Uint8ClampedArray[],
  guidance: Guidance,
  size: Size,
): readonly Difference[] {
  const blend = Uint8ClampedArray.from(
    blendOf(
      layers.map((layer) => Uint8Array.from(layer)),
      guidance,
    ),
  );
  const written = reduced(blend, size);
  const shown = layers.map((layer) => reduced(layer, size));
  const clips = [...layers, blend].map((data) => clippedBetween(data, size));
  const { pixel, semantic } = guidance;
  return Array.from(written, (value, i) => {
    const [base = 0, faithful = 0, full = 0] = shown.map((layer) => layer[i] ?? 0);
    const mixed = base + pixel * (faithful - base) + semantic * (full - faithful);
    const clipsAtLast = [value, base, faithful, full].some((v) => v === 0 || v === 255);
    return {
      difference: Math.abs(mixed - value),
      clipsAtLast,
      isClipped: clipsAtLast || clips.some((clip) => clip[i] === true),
    };
  });
}

describe('a blend of reduced layers and a reduced blend', () => {
  for (const scale of [1, 2.5, 3.25])
    for (const guidance of GUIDANCES) {
      const dials = `×${scale}, (${guidance.pixel}, ${guidance.semantic})`;

      it(`${dials}: are one where nothing clips`, () => {
        const layers = [1, 2, 3].map((seed) => noise(seed, 90, 165));
        const all = differences(layers, guidance, to(scale));
        assert.ok(all.every(({ isClipped }) => !isClipped));
        const largest = Math.max(...all.map(({ difference }) => difference));
        assert.ok(largest <= ROUNDING, `${largest}`);
      });

      it(`${dials}: differ by more only where a pass of the reduction clips`, () => {
        const layers = [4, 5, 6].map((seed) => noise(seed, 0, 255));
        const all = differences(layers, guidance, to(scale));
        const free = all.filter(({ isClipped }) => !isClipped);
        assert.ok(free.length > 0.05 * all.length, `${free.length} of ${all.length} are free`);
        const largest = Math.max(...free.map(({ difference }) => difference));
        assert.ok(largest <= ROUNDING, `${largest} where nothing clips`);
      });
    }

  it('do differ where only its first pass clips, which a preview at such a scale can’t show', () => {
    const layers = [4, 5, 6].map((seed) => noise(seed, 0, 255));
    const all = differences(layers, { pixel: 0.7, semantic: 0.4 }, to(2.5));
    const within = all.filter(({ clipsAtLast }) => !clipsAtLast);
    const largest = Math.max(...within.map(({ difference }) => difference));
    assert.ok(largest > 3, `${largest}`);
  });
});
