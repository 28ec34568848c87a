import path from 'node:path';
import type { Rect, Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { ColourFix } from '../../shared/settings';
import type { DecodedSource } from '../image/decode';
import { pillowResize } from '../image/pillowResize';
import { PixelFile } from '../image/pixelFile';
import { joinAlpha } from '../upscale/blend';
import { SAMPLE, type Budgets } from './budgets';
import { MomentSums, WAVELET_REACH, type ColourMoments } from './colourFix';
import { finishPicture } from './finishPicture';
import { FloatPicture } from './floatPicture';
import { latentTiles, sampleWindows, type Latents } from './latentTiles';
import type { PisaNetworks } from './pisaNetworks';
import { neededPasses, PisaPicture } from './pisaPicture';
import { costOf, Steps, type Pace, type StepProgress } from './steps';
import { clipPart, decodeCore, decodeTiles, decodeWhole, sampleStatistics } from './vaeDecode';
import { encodePicture, encodeTiles, throughMiddle } from './vaeEncode';
import { LATENT_PIXELS, latentSize, workSize, type WorkSize } from './workSize';

export type PisaParams = {
  readonly source: DecodedSource;
  readonly scale: number;
  /** SD-2.1's training size: smaller results are computed at this size and reduced. */
  readonly processSize: number;
  readonly guidance: Guidance;
  readonly colourFix: ColourFix;
  /** Only this part of the result. */
  readonly region: Rect | undefined;
  readonly networks: PisaNetworks;
  readonly budgets: Budgets;
  readonly pace: Pace;
  /** What an earlier call computed for the same picture and scale on the same networks. */
  readonly known: PisaPicture | undefined;
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: StepProgress) => void;
};

export type PisaResult = {
  /** The result, or its region: 8-bit RGB, or RGBA when the source has transparency. The caller closes it. */
  readonly raw: PixelFile;
  readonly picture: PisaPicture;
  readonly steps: number;
  readonly inferenceSeconds: number;
};

/**
 * PiSA-SR's way of one picture: enlarge → z = s·mean(enc) → ε_pix, ε_full → z₀ → decode → colours. Deterministic. `known` saves everything
 * before the decode; `region` makes the decode as small as the region.
 */
export async function upscalePisa(params: PisaParams): Promise<PisaResult> {
  const { source, networks, scratch } = params;
  const sizes = workSize(source.rgb.info, params.scale, params.processSize);
  const work = await enlarge(source.rgb, sizes, scratch);
  try {
    const steps = new Steps(params.signal, plan(params, sizes), params.pace, params.onProgress);
    const picture = params.known ?? new PisaPicture(await encodePicture(work, networks, params.budgets, steps));
    await picture.complete(params.guidance, networks, params.budgets, steps);
    // A small picture is reduced at the end, which needs all of it.
    const reduced = sizes.work.width !== sizes.target.width || sizes.work.height !== sizes.target.height;
    const wanted = (!reduced && params.region) || { x: 0, y: 0, ...sizes.work };
    const finished = await decodeAndFinish(params, picture, work, wanted, steps);
    const colour = reduced ? await reduce(finished, sizes.target, params.region, scratch) : finished;
    const raw = source.alpha ? await withAlpha(colour, source.alpha, sizes.target, params.region, scratch) : colour;
    return { raw, picture, steps: steps.count, inferenceSeconds: steps.inferenceSeconds };
  } finally {
    await work.close();
  }
}

/** The picture that the networks see: Pillow's bicubic, in two steps for small pictures as in the reference. */
async function enlarge(source: PixelFile, { source: first, work }: WorkSize, scratch: string): Promise<PixelFile> {
  const { width, height } = source.info;
  if (first.width === width && first.height === height) return pillowResize(source, work, path.join(scratch, 'work.tif'));
  const enlarged = await pillowResize(source, first, path.join(scratch, 'first.tif'));
  try {
    return await pillowResize(enlarged, work, path.join(scratch, 'work.tif'));
  } finally {
    await enlarged.close();
  }
}

/** Number and cost of the steps that lie ahead. */
function plan({ known, guidance, networks, budgets, region }: PisaParams, { work }: WorkSize): { steps: number; cost: number } {
  const latents = latentSize(work);
  const area = latents.width * latents.height;
  const { windows } = sampleWindows(latents, SAMPLE);
  const sampled = windows.reduce((sum, window) => sum + window.width * window.height, 0);
  let [steps, cost] = [0, 0];
  const add = (kind: Parameters<typeof costOf>[0], count: number, size: number): void => {
    steps += count;
    cost += costOf(kind, size);
  };
  const middle = area <= budgets.middleLatents ? { count: 1, size: area } : { count: 1 + latentTiles(latents).length, size: sampled + latentTiles(latents).reduce((sum, tile) => sum + tile.width * tile.height, 0) };
  if (!known) {
    const tiles = encodeTiles(work, networks, budgets).length;
    add('encode', tiles === 1 ? 1 : tiles + 1, tiles === 1 ? area : area * 1.5 + sampled);
    add('middle', middle.count, middle.size);
  }
  const passes = known ? known.missing(guidance) : neededPasses(guidance);
  const tiles = latentTiles(latents, budgets.unetTile);
  for (let i = 0; i < passes.length; i++) add('unet', tiles.length, tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0));
  add('middle', middle.count, middle.size);
  const cores = decodeTiles(region ? coreOf(region, latents) : { x: 0, y: 0, ...latents }, networks, budgets);
  const whole = cores.length === 1 && !region;
  add('decode', whole ? 1 : cores.length + 1, cores.reduce((sum, core) => sum + core.width * core.height, 0) + (whole ? 0 : sampled));
  return { steps, cost };
}

/** The latents that a part of the picture comes from. */
function coreOf({ x, y, width, height }: Rect, latents: Size): Rect {
  const [left, top] = [Math.floor(x / LATENT_PIXELS), Math.floor(y / LATENT_PIXELS)];
  return {
    x: left,
    y: top,
    width: Math.min(latents.width, Math.ceil((x + width) / LATENT_PIXELS)) - left,
    height: Math.min(latents.height, Math.ceil((y + height) / LATENT_PIXELS)) - top,
  };
}

async function decodeAndFinish(params: PisaParams, picture: PisaPicture, work: PixelFile, wanted: Rect, steps: Steps): Promise<PixelFile> {
  const { networks, guidance, colourFix, scratch } = params;
  const { vaeConfig } = networks.checkpoint;
  const features = await throughMiddle('decoderMid', picture.guided(guidance, vaeConfig.scalingFactor), vaeConfig.blockOutChannels.at(-1) ?? 0, networks, params.budgets, steps);
  const area = colourFix === 'wavelet' ? grown(wanted, WAVELET_REACH, work.info) : wanted;
  const decoded = await FloatPicture.create(path.join(scratch, 'decoded.f32'), area);
  try {
    const colours = await decodeArea(params, picture, features, area, work.info, decoded, steps);
    return await finishPicture({ decoded, area, wanted, work, colourFix, colours, path: path.join(scratch, 'finished.tif') });
  } finally {
    await decoded.close();
  }
}

/** Decodes an area into `decoded` and tells the moments of the whole decoded picture. */
async function decodeArea(params: PisaParams, picture: PisaPicture, features: Latents, area: Rect, bounds: Size, decoded: FloatPicture, steps: Steps): Promise<ColourMoments> {
  const { networks, guidance, budgets } = params;
  const everything = area.width === bounds.width && area.height === bounds.height;
  const all = { x: 0, y: 0, width: features.width, height: features.height };
  const fits = decodeTiles(all, networks, budgets).length === 1;
  const sums = new MomentSums();

  if (fits && (everything || picture.anchors.estimate(guidance) === undefined)) {
    const { part, statistics } = await decodeWhole(features, networks, steps);
    const whole = clipPart(part, bounds);
    sums.add(whole.samples);
    picture.anchors.add({ guidance, statistics, colours: sums.moments() });
    await decoded.write(everything ? whole : within(whole, area));
    return sums.moments();
  }
  // A part takes what whole decodes told; the whole of a large picture measures for itself.
  const known = everything ? picture.anchors.exact(guidance) : picture.anchors.estimate(guidance);
  const { statistics, colours } = known ?? (await sampled(features, params, steps));
  for (const core of decodeTiles(coreOf(area, features), networks, budgets)) {
    const part = clipPart(await decodeCore(core, features, statistics, networks, steps), bounds);
    sums.add(part.samples);
    await decoded.write(within(part, area));
  }
  if (!everything) {
    if (!known) picture.anchors.add({ guidance, statistics, colours });
    return colours;
  }
  // Its large tiles' memory would stay beside that of the next whole decode.
  await networks.release('decoderUp.given');
  picture.anchors.add({ guidance, statistics, colours: sums.moments() });
  return sums.moments();
}

async function sampled(features: Latents, { networks }: PisaParams, steps: Steps): Promise<{ statistics: Awaited<ReturnType<typeof sampleStatistics>>['statistics']; colours: ColourMoments }> {
  const { part, statistics } = await sampleStatistics(features, networks, steps);
  const sums = new MomentSums();
  sums.add(part.samples);
  return { statistics, colours: sums.moments() };
}

function grown({ x, y, width, height }: Rect, by: number, bounds: Size): Rect {
  const [left, top] = [Math.max(0, x - by), Math.max(0, y - by)];
  return { x: left, y: top, width: Math.min(bounds.width, x + width + by) - left, height: Math.min(bounds.height, y + height + by) - top };
}

/** The part of a decoded part inside `area`, in coordinates of the area. */
function within({ rect, samples }: { rect: Rect; samples: Float32Array }, area: Rect): { rect: Rect; samples: Float32Array } {
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

/** A small picture's result at the size that was asked for, by Pillow's bicubic as in the reference. Closes `large`. */
async function reduce(large: PixelFile, target: Size, region: Rect | undefined, scratch: string): Promise<PixelFile> {
  let small: PixelFile | undefined;
  try {
    small = await pillowResize(large, target, path.join(scratch, 'reduced.tif'));
    return region ? await crop(small, region, path.join(scratch, 'region.tif')) : small;
  } finally {
    await large.close();
    if (region) await small?.close();
  }
}

async function crop(picture: PixelFile, { x, y, width, height }: Rect, file: string): Promise<PixelFile> {
  const { bands, width: stride } = picture.info;
  const result = await PixelFile.create(file, { width, height, bands });
  for (let row = 0; row < height; row++) {
    const line = await picture.rows(y + row, y + row + 1);
    await result.writeRows(row, line.subarray(x * bands, Math.min(stride, x + width) * bands));
  }
  return result;
}

const BAND = 64;

/** Joins the alpha plane, enlarged by the same filter as the picture. Closes `colour`. */
async function withAlpha(colour: PixelFile, alpha: PixelFile, target: Size, region: Rect | undefined, scratch: string): Promise<PixelFile> {
  const { width, height } = colour.info;
  const enlarged = await pillowResize(alpha, target, path.join(scratch, 'alpha-large.tif'));
  const plane = region ? await crop(enlarged, region, path.join(scratch, 'alpha-region.tif')) : enlarged;
  try {
    const joined = await PixelFile.create(path.join(scratch, 'joined.tif'), { width, height, bands: 4 });
    for (let y = 0; y < height; y += BAND) {
      const end = Math.min(height, y + BAND);
      const [rgb, a] = [await colour.rows(y, end), await plane.rows(y, end)];
      const band = new Uint8ClampedArray((end - y) * width * 4);
      for (let i = 0; i < a.length; i++) band.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
      joinAlpha(band, new Uint8ClampedArray(a.buffer, a.byteOffset, a.length));
      await joined.writeRows(y, new Uint8Array(band.buffer));
    }
    return joined;
  } finally {
    await colour.close();
    await enlarged.close();
    if (region) await plane.close();
  }
}
