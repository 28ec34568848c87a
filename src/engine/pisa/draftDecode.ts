import type { Rect, Size } from '../../shared/geometry';
import { RANGES } from '../graph/sd21/eightBits';
import { TINY_DECODER_REACH } from '../graph/sd21/tinyDecoder';
import type { Floats } from '../runtime/network';
import { SAMPLE } from './budgets';
import { MomentSums, type ColourMoments } from './colourFix';
import type { DecodeAnchor } from './decodeAnchors';
import type { DecodeParams } from './decodePicture';
import type { FloatPicture } from './floatPicture';
import { collage, cut, sampleWindows, type Latents } from './latentTiles';
import { coreWindow, decodeTiles, uncropped } from './levelCrops';
import { need } from './need';
import type { PisaPicture } from './pisaPicture';
import type { Steps } from './steps';
import { clipPart, partOf, within, type DecodedPart } from './vaeDecode';
import { coreOf } from './workSize';

/**
 * How a draft is decoded: in floats, the same while it is measured what 8 bits need to know of the
 * picture, or in 8 bits by what was measured.
 */
export type DraftForm = 'floats' | 'measured' | 'int8';

/** The tiny decoder has no norms that would need any. */
const NO_STATISTICS: Floats = { dims: [0], data: new Float32Array() };

/**
 * Decodes an area by the tiny decoder into `decoded`, and tells the moments of the whole picture so
 * decoded: of a part of a picture too large for one run those that whole decodes told, or four windows
 * spread over it.
 */
export async function decodeDraft(
  params: DecodeParams,
  picture: PisaPicture,
  area: Rect,
  bounds: Size,
  decoded: FloatPicture,
  steps: Steps,
): Promise<ColourMoments> {
  const { guidance, networks, budgets } = params;
  const latents = picture.guided(guidance, networks.checkpoint.method, 1);
  const { width, height } = latents;
  const everything = area.width === bounds.width && area.height === bounds.height;
  const all = { x: 0, y: 0, width, height };
  const fits = decodeTiles(all, TINY_DECODER_REACH, budgets.decoderPixels).length === 1;
  // What fits into one run is decoded whole, so that its moments are its own.
  const isWhole = everything || fits;
  const known = isWhole ? undefined : picture.draftAnchors.estimate(guidance);
  const sums = new MomentSums();
  const remember = (colours: ColourMoments): ColourMoments => {
    const anchor: DecodeAnchor = { guidance, statistics: NO_STATISTICS, colours };
    picture.draftAnchors.add(anchor);
    return colours;
  };

  if (!isWhole && !known) sums.add((await sampled(latents, params, picture, steps)).samples);
  const wanted = isWhole ? all : coreOf(area, latents);
  for (const core of decodeTiles(wanted, TINY_DECODER_REACH, budgets.decoderPixels)) {
    const part = clipPart(await decodeCore(core, latents, params, picture, steps), bounds);
    if (isWhole) sums.add(part.samples);
    await decoded.write(within(part, area));
  }
  return known?.colours ?? remember(sums.moments());
}

async function decodeCore(
  core: Rect,
  latents: Latents,
  params: DecodeParams,
  picture: PisaPicture,
  steps: Steps,
): Promise<DecodedPart> {
  const { window, inputs, rect, offset } = coreWindow(core, TINY_DECODER_REACH, latents);
  const image = await decoded(cut(latents, window), inputs, core, params, picture, steps);
  return partOf(image, rect, offset);
}

/** Runs the tiny decoder in the form that is wanted. `size` is what counts as work. */
async function decoded(
  latents: Latents,
  inputs: ReturnType<typeof uncropped>,
  { width, height }: Size,
  { networks, draftForm = 'floats' }: DecodeParams,
  picture: PisaPicture,
  steps: Steps,
): Promise<Floats> {
  const { draftRanges } = picture;
  const isIn8Bits = draftForm === 'int8' && draftRanges !== undefined;
  const network = isIn8Bits
    ? await networks.draftIn8Bits(draftRanges)
    : await networks.get(draftForm === 'measured' ? 'draft.measured' : 'draft');
  const { image, [RANGES]: ranges } = await steps.run(
    isIn8Bits ? 'draft8' : 'draft',
    width * height,
    () => network.run({ latent: floats(latents), ...inputs }),
  );
  if (ranges) picture.sawRanges(ranges.data);
  return need(image);
}

async function sampled(
  latents: Latents,
  params: DecodeParams,
  picture: PisaPicture,
  steps: Steps,
): Promise<DecodedPart> {
  const { windows, columns } = sampleWindows(latents, SAMPLE);
  const sample = collage(
    windows.map((window) => cut(latents, window)),
    columns,
  );
  const inputs = uncropped(TINY_DECODER_REACH);
  const image = await decoded(sample, inputs, sample, params, picture, steps);
  const [, , height = 0, width = 0] = image.dims;
  return partOf(image, { x: 0, y: 0, width, height }, { x: 0, y: 0 });
}

const floats = ({ channels, width, height, data }: Latents): Floats => ({
  data,
  dims: [1, channels, height, width],
});
