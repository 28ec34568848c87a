import type { UpscaleRequest } from '../../shared/engineProtocol';
import type { Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { OutputFormat } from '../../shared/settings';
import type { EncodeOptions } from '../image/encode';
import type { Density } from '../image/containers/facts';
import type { SourceInfo } from '../image/sourceInfo';
import { exifFor } from '../metadata/exif';
import { fittingExif } from '../metadata/exifFile';
import { iptcFor } from '../metadata/iptc';
import { fewOf, remarksFor } from '../metadata/remarks';
import { xmpFor } from '../metadata/xmp';
import { extraNotes } from './extraNotes';
import { formatFromName } from '../../shared/extensions';
import { phrase, type Words } from '../../shared/phrase';

/** What every format can hold. */
const MOST_DENSITY = 60_000;

/** What a result carries besides its pixels, and what the person should know of what was left. */
export type CarriedData = Pick<
  EncodeOptions,
  'exif' | 'xmp' | 'density' | 'remarks' | 'hasIptc'
> & {
  /** As the raw picture is given it. */
  readonly iptc: Buffer | undefined;
  readonly notes: readonly Words[];
};

/** EXIF, XMP, IPTC and density of a result. */
export function carriedData(
  source: SourceInfo,
  { output = {}, region }: UpscaleRequest,
  {
    size,
    scale,
    factor,
    model,
    guidance,
    version,
    format,
  }: {
    readonly format: OutputFormat;
    readonly size: Size;
    readonly scale: number;
    /** Of width and height. */
    readonly factor: { readonly x: number; readonly y: number };
    readonly model: string;
    readonly guidance: Guidance;
    readonly version: string;
  },
): CarriedData {
  const metadata = output.metadata ?? 'keep';
  const kept = metadata === 'strip' ? undefined : source;
  const keepLocation = metadata === 'keep';
  // An SVG's density is that of its drawing.
  const density =
    kept?.density === undefined || source.isVector
      ? undefined
      : {
          ...kept.density,
          x: Math.min(MOST_DENSITY, kept.density.x * factor.x),
          y: Math.min(MOST_DENSITY, kept.density.y * factor.y),
        };
  const own = kept?.exif && exifFor(kept.exif, size, keepLocation, density);
  const whole = own?.exif;
  const { exif, tooLong } = whole ? fittingExif(whole, format) : { exif: undefined, tooLong: [] };
  const xmp = xmpFor(
    kept?.xmp,
    {
      format,
      size,
      sourceSize: source.size,
      isTurned: source.isTurned,
      saysOrientation: source.saysOrientation,
      isPart: region !== undefined,
      keepLocation,
    },
    output.provenance === true ? { model, guidance, scale, version } : undefined,
    kept?.xmpExtensions,
  );
  const texts = remarksFor(kept?.remarks ?? [], format, keepLocation);
  const iptc = kept?.iptc && iptcFor(kept.iptc, keepLocation);
  const places = new Set([
    ...texts.places,
    ...(own?.places ?? []),
    ...xmp.places,
    ...(iptc?.places ?? []),
  ]);
  const unreadable = new Set([...(own?.unreadable ?? []), ...(iptc?.unreadable ?? [])]);
  const hasIptc = iptc?.block !== undefined && HOLDERS.IPTC?.includes(format) === true;
  return {
    ...(exif && HOLDERS.EXIF?.includes(format) === true ? { exif } : {}),
    ...(xmp.text === undefined ? {} : { xmp: xmp.text }),
    ...(density ? { density } : {}),
    remarks: texts.remarks,
    iptc: hasIptc ? iptc.block : undefined,
    hasIptc,
    notes: [
      ...xmp.notes,
      ...texts.notes,
      ...(kept && kept.lostTexts.length > 0
        ? [
            phrase`Texts were left out that are damaged, too long or too many: ${fewOf(kept.lostTexts)}.`,
          ]
        : []),
      ...(tooLong.length > 0
        ? [phrase`EXIF without ${fewOf(tooLong)}: no more than 64 KB of it can be written.`]
        : []),
      ...(hasIptc && iptc.isCut ? [CUT_IPTC] : []),
      ...(places.size > 0
        ? [phrase`Left out, since it says where something is: ${fewOf([...places])}.`]
        : []),
      ...(unreadable.size > 0
        ? [
            phrase`Left out, since nobody can tell whether it says where something is: ${fewOf([...unreadable])}.`,
          ]
        : []),
      ...extraNotes(kept?.extras ?? [], source.formatName, keepLocation),
      ...leftOut(format, {
        EXIF: exif !== undefined,
        XMP: xmp.text !== undefined && kept?.xmp !== undefined,
        IPTC: iptc?.block !== undefined,
        [RECORD]: output.provenance === true,
      }),
    ],
  };
}

/**
 * The density that encoders put wherever they must put one, as into EXIF: what EXIF itself says for
 * one that is not known. The formats that have a place of their own are told the true one afterwards.
 */
export const encoderDensity = (density: Density | undefined): Density =>
  density === undefined || density.isRatio === true ? { x: 72, y: 72 } : density;

const CUT_IPTC = phrase`The last entries of the IPTC were left out: no more than 64 KB of it can be written.`;
const RECORD = 'record';

/** Which formats hold what a result may carry; the codecs here write no other. */
const HOLDERS: { readonly [kind: string]: readonly OutputFormat[] } = {
  EXIF: ['png', 'jpeg', 'webp', 'avif', 'tiff'],
  XMP: ['png', 'jpeg', 'webp', 'avif', 'tiff'],
  IPTC: ['jpeg'],
  [RECORD]: ['png', 'jpeg', 'webp', 'avif', 'tiff'],
};

/** A note for each kind of metadata that is there and that the format takes none of. */
const leftOut = (format: OutputFormat, present: { readonly [kind: string]: boolean }): Words[] =>
  Object.entries(HOLDERS)
    .filter(([kind, formats]) => present[kind] === true && !formats.includes(format))
    .map(([kind, formats]) => {
      const names = formats.map((name) => name.toUpperCase()).join(', ');
      return kind === RECORD
        ? phrase`The record of how it was made was left out: ${format.toUpperCase()} as written here holds none (${names}).`
        : phrase`${kind} was left out: ${format.toUpperCase()} as written here holds none (${names}).`;
    });

/** What a person should know about the format that was chosen. */
export function formatNotes(
  source: SourceInfo,
  format: OutputFormat,
  facts: {
    readonly hasAlpha: boolean;
    readonly frames: number;
    /** The source's name. */
    readonly input: string;
  },
): Words[] {
  const name = format.toUpperCase();
  const notes: Words[] = [];
  // A batch names its results before it looks into the pictures.
  if (
    source.format !== undefined &&
    source.format !== format &&
    formatFromName(facts.input) === format
  )
    notes.push(
      phrase`In spite of its name the source is ${source.format.toUpperCase()}; the result is ${name}, as the name says. ${source.format.toUpperCase()} as output format keeps what it is.`,
    );
  if (facts.hasAlpha && format === 'jpeg')
    notes.push(phrase`${name} holds no transparency; it was laid on white.`);
  if (facts.hasAlpha && format === 'gif' && source.format !== 'gif')
    notes.push(phrase`GIF knows full transparency only; soft edges became hard.`);
  if (source.frames > facts.frames)
    notes.push(
      phrase`The source is animated (${source.frames} frames); its first frame was upscaled.`,
    );
  if (source.bitsPerChannel > 8 && format !== 'png' && format !== 'tiff')
    notes.push(phrase`The source has more than 8 bits per channel; ${name} has 8.`);
  if (source.isLossy && (format === 'png' || format === 'tiff'))
    notes.push(
      phrase`The source is lossy, so ${name} makes the file larger without making it better; JPEG, WebP or AVIF would do.`,
    );
  return notes;
}
