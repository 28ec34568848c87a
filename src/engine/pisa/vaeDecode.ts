import type { Rect, Size } from '../../shared/geometry';
import { decoderReach } from '../graph/sd21/vae';
import type { Floats } from '../runtime/network';
import { SAMPLE } from './budgets';
import { collage, cut, sampleWindows, type Latents } from './latentTiles';
import { coreWindow, uncropped } from './levelCrops';
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
    network.run({
      features: floats(features),
      ...uncropped(decoderReach(networks.checkpoint.vaeConfig)),
    }),
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

/** Decodes one core with given statistics; see `coreWindow`. */
export async function decodeCore(
  core: Rect,
  features: Latents,
  statistics: Floats,
  networks: PisaNetworks,
  steps: Steps,
): Promise<DecodedPart> {
  const reach = decoderReach(networks.checkpoint.vaeConfig);
  const { window, inputs, rect, offset } = coreWindow(core, reach, features);
  const network = await networks.get('decoderUp.given');
  const result = await steps.run('decode', core.width * core.height, () =>
    network.run({ features: floats(cut(features, window)), statistics, ...inputs }),
  );
  return partOf(need(result.image), rect, offset);
}

/** Takes `rect`'s size out of a planar picture in [−1,1], from `offset` on. */
export function partOf(
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

/** The part of a decoded part inside `area`, in coordinates of the area. */
export function within({ rect, samples }: DecodedPart, area: Rect): DecodedPart {
  const left = Math.max(rect.x, area.x);
  const top = Math.max(rect.y, area.y);
  const width = Math.min(rect.x + rect.width, area.x + area.width) - left;
  const height = Math.min(rect.y + rect.height, area.y + area.height) - top;
  const inside = new Float32Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    const from = 3 * ((top - rect.y + row) * rect.width + left - rect.x);
    inside.set(samples.subarray(from, from + 3 * width), 3 * row * width);
  }
  return { rect: { x: left - area.x, y: top - area.y, width, height }, samples: inside };
}
