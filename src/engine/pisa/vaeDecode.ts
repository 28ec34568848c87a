import type { Rect, Size } from '../../shared/geometry';
import { decoderReach } from '../graph/sd21/vae';
import type { Floats, Wholes } from '../runtime/network';
import { SAMPLE, type Budgets } from './budgets';
import { coreTiles, withReach } from './coreTiles';
import { collage, cut, sampleWindows, type Latents } from './latentTiles';
import { need } from './need';
import type { PisaNetworks } from './pisaNetworks';
import type { Steps } from './steps';
import { LATENT_PIXELS } from './workSize';

/** A decoded part: interleaved RGB in [0,1]. */
export type DecodedPart = { readonly rect: Rect; readonly samples: Float32Array };

const floats = ({ channels, width, height, data }: Latents): Floats => ({
  data,
  dims: [1, channels, height, width],
});

/** Larger than any picture: no crop. */
const ALL = 2 ** 30;

/** Cores, in latents, that cover `area`; a single one that is the whole picture runs untiled. */
export function decodeTiles(
  area: Rect,
  networks: PisaNetworks,
  { decoderPixels }: Budgets,
): Rect[] {
  if (area.width * area.height * LATENT_PIXELS ** 2 <= decoderPixels) return [area];
  const { crops } = decoderReach(networks.checkpoint.vaeConfig);
  return coreTiles(area, {
    budget: decoderPixels,
    around: 4 * (crops.at(-1) ?? 0),
    pixels: LATENT_PIXELS,
  });
}

/**
 * Decodes the whole from the features that the middle graph yields, in one run. Also tells the
 * group norms' statistics.
 */
export async function decodeWhole(
  features: Latents,
  networks: PisaNetworks,
  steps: Steps,
): Promise<{ part: DecodedPart; statistics: Floats }> {
  const { width, height } = features;
  const network = await networks.get('decoderUp.measure');
  const result = await steps.run('decode', width * height, () =>
    network.run({ features: floats(features), ...uncropped(networks) }),
  );
  const size = { width: width * LATENT_PIXELS, height: height * LATENT_PIXELS };
  return {
    part: partOf(need(result.image), { x: 0, y: 0, ...size }, { x: 0, y: 0 }),
    statistics: need(result.statistics),
  };
}

/**
 * The statistics of a picture that is too large for one run, estimated from windows spread over it.
 */
export async function sampleStatistics(
  features: Latents,
  networks: PisaNetworks,
  steps: Steps,
): Promise<{ part: DecodedPart; statistics: Floats }> {
  const { windows, columns } = sampleWindows(features, SAMPLE);
  const sampled = await decodeWhole(
    collage(
      windows.map((window) => cut(features, window)),
      columns,
    ),
    networks,
    steps,
  );
  await networks.release('decoderUp.measure');
  return sampled;
}

/**
 * Decodes one core with given statistics. It sees as much around it as its pixels depend on, less
 * at each level of the decoder, so the result is that of an untiled run, and the cost is in
 * proportion to the core.
 */
export async function decodeCore(
  core: Rect,
  features: Latents,
  statistics: Floats,
  networks: PisaNetworks,
  steps: Steps,
): Promise<DecodedPart> {
  const { entry, crops } = decoderReach(networks.checkpoint.vaeConfig);
  const window = withReach(core, entry, features);
  const across = cropAxis(
    { from: core.x, length: core.width },
    { from: window.x, length: window.width },
    features.width,
    crops,
  );
  const down = cropAxis(
    { from: core.y, length: core.height },
    { from: window.y, length: window.height },
    features.height,
    crops,
  );
  const inputs: Record<string, Floats | Wholes> = {
    features: floats(cut(features, window)),
    statistics,
  };
  crops.forEach((_, i) => {
    const [x, y] = [across.levels[i], down.levels[i]];
    if (!x || !y) return;
    inputs[`crop.${i}.starts`] = { wholes: [y.start, x.start] };
    inputs[`crop.${i}.ends`] = { wholes: [y.end, x.end] };
  });
  const network = await networks.get('decoderUp.given');
  const result = await steps.run('decode', core.width * core.height, () => network.run(inputs));
  const rect = {
    x: core.x * LATENT_PIXELS,
    y: core.y * LATENT_PIXELS,
    width: core.width * LATENT_PIXELS,
    height: core.height * LATENT_PIXELS,
  };
  return partOf(need(result.image), rect, { x: across.before, y: down.before });
}

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

function uncropped(networks: PisaNetworks): Record<string, Wholes> {
  const { crops } = decoderReach(networks.checkpoint.vaeConfig);
  return Object.fromEntries(
    crops.flatMap((_, i) => [
      [`crop.${i}.starts`, { wholes: [0, 0] }],
      [`crop.${i}.ends`, { wholes: [ALL, ALL] }],
    ]),
  );
}

/** Takes `rect`'s size out of a planar picture in [−1,1], from `offset` on. */
function partOf(
  { data, dims }: Floats,
  rect: Rect,
  offset: { readonly x: number; readonly y: number },
): DecodedPart {
  const [, , height = 0, width = 0] = dims;
  const samples = new Float32Array(3 * rect.width * rect.height);
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < rect.height; y++) {
      let from = (channel * height + offset.y + y) * width + offset.x;
      let to = 3 * y * rect.width + channel;
      for (let x = 0; x < rect.width; x++, from++, to += 3)
        samples[to] = Math.min(1, Math.max(0, (data[from] ?? 0) * 0.5 + 0.5));
    }
  }
  return { rect, samples };
}

/** The part of `part` inside a picture of this size: drops what was mirrored beyond its edges. */
export function clipPart({ rect, samples }: DecodedPart, bounds: Size): DecodedPart {
  const width = Math.min(rect.width, bounds.width - rect.x);
  const height = Math.min(rect.height, bounds.height - rect.y);
  if (width === rect.width)
    return { rect: { ...rect, height }, samples: samples.subarray(0, 3 * width * height) };
  const clipped = new Float32Array(3 * width * height);
  for (let y = 0; y < height; y++)
    clipped.set(samples.subarray(3 * y * rect.width, 3 * (y * rect.width + width)), 3 * y * width);
  return { rect: { ...rect, width, height }, samples: clipped };
}
