import path from 'node:path';
import type { Guidance } from '../../shared/guidance';
import { PixelFile } from '../image/pixelFile';
import { clamped16, newClamped, plain, type ClampedSamples, type Samples } from '../image/samples';
import { joinAlpha } from './blend';
import {
  pairLayers,
  pairWeights,
  PAIR_LAYERS,
  type LayerRun,
  type PairLayer,
  type PairMembers,
} from './pairLayers';
import type {
  InferInput,
  InferRequest,
  InferResult,
  UpscaleContext,
  UpscaleServices,
} from './services';

const BAND = 64;

/** Runs a tiled and a diffusion model over a picture and blends what they make of it, in pixels. */
export async function inferPair(
  request: InferRequest,
  services: UpscaleServices,
  context: UpscaleContext,
  input: InferInput & { readonly members: PairMembers },
): Promise<InferResult> {
  const { members, guidance, decoded } = input;
  const weights = pairWeights(guidance);
  // Transparency comes with the pixel layer.
  const wanted = PAIR_LAYERS.filter(
    (layer) => weights[layer] !== 0 || (layer === 'pixel' && decoded.alpha !== undefined),
  );
  const runs = await pairLayers(wanted, members, request, services, context, input);
  try {
    const raw = await blended(runs, guidance, path.join(request.scratchDirectory, 'result.tif'));
    const all = [...runs.values()];
    return {
      raw,
      isRegion: false,
      tiles: all.reduce((sum, { tiles }) => sum + tiles, 0),
      device: all.at(-1)?.device ?? input.device,
      inferenceSeconds: all.reduce((sum, run) => sum + run.inferenceSeconds, 0),
    };
  } finally {
    await Promise.all([...runs.values()].map(({ raw }) => raw.close()));
  }
}

/** The layers' weighted sum, rounded once. The caller closes it. */
async function blended(
  runs: ReadonlyMap<PairLayer, LayerRun>,
  guidance: Guidance,
  file: string,
): Promise<PixelFile> {
  const weights = pairWeights(guidance);
  const layers = [...runs].map(([layer, { raw }]) => ({ raw, weight: weights[layer] }));
  const [first] = layers;
  if (!first) throw new Error('A pair was asked for no layer.');
  const { width, height } = first.raw.info;
  const alpha = layers.find(({ raw }) => raw.info.bands === 4)?.raw;
  const bands = alpha ? 4 : 3;
  const { depth } = first.raw;
  const rounded = (value: number): number => (depth === 16 ? clamped16(value) : value);
  const result = await PixelFile.scratch(file, { width, height, bands, depth });
  try {
    for (let y = 0; y < height; y += BAND) {
      const end = Math.min(height, y + BAND);
      const count = (end - y) * width;
      const sum = new Float32Array(3 * count);
      for (const { raw, weight } of layers) {
        if (weight === 0) continue;
        const rows = await raw.samples(y, end);
        const stride = raw.info.bands;
        for (let i = 0; i < count; i++)
          for (let channel = 0; channel < 3; channel++)
            sum[3 * i + channel] =
              (sum[3 * i + channel] ?? 0) + weight * (rows[stride * i + channel] ?? 0);
      }
      const band = newClamped(depth, bands * count);
      for (let i = 0; i < count; i++)
        for (let channel = 0; channel < 3; channel++)
          band[bands * i + channel] = rounded(sum[3 * i + channel] ?? 0);
      if (alpha) joinAlpha(band, alphaOf(await alpha.samples(y, end)));
      await result.writeRows(y, plain(band));
    }
    return result;
  } catch (error) {
    await result.close();
    throw error;
  }
}

/** Every fourth sample of interleaved RGBA. */
export function alphaOf(rgba: Uint8Array): Uint8ClampedArray;
export function alphaOf(rgba: Samples): ClampedSamples;
export function alphaOf(rgba: Samples): ClampedSamples {
  const plane = newClamped(rgba instanceof Uint16Array ? 16 : 8, rgba.length / 4);
  for (let i = 0; i < plane.length; i++) plane[i] = rgba[4 * i + 3] ?? 0;
  return plane;
}
