import type { Container } from './sniff';

/** Code points of ITU-T H.273, as AVIF and PNG name colours. */
export type CodePoints = {
  readonly primaries: number;
  readonly transfer: number;
  readonly isFullRange: boolean;
};

/** A remark in a file, with a keyword where the format has one. */
export type Remark = { readonly keyword?: string; readonly text: string };

/** Pixels per inch along both axes, of the pixels as they are stored. */
export type Density = { readonly x: number; readonly y: number };

/** What a PNG says of its colours without a profile: exponent and chromaticities. */
export type Chromaticity = {
  readonly gamma?: number;
  readonly chromaticities?: readonly number[];
};

/** What the structure of a file says, beyond what the decoder tells. */
export type ContainerFacts = {
  readonly container: Container;
  readonly remarks: readonly Remark[];
  readonly codePoints?: CodePoints;
  readonly chromaticity?: Chromaticity;
  readonly density?: Density;
  /** A second picture brightens the first on HDR screens. */
  readonly hasGainMap?: boolean;
  readonly isLossless?: boolean;
  /** Colours are stored multiplied by alpha, and the decoder leaves them so. */
  readonly isPremultiplied?: boolean;
  /** An animation of which the decoder reads the first frame only. */
  readonly isAnimatedPng?: boolean;
  readonly frames?: number;
  /** Whole pictures behind the first one (MPO), previews not counted. */
  readonly morePictures?: number;
  /** EXIF that stands where the decoder does not look for it. */
  readonly exif?: Buffer;
  /** What the decoders here lack for this file, as the end of "… has …". */
  readonly unsupported?: string;
};
