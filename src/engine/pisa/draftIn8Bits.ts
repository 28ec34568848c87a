import { TINY_DECODER_REACH } from '../graph/sd21/tinyDecoder';
import type { Network } from '../runtime/network';
import { addsUpRightly } from '../trust/compareProducts';
import { cut, type Latents } from './latentTiles';
import { uncropped } from './levelCrops';
import { need } from './need';
import type { PisaNetworks } from './pisaNetworks';
import type { PisaPicture } from './pisaPicture';
import type { Guidance } from '../../shared/guidance';

/** Of the piece that both forms decode, in latents. */
const SIDE = 24;
/** Root mean square, of pictures in [−1,1]: five levels of 255. */
const MOST_DIFFERENCE = 0.04;
/** Less of the time is not worth the rounding. */
const MOST_TIME = 0.8;
const ROUNDS = 2;

/**
 * Decides, once while these networks are open, whether drafts of a dial that moves are decoded in 8 bits:
 * a piece from the middle of the picture is decoded in both forms, which must agree, and 8 bits be
 * faster. Processors without instructions for 8 bits are slower with them, and some add them up wrongly,
 * which need not show in that piece: they are asked by products that would overflow.
 */
export async function tryDraftsIn8Bits(
  networks: PisaNetworks,
  picture: PisaPicture,
  guidance: Guidance,
  addUpRightly: () => Promise<boolean> = addsUpRightly,
): Promise<void> {
  const { draftRanges } = picture;
  if (!networks.mayDraftIn8Bits || networks.draftsIn8Bits !== undefined || !draftRanges) return;
  const latents = picture.guided(guidance, networks.checkpoint.method, 1);
  const piece = middleOf(latents);
  const floats = await timed(await networks.get('draft'), piece);
  const bits = await timed(await networks.draftIn8Bits(draftRanges), piece);
  networks.draftsIn8Bits =
    (await addUpRightly()) &&
    difference(floats.image, bits.image) <= MOST_DIFFERENCE &&
    bits.milliseconds <= MOST_TIME * floats.milliseconds;
}

function middleOf(latents: Latents): Latents {
  const [width, height] = [Math.min(SIDE, latents.width), Math.min(SIDE, latents.height)];
  const x = Math.floor((latents.width - width) / 2);
  const y = Math.floor((latents.height - height) / 2);
  return cut(latents, { x, y, width, height });
}

async function timed(
  network: Network,
  { data, channels, width, height }: Latents,
): Promise<{ readonly image: Float32Array; readonly milliseconds: number }> {
  const inputs = {
    latent: { data, dims: [1, channels, height, width] },
    ...uncropped(TINY_DECODER_REACH),
  };
  let milliseconds = Infinity;
  let image = new Float32Array();
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    image = Float32Array.from(need((await network.run(inputs)).image).data);
    milliseconds = Math.min(milliseconds, performance.now() - started);
  }
  return { image, milliseconds };
}

/** Root mean square. */
function difference(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Math.sqrt(sum / Math.max(1, a.length));
}
