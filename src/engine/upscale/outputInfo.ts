import type { UpscaleRequest } from '../../shared/engineProtocol';
import type { Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { MetadataChoice } from '../../shared/outputOptions';
import type { OutputFormat } from '../../shared/settings';
import type { EncodeOptions } from '../image/encode';
import type { SourceInfo } from '../image/inspect';
import { exifFor } from '../metadata/exif';
import { writableExif } from '../metadata/exifText';
import { xmpFor } from '../metadata/xmp';

/**
 * What a result carries besides its pixels: EXIF, XMP, density, and whether IPTC is in the raw
 * picture.
 */
export function carriedData(
  source: SourceInfo,
  { output = {} }: UpscaleRequest,
  {
    size,
    scale,
    model,
    guidance,
    version,
    format,
  }: {
    readonly format: OutputFormat;
    readonly size: Size;
    readonly scale: number;
    readonly model: string;
    readonly guidance: Guidance;
    readonly version: string;
  },
): Pick<EncodeOptions, 'exif' | 'xmp' | 'density' | 'hasIptc'> {
  const metadata = output.metadata ?? 'keep';
  const kept = metadata === 'strip' ? undefined : source;
  const withLocation = metadata === 'keep';
  const exif = kept?.exif && exifFor(kept.exif, size, withLocation);
  const xmp = xmpFor(
    kept?.xmp,
    withLocation,
    output.provenance === true ? { model, guidance, scale, version } : undefined,
  );
  return {
    ...(exif ? { exif: writableExif(exif) } : {}),
    ...(xmp === undefined ? {} : { xmp }),
    // An SVG's density is that of its drawing.
    ...(kept?.density === undefined || source.isVector
      ? {}
      : { density: Math.min(60_000, kept.density * scale) }),
    hasIptc: kept?.iptc !== undefined && carriesIptc(format, kept.iptc),
  };
}

/**
 * Only JPEG holds IPTC as libvips writes it: in a block of Photoshop's, which is how it comes out
 * of a JPEG.
 */
const carriesIptc = (format: OutputFormat, iptc: Buffer): boolean =>
  format === 'jpeg' && iptc.toString('latin1', 0, 13) === 'Photoshop 3.0';

/** What a person should know about the format that was chosen. */
export function formatNotes(
  source: SourceInfo,
  format: OutputFormat,
  facts: {
    readonly hasAlpha: boolean;
    readonly frames: number;
    readonly metadata: MetadataChoice | undefined;
  },
): string[] {
  const name = format.toUpperCase();
  const notes: string[] = [];
  if (facts.hasAlpha && format === 'jpeg')
    notes.push(`${name} holds no transparency; it was laid on white.`);
  if (facts.hasAlpha && format === 'gif' && source.format !== 'gif')
    notes.push('GIF knows full transparency only; soft edges became hard.');
  if (source.frames > facts.frames)
    notes.push(`The source is animated (${source.frames} frames); its first frame was upscaled.`);
  if (source.bitsPerChannel > 8 && format !== 'png' && format !== 'tiff')
    notes.push(`The source has more than 8 bits per channel; ${name} has 8.`);
  if (source.iptc && facts.metadata !== 'strip' && !carriesIptc(format, source.iptc))
    notes.push('IPTC was left out: it is carried from JPEG to JPEG only. EXIF and XMP were kept.');
  if (source.isLossy && (format === 'png' || format === 'tiff'))
    notes.push(
      `The source is lossy, so ${name} makes the file larger without making it better; ` +
        'JPEG, WebP or AVIF would do.',
    );
  return notes;
}
