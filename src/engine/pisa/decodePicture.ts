import path from 'node:path';
import type { Rect, Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { ColourFix } from '../../shared/settings';
import type { PixelFile } from '../image/pixelFile';
import { decoderReach } from '../graph/sd21/vae';
import type { Budgets } from './budgets';
import { MomentSums, WAVELET_REACH, type ColourMoments } from './colourFix';
import { colourMoments, finishPicture } from './finishPicture';
import { FloatPicture } from './floatPicture';
import type { Latents } from './latentTiles';
import type { PisaNetworks } from './pisaNetworks';
import type { PisaPicture } from './pisaPicture';
import type { Steps } from './steps';
import { decodeDraft, type DraftForm } from './draftDecode';
import { decodeTiles } from './levelCrops';
import { clipPart, decodeCore, decodeWhole, sampleStatistics, within } from './vaeDecode';
import { throughMiddle } from './vaeEncode';
import type { WorkPicture } from './workPicture';
import { coreOf } from './workSize';

export type DecodeParams = {
  readonly networks: PisaNetworks;
  readonly guidance: Guidance;
  readonly colourFix: ColourFix;
  /** Whether the tiny decoder decodes it. */
  readonly draft: boolean;
  /** In floats unless given. */
  readonly draftForm?: DraftForm | undefined;
  readonly budgets: Budgets;
  readonly scratch: string;
};

/**
 * Decodes a part of the picture, or all of it, at a guidance, and brings its colours back. The
 * caller closes the result, RGB of the source's depth.
 */
export async function decodePicture(
  params: DecodeParams,
  picture: PisaPicture,
  work: WorkPicture,
  wanted: Rect,
  steps: Steps,
): Promise<PixelFile> {
  const { colourFix, scratch } = params;
  const area = colourFix === 'wavelet' ? grown(wanted, WAVELET_REACH, work) : wanted;
  const decoded = await FloatPicture.create(path.join(scratch, 'decoded.f32'), area);
  try {
    const decode = params.draft ? decodeDraft : decodeArea;
    const colours = await decode(params, picture, area, work, decoded, steps);
    return await finishPicture({
      decoded,
      area,
      wanted,
      work,
      colourFix:
        colourFix === 'adain' ? { colours, target: await coloursOf(picture, work) } : colourFix,
      path: path.join(scratch, 'finished.tif'),
    });
  } finally {
    await decoded.close();
  }
}

/** Moments of the picture that the networks see, which are found once. */
const coloursOf = async (picture: PisaPicture, work: WorkPicture): Promise<ColourMoments> =>
  (picture.sourceColours ??= await colourMoments(await work.pixels()));

/** Decodes an area into `decoded` and tells the moments of the whole decoded picture. */
async function decodeArea(
  params: DecodeParams,
  picture: PisaPicture,
  area: Rect,
  bounds: Size,
  decoded: FloatPicture,
  steps: Steps,
): Promise<ColourMoments> {
  const { networks, guidance, budgets } = params;
  const { vaeConfig, method } = networks.checkpoint;
  const features = await throughMiddle(
    'decoderMid',
    picture.guided(guidance, method, vaeConfig.scalingFactor),
    vaeConfig.blockOutChannels.at(-1) ?? 0,
    networks,
    budgets,
    steps,
  );
  const reach = decoderReach(vaeConfig);
  const everything = area.width === bounds.width && area.height === bounds.height;
  const all = { x: 0, y: 0, width: features.width, height: features.height };
  const fits = decodeTiles(all, reach, budgets.decoderPixels).length === 1;
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
  for (const core of decodeTiles(coreOf(area, features), reach, budgets.decoderPixels)) {
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

async function sampled(
  features: Latents,
  { networks }: DecodeParams,
  steps: Steps,
): Promise<{
  statistics: Awaited<ReturnType<typeof sampleStatistics>>['statistics'];
  colours: ColourMoments;
}> {
  const { part, statistics } = await sampleStatistics(features, networks, steps);
  const sums = new MomentSums();
  sums.add(part.samples);
  return { statistics, colours: sums.moments() };
}

function grown({ x, y, width, height }: Rect, by: number, bounds: Size): Rect {
  const [left, top] = [Math.max(0, x - by), Math.max(0, y - by)];
  return {
    x: left,
    y: top,
    width: Math.min(bounds.width, x + width + by) - left,
    height: Math.min(bounds.height, y + height + by) - top,
  };
}
