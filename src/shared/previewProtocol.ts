import type { PixelArtChoice } from './assetOptions';
import type { Rect, Size } from './geometry';
import type { Branch, Guidance } from './guidance';
import type { ColourFix, Device, DeviceChoice, OutputFormat, PrecisionChoice } from './settings';
import type { Words } from './phrase';

/**
 * A preview is what a model adds to a picture, taken apart so that every guidance can be shown by a
 * blend:
 *
 * `y = I00 + λ_pix · (I10 − I00) + λ_sem · (I11 − I10)`
 *
 * where `Iab` is the result at (λ_pix, λ_sem) = (a, b), 8-bit sRGB, at the wanted scale: brought to
 * it as the export does it. For models that work in pixels the blend equals the export wherever
 * nothing clips; for PiSA-SR it is approximate.
 *
 * Of a large picture only a part is asked for, the one that is seen.
 */
export type PreviewRequest = {
  /** Chosen by the client; letters, digits and `-` only. */
  readonly jobId: string;
  /** Absolute path of the source. */
  readonly input: string;
  /**
   * Made by the client, and removed by it when the preview is closed: the tiles' files stay there
   * until then.
   */
  readonly scratchDirectory: string;
  readonly model: string;
  /** See `UpscaleRequest`. It runs over all of the picture, before the first tile. */
  readonly restore?: string;
  /** See `UpscaleRequest`. */
  readonly prompt?: string;
  readonly device: DeviceChoice;
  /** `auto` unless given. */
  readonly precision?: PrecisionChoice;
  readonly maxInputMegapixels: number;
  /** For diffusion models; others ignore it. */
  readonly colourFix: ColourFix;
  /** The factor by which the result is larger than the source. */
  readonly scale: number;
  /** See `AssetOptions`. */
  readonly pixelArt: PixelArtChoice;
  /** The part of the result, in its pixels, that should come first. May reach beyond the result. */
  readonly first?: Rect;
  /**
   * Only the tiles that this part of the result touches; all of them unless given. Models that
   * compute a picture as a whole ignore it.
   */
  readonly region?: Rect;
  /** Tiles that the panel has already. */
  readonly have?: readonly Rect[];
};

/**
 * Asks for a part of the result as the export would make it at this guidance. With PiSA-SR the
 * decoder's statistics and the colours are taken from the decodes of the whole picture that were
 * made so far, by interpolation: at a guidance that none was made for they are close, not equal.
 */
export type ExactRegionRequest = Omit<PreviewRequest, 'first' | 'region' | 'have'> & {
  readonly guidance: Guidance;
  /** In pixels of the result, inside it. */
  readonly rect: Rect;
  /** Decoded by the tiny decoder, of pictures that say `draft`. */
  readonly draft?: boolean;
};

export type ExactRegionResult = {
  readonly rect: Rect;
  /** Name of a file in the scratch folder: interleaved RGB rows of the rectangle, 8 bits. */
  readonly file: string;
};

/** Asks how large a file of a preview's result would be, from some of its tiles. */
export type EncodedSizeRequest = {
  readonly scratchDirectory: string;
  /** Names of files in that folder, and their places; what is gone is left out. */
  readonly tiles: readonly { readonly file: string; readonly rect: Rect }[];
  /** Of the result; empty for squares. */
  readonly branches: readonly Branch[];
  readonly guidance: Guidance;
  readonly format: OutputFormat;
  readonly quality: number;
  readonly lossless: boolean;
};

/** A finished part of the preview. */
export type PreviewTile = {
  /** In pixels of the result. */
  readonly rect: Rect;
  /**
   * Name of a file in the scratch folder: the layers I00, I10 and, if the model has a semantic
   * branch, I11, one after another, each interleaved RGB rows of the rectangle, 8 bits; then, if the
   * picture has transparency, one byte of alpha a pixel.
   */
  readonly file: string;
  /** Of this tile alone. */
  readonly figures: PreviewFigures;
};

export type PreviewProgress = {
  readonly phase: 'prepare' | 'infer';
  /** Tiles done so far, and all; in `prepare` those of a restorer. 0 of 0 before the plan is made. */
  readonly done: number;
  readonly total: number;
  readonly device?: Device;
  /** Estimated seconds until the end. */
  readonly secondsLeft?: number;
  /** What this step finished. */
  readonly tile?: PreviewTile;
  /**
   * A first look at a part of a large picture, close to what tiles, which take its place, will show
   * there. It has no figures.
   */
  readonly look?: Omit<PreviewTile, 'figures'>;
  /** The part of the result that is worked on now, where that is known. */
  readonly next?: Rect;
  /** Known from the first progress of phase `infer` on. */
  readonly picture?: PreviewPicture;
};

export type PreviewPicture = {
  /** Of the result. */
  readonly size: Size;
  readonly sourceSize: Size;
  readonly scale: number;
  /** Empty for squares. */
  readonly branches: readonly Branch[];
  readonly hasAlpha: boolean;
  /**
   * `squares`: pixel art, without a model. I00 is a smooth enlargement then, I10 the squares: what is
   * saved is (1, 0).
   */
  readonly way: 'model' | 'squares';
  /** Whether the blend equals the export (where nothing clips). */
  readonly exact: boolean;
  /** Whether a tiny decoder made the layers, and can make a part at any guidance. */
  readonly draft?: true;
};

/**
 * Sums over all channels of all pixels of the source, values in [0,255]: `d` is I00 reduced to the
 * source's size minus the source, `p` the reduced I10 − I00, `s` the reduced I11 − I10. The squared
 * error of any guidance follows: (d + λ_pix·p + λ_sem·s)².
 */
export type ConsistencySums = {
  readonly count: number;
  readonly dd: number;
  readonly dp: number;
  readonly ds: number;
  readonly pp: number;
  readonly ps: number;
  readonly ss: number;
};

/** What is measured of the tiles of a preview. */
export type PreviewFigures = {
  readonly consistency: ConsistencySums;
  /**
   * Pixels of the result by |luma(I11) − luma(I10)|, BT.601, rounded to whole 8-bit levels: 256
   * counts. Empty without a semantic branch.
   */
  readonly inventedLuma: readonly number[];
};

/** How damaged the source is, from the source alone. */
export type DegradationEstimate = {
  /** Standard deviation of the noise in 8-bit levels of luma. */
  readonly noise: number;
  /** 0 for no blocks; about 1 for JPEG of quality 50 and more below. */
  readonly blockiness: number;
  /**
   * Width of the sharpest edges' blur in pixels of the source, as a Gaussian's standard deviation;
   * about 0.5 for a sharp picture.
   */
  readonly blur: number;
  /** Whether it looks like letters or lines on plain ground: a screenshot, a diagram. */
  readonly lettering: boolean;
};

/** `W`: words as the engine sends them, or texts in the language of who asked it. */
export type PreviewResult<W extends Words = string> = PreviewPicture & {
  readonly device: Device;
  /** `int8` where the model was computed in 8 bits. */
  readonly precision?: 'int8';
  readonly figures: PreviewFigures;
  readonly estimate: DegradationEstimate;
  readonly seconds: { readonly total: number; readonly inference: number };
  /** Things the person should know. */
  readonly notes: readonly W[];
};
