import type { Rect, Size } from '../../shared/geometry';
import type { DecoderReach } from '../graph/sd21/decoderCrops';
import type { Wholes } from '../runtime/network';
import { coreTiles, withReach } from './coreTiles';
import { LATENT_PIXELS } from './workSize';

/** Larger than any picture: no crop. */
const ALL = 2 ** 30;

/** What a decoder is given to decode one core of the latents. */
export type CoreWindow = {
  /** The latents that it sees. */
  readonly window: Rect;
  /** Its inputs that say what each level keeps. */
  readonly inputs: Readonly<Record<string, Wholes>>;
  /** The core's place in the picture, in pixels. */
  readonly rect: Rect;
  /** Where it begins in what the decoder yields. */
  readonly offset: { readonly x: number; readonly y: number };
};

/** Cores, in latents, that cover `area`; a single one that is the whole picture runs untiled. */
export function decodeTiles(area: Rect, { crops }: DecoderReach, budget: number): Rect[] {
  if (area.width * area.height * LATENT_PIXELS ** 2 <= budget) return [area];
  return coreTiles(area, { budget, around: 4 * (crops.at(-1) ?? 0), pixels: LATENT_PIXELS });
}

/**
 * A core with as much around it as its pixels depend on, less at each level of the decoder, so the
 * result is that of an untiled run, and the cost is in proportion to the core.
 */
export function coreWindow(core: Rect, { entry, crops }: DecoderReach, latents: Size): CoreWindow {
  const window = withReach(core, entry, latents);
  const across = cropAxis(
    { from: core.x, length: core.width },
    { from: window.x, length: window.width },
    latents.width,
    crops,
  );
  const down = cropAxis(
    { from: core.y, length: core.height },
    { from: window.y, length: window.height },
    latents.height,
    crops,
  );
  const inputs: Record<string, Wholes> = {};
  crops.forEach((_, i) => {
    const [x, y] = [across.levels[i], down.levels[i]];
    if (!x || !y) return;
    inputs[`crop.${i}.starts`] = { wholes: [y.start, x.start] };
    inputs[`crop.${i}.ends`] = { wholes: [y.end, x.end] };
  });
  const rect = {
    x: core.x * LATENT_PIXELS,
    y: core.y * LATENT_PIXELS,
    width: core.width * LATENT_PIXELS,
    height: core.height * LATENT_PIXELS,
  };
  return { window, inputs, rect, offset: { x: across.before, y: down.before } };
}

/** The inputs by which nothing is cropped. */
export const uncropped = ({ crops }: DecoderReach): Readonly<Record<string, Wholes>> =>
  Object.fromEntries(
    crops.flatMap((_, i) => [
      [`crop.${i}.starts`, { wholes: [0, 0] }],
      [`crop.${i}.ends`, { wholes: [ALL, ALL] }],
    ]),
  );

type Span = { readonly from: number; readonly length: number };

/**
 * For each level what to keep of it along one axis, and how many pixels lie before the core at the
 * end. Edges of the picture stay.
 */
function cropAxis(
  core: Span,
  window: Span,
  size: number,
  crops: readonly number[],
): { levels: { start: number; end: number }[]; before: number } {
  let before = core.from - window.from;
  let after = window.from + window.length - core.from - core.length;
  let inner = core.length;
  const atStart = window.from === 0;
  const atEnd = window.from + window.length === size;
  const levels = crops.map((crop) => {
    const start = atStart ? 0 : before - crop;
    const end = before + inner + (atEnd ? after : crop);
    before = 2 * (before - start);
    after = 2 * (atEnd ? after : crop);
    inner *= 2;
    return { start, end };
  });
  return { levels, before };
}
