import type { Rect, Size } from '../../shared/geometry';
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

  if (!isWhole && !known) sums.add((await sampled(latents, params, steps)).samples);
  const wanted = isWhole ? all : coreOf(area, latents);
  for (const core of decodeTiles(wanted, TINY_DECODER_REACH, budgets.decoderPixels)) {
    const part = clipPart(await decodeCore(core, latents, params, steps), bounds);
    if (isWhole) sums.add(part.samples);
    await decoded.write(within(part, area));
  }
  return known?.colours ?? remember(sums.moments());
}

async function decodeCore(
  core: Rect,
  latents: Latents,
  { networks }: DecodeParams,
  steps: Steps,
): Promise<DecodedPart> {
  const { window, inputs, rect, offset } = coreWindow(core, TINY_DECODER_REACH, latents);
  const network = await networks.get('draft');
  const result = await steps.run('draft', core.width * core.height, () =>
    network.run({ latent: floats(cut(latents, window)), ...inputs }),
  );
  return partOf(need(result.image), rect, offset);
}

async function sampled(
  latents: Latents,
  { networks }: DecodeParams,
  steps: Steps,
): Promise<DecodedPart> {
  const { windows, columns } = sampleWindows(latents, SAMPLE);
  const sample = collage(
    windows.map((window) => cut(latents, window)),
    columns,
  );
  const network = await networks.get('draft');
  const result = await steps.run('draft', sample.width * sample.height, () =>
    network.run({ latent: floats(sample), ...uncropped(TINY_DECODER_REACH) }),
  );
  const image = need(result.image);
  const [, , height = 0, width = 0] = image.dims;
  return partOf(image, { x: 0, y: 0, width, height }, { x: 0, y: 0 });
}

const floats = ({ channels, width, height, data }: Latents): Floats => ({
  data,
  dims: [1, channels, height, width],
});
