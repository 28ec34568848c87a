import type { Rect, Size } from '../../shared/geometry';
import { TINY_ENCODER_REACH } from '../graph/sd21/tinyEncoder';
import type { PixelFile } from '../image/pixelFile';
import type { Budgets } from './budgets';
import { coreTiles, withReach } from './coreTiles';
import type { Latents } from './latentTiles';
import { need } from './need';
import type { PisaNetworks } from './pisaNetworks';
import type { Steps } from './steps';
import { encodeTiles, floats, paste, readImage, scaled } from './vaeEncode';
import { LATENT_PIXELS, latentSize } from './workSize';

/** In latents. */
const DRAFT_REACH = Math.ceil(TINY_ENCODER_REACH / LATENT_PIXELS);

/**
 * Whether drafts may be encoded by the tiny encoder, too, which is faster, and nothing of them serves
 * an exact picture later: those of `large` pictures, which the VAE would take tiles for, or any.
 */
export type RoughDraft = 'never' | 'large' | 'always';

/** Whether a draft of this picture is encoded by the tiny encoder. */
export const isDraftEncoded = (
  work: Size,
  roughDraft: RoughDraft,
  networks: PisaNetworks,
  budgets: Budgets,
): boolean =>
  roughDraft !== 'never' &&
  networks.encodesDrafts &&
  (roughDraft === 'always' || encodeTiles(work, networks, budgets).length > 1);

/** The tiny encoder has half the VAE's channels where they are fewest, and sees twice as far around. */
const DRAFT_SHARE = 2;

/** Tiles of the tiny encoder, in latents. */
export const draftEncodeTiles = (work: Size, { encoderPixels }: Budgets): readonly Rect[] =>
  coreTiles(
    { x: 0, y: 0, ...latentSize(work) },
    {
      budget: DRAFT_SHARE * encoderPixels,
      around: 2 * DRAFT_REACH * LATENT_PIXELS,
      pixels: LATENT_PIXELS,
    },
  );

/** z of an RGB picture by the tiny encoder, each latent as an untiled run yields it. */
export async function encodeDraft(
  work: PixelFile,
  networks: PisaNetworks,
  budgets: Budgets,
  steps: Steps,
): Promise<Latents> {
  const latents = latentSize(work.info);
  const channels = networks.checkpoint.vaeConfig.latentChannels;
  const whole: Latents = {
    ...latents,
    channels,
    data: new Float32Array(channels * latents.width * latents.height),
  };
  const network = await networks.get('draftEncoder');
  for (const core of draftEncodeTiles(work.info, budgets)) {
    const window = withReach(core, DRAFT_REACH, latents);
    const image = await readImage(work, scaled(window, LATENT_PIXELS));
    const { latent } = await steps.run('draftEncode', window.width * window.height, () =>
      network.run({ image: floats(image) }),
    );
    paste(whole, { ...window, channels, data: need(latent).data }, window, core);
  }
  await networks.release('draftEncoder');
  return whole;
}
