import type { Size } from '../../shared/geometry';
import type { OutputFormat } from '../../shared/settings';
import type { Stored } from './stored';
import type { Density, Extra, Remark } from './containers/facts';
import type { XmpExtension } from '../metadata/xmpParts';
import type { Words } from '../../shared/phrase';

/** What the header of a picture says. */
export type SourceInfo = {
  /** Size after the EXIF orientation is applied; of one frame. */
  readonly size: Size;
  /** The source's own format where it can be written. */
  readonly format: OutputFormat | undefined;
  readonly formatName: string;
  /** The pixels in the file are turned or mirrored by an EXIF orientation. */
  readonly isTurned: boolean;
  /** The file says, where decoders look, how it is to be turned, if only that it is upright. */
  readonly saysOrientation: boolean;
  readonly frames: number;
  /** Milliseconds each frame is shown, and how often all are (0: for ever). */
  readonly delay: readonly number[];
  readonly loop: number;
  readonly bitsPerChannel: number;
  readonly isVector: boolean;
  readonly stored: Stored;
  readonly isGrey: boolean;
  /** CMYK, CIELAB and the like, which are converted. */
  readonly otherColours: string | undefined;
  /** The colour profile that its values are in, if it fits to what is written: RGB, or grey. */
  readonly profile: Buffer | undefined;
  readonly hasPalette: boolean;
  /** The format has thrown something away. */
  readonly isLossy: boolean;
  readonly isProgressive: boolean;
  readonly exif: Buffer | undefined;
  readonly xmp: Buffer | undefined;
  /** What its XMP has besides, in segments of their own. */
  readonly xmpExtensions: readonly XmpExtension[];
  readonly iptc: Buffer | undefined;
  /** What else the file holds, and no result has. */
  readonly extras: readonly Extra[];
  /** Pixels per inch along both axes, upright. */
  readonly density: Density | undefined;
  /** Texts and comments that stand beside EXIF, XMP and IPTC. */
  readonly remarks: readonly Remark[];
  /** Keywords of texts that are damaged, too long or too many. */
  readonly lostTexts: readonly string[];
  /** What the person should know of how the picture can be read. */
  readonly notes: readonly Words[];
};

/** A part of a picture, with what the whole file says beside its pixels. */
export const describedBy = (whole: SourceInfo, part: SourceInfo): SourceInfo => ({
  ...part,
  profile: whole.profile,
  exif: whole.exif,
  xmp: whole.xmp,
  xmpExtensions: whole.xmpExtensions,
  iptc: whole.iptc,
  extras: whole.extras,
  density: whole.density,
  remarks: whole.remarks,
  lostTexts: whole.lostTexts,
  notes: whole.notes,
});
