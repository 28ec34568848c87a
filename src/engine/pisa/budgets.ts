import { LATENT_TILE } from './latentTiles';

/** How much one run of a network may take. */
export type Budgets = {
  /** Pixels of the picture in one run of the encoder's and the decoder's convolutions. */
  readonly encoderPixels: number;
  readonly decoderPixels: number;
  /** Latents up to which the VAE's attention sees the whole picture at once. */
  readonly middleLatents: number;
  /** Tiles of the UNet, in latents; see `latentTiles`. */
  readonly unetTile: { readonly side: number; readonly overlap: number };
};

/**
 * What small pictures of the usual shapes are processed at fits in one run (512×512 takes 1.4 GB on
 * the CPU, this 2.1 GB): statistics are then exact, and no sample is decoded beside it. A GPU that
 * can't hold it is tried again with a quarter.
 */
const PIXELS = 800 * 512;
/** 1024×1024 pixels, about 0.6 GB. */
const MIDDLE_LATENTS = 128 * 128;

/** The budgets, or a `share` of them. */
export const budgetsFor = (share = 1): Budgets => ({
  encoderPixels: Math.ceil(PIXELS * share),
  decoderPixels: Math.ceil(PIXELS * share),
  middleLatents: Math.ceil(MIDDLE_LATENTS * share),
  // What the model makes of a tile depends on the tile's size, so this stays the reference's.
  unetTile: LATENT_TILE,
});

/**
 * Statistics of pictures too large for one run are taken from so many windows per axis, of so many
 * latents a side.
 */
export const SAMPLE = { side: 32, perAxis: 2 } as const;
