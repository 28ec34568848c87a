import type { Container } from './sniff';
import { type Words } from '../../../shared/phrase';

/** How much of a file is looked at: those who plan need no more than what stands before the pixels. */
export type Part = 'head' | 'whole';

/** Code points of ITU-T H.273, as AVIF and PNG name colours. */
export type CodePoints = {
  readonly primaries: number;
  readonly transfer: number;
  readonly isFullRange: boolean;
};

/** A remark in a file, with a keyword where the format has one. */
export type Remark = { readonly keyword?: string; readonly text: string };

/**
 * Pixels per inch along both axes, of the pixels as they are stored; or only how the two compare,
 * for pixels that are not square and have no size.
 */
export type Density = { readonly x: number; readonly y: number; readonly isRatio?: boolean };

/** What a file says of its colours without a profile. */
export type SaidColours = {
  /** By name, so that what older programs say in EXIF counts no more. */
  readonly isSrgb?: boolean;
  /** Exponent by which light became values. */
  readonly gamma?: number;
  /** Light (0 to 65,535) of each value, of all channels or of each; none where they can't be read. */
  readonly curves?: readonly (readonly number[])[];
  /** x and y of white, red, green and blue. */
  readonly chromaticities?: readonly number[];
};

/** Metadata in places that decoders pass over: behind the pixels, or under names of other programs. */
export type Hidden = {
  readonly exif?: Buffer;
  readonly xmp?: Buffer;
  readonly iptc?: Buffer;
  readonly icc?: Buffer;
  /**
   * What there is of XMP that is longer than a JPEG's segment, by its name in the packet: its bytes, or
   * that a part of them is missing, or that they are too many.
   */
  readonly xmpExtensions?: readonly {
    readonly guid: string;
    readonly content: Buffer | 'cut' | 'long';
  }[];
};

/**
 * What a file may hold beside its picture and the metadata that goes on, and no result has: Content
 * Credentials (C2PA), which are signed for the file as it was; outlines that were drawn in Photoshop;
 * a program's layers; where on a map its pixels lie (GeoTIFF); how Android stretches a nine-patch that
 * it compiled; parts that only single programs know, by their names; and how many bytes stand behind
 * the picture's end.
 */
export type Extra =
  | 'credentials'
  | 'paths'
  | 'layers'
  | 'map'
  | 'nine-patch'
  | { readonly ofPrograms: readonly string[] }
  | { readonly bytesBehind: number };

/** What the structure of a file says, beyond what the decoder tells. */
export type ContainerFacts = {
  readonly container: Container;
  readonly remarks: readonly Remark[];
  /** Keywords of remarks that are damaged, too long or too many. */
  readonly lostTexts?: readonly string[];
  readonly codePoints?: CodePoints;
  readonly saidColours?: SaidColours;
  readonly density?: Density;
  /** A second picture brightens the first on HDR screens. */
  readonly hasGainMap?: boolean;
  /** What it holds besides. */
  readonly extras?: readonly Extra[];
  readonly isLossless?: boolean;
  /** Colours are stored multiplied by alpha, and the decoder leaves them so. */
  readonly isPremultiplied?: boolean;
  /** An animation of which the decoder reads the first frame only. */
  readonly isAnimated?: boolean;
  readonly frames?: number;
  /** Of a GIF: where pictures that leave a part bare have the flag that says it is transparent. */
  readonly bareFlags?: readonly number[];
  /** Milliseconds that each frame of an animation is shown, as the file has them. */
  readonly delays?: readonly number[];
  /** Whole pictures behind the first one (MPO), previews not counted. */
  readonly morePictures?: number;
  /** What stands where the decoder does not look for it. */
  readonly hidden?: Hidden;
  /** The file ends within a picture. */
  readonly isCut?: boolean;
  /** What is missing of the picture, or wrong in it, and no decoder says. */
  readonly damage?: Words;
  /** What a person should know of how the file ends. */
  readonly note?: Words;
  /** What the decoders here lack for this file, as the end of "… has …". */
  readonly unsupported?: Words;
};
