import path from 'node:path';
import type { Metadata } from 'sharp';
import type { Size } from '../../shared/geometry';
import type { OutputFormat } from '../../shared/settings';
import { changeSetting, engineError, messageOf } from '../errors';
import { exifDensity } from '../metadata/exifTags';
import { hasPaths } from '../metadata/photoshop';
import { cmykLabel, colourLabel, type ColourLabel, type Embedded } from './colourLabel';
import { factsOf } from './containers';
import type { ContainerFacts, Density, Part } from './containers/facts';
import { sniffed, type Container } from './containers/sniff';
import { notAnImage, SUPPORTED, unsupported } from './notAnImage';
import { withSource } from './openSource';
import { swapsSides } from './orientation';
import { refuseKnownKinds } from './refusals';
import { ownWords } from './sharedLock';
import { loadSharp } from './sharpLoader';
import type { SourceInfo } from './sourceInfo';
import { storedBy } from './stored';
import { inspectDrawing } from './svgSource';
import { type Words, phrase } from '../../shared/phrase';

const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

/** Containers, by what sharp calls them, and the formats in which they can be written. */
const FORMATS: { readonly [sharpFormat: string]: readonly [Container, OutputFormat] } = {
  png: ['png', 'png'],
  jpeg: ['jpeg', 'jpeg'],
  webp: ['webp', 'webp'],
  heif: ['avif', 'avif'],
  tiff: ['tiff', 'tiff'],
  gif: ['gif', 'gif'],
};
const SPACES_OF_GREY = ['b-w', 'grey16'];
const SPACES_OF_RGB = ['srgb', 'rgb16', 'rgb'];
const SPACES_CONVERTED = ['cmyk', 'lab', 'labs', 'lch', 'xyz', 'scrgb', 'hsv', 'yxy'];

/**
 * Reads a picture's header and refuses, before anything is decoded, what can't or mustn't be. Of the
 * `head` alone less is told of what will be lost; what is refused is the same.
 */
export async function inspectSource(
  file: string,
  maxMegapixels: number,
  signal: AbortSignal = new AbortController().signal,
  part: Part = 'whole',
): Promise<SourceInfo> {
  const name = path.basename(file);
  const facts = await withSource(file, async (view, head) => {
    refuseWhatIsNone(file, head);
    const container = sniffed(head);
    return container && factsOf(view, container, part);
  });
  if (facts === undefined) {
    const svg = await inspectDrawing(file, name, signal);
    if (!svg) throw notAnImage(name, new Error('unsupported image format'));
    refuseTooLarge(name, svg.size, 1, maxMegapixels);
    return svg;
  }
  const { container } = facts;
  if (facts.unsupported !== undefined) throw unsupported(name, facts.unsupported);
  if (facts.isCut === true) throw notAnImage(name, new Error('The file ends within a picture.'));
  const metadata = await ownWords(() =>
    loadSharp()(file, { limitInputPixels: false }).metadata(),
  ).catch((error: unknown) => {
    // The brand of sequences is one that the decoder does not know.
    if (container === 'avif' && facts.isAnimated === true)
      throw unsupported(name, phrase`an animation (AVIF image sequence), which its decoder lacks`);
    // By its first bytes it is of this format, so what is missing is the rest.
    const isCut = /unsupported image format/i.test(messageOf(error));
    throw notAnImage(name, isCut ? new Error('The file ends within its header.') : error);
  });
  const [read, format] = FORMATS[metadata.format] ?? [undefined, undefined];
  // Of a file with a general brand the decoder says HEVC, whatever is in it; there is no decoder for that.
  if (read !== container) {
    throw engineError('input-not-an-image', {
      message: phrase`${name} is ${metadata.format.toUpperCase()}, which can't be upscaled.`,
      hint: phrase`${SUPPORTED} Convert the picture to one of them first.`,
    });
  }
  refuseHdr(name, metadata, facts);
  const isAnimated = metadata.format === 'gif' || metadata.format === 'webp';
  const frames = isAnimated ? (metadata.pages ?? 1) : 1;
  const { width } = metadata;
  const height = metadata.pageHeight ?? metadata.height;
  refuseTooLarge(name, { width, height }, frames, maxMegapixels);
  const { hidden = {} } = facts;
  const { space, icc = hidden.icc, exif = hidden.exif } = metadata;
  const iptc =
    container === 'jpeg' ? (hidden.iptc ?? metadata.iptc) : (metadata.iptc ?? hidden.iptc);
  const stored = storedBy(facts);
  const orientation = metadata.orientation ?? stored.orientation;
  const isGrey = SPACES_OF_GREY.includes(space);
  if (!isGrey && ![...SPACES_OF_RGB, ...SPACES_CONVERTED].includes(space))
    throw unsupported(
      name,
      phrase`${metadata.channels} channels whose colors nothing names (${space})`,
    );
  const most = isGrey ? 2 : space === 'cmyk' ? 5 : 4;
  if (metadata.channels > most)
    throw unsupported(
      name,
      phrase`${metadata.channels} channels; gray, RGB and CMYK with or without transparency can be read`,
    );
  const otherColours = isGrey || SPACES_OF_RGB.includes(space) ? undefined : space;
  const label =
    otherColours === undefined
      ? labelOf(name, facts, { icc, exif }, isGrey)
      : cmykLabel(otherColours === 'cmyk' ? icc : undefined);
  return {
    size: upright({ width, height }, orientation),
    format,
    formatName: metadata.format,
    isTurned: (orientation ?? 1) !== 1,
    saysOrientation: orientation !== undefined || container === 'tiff' || container === 'avif',
    frames,
    // The decoder takes very short times for a tenth of a second, as browsers show them.
    delay: (facts.delays?.length === frames ? facts.delays : (metadata.delay ?? [])).map((each) =>
      Math.max(0, each),
    ),
    loop: timesShown(metadata.loop ?? 0),
    bitsPerChannel: metadata.depth === 'uchar' ? 8 : 16,
    isVector: false,
    // The decoder's own word comes first; by it single pictures are turned as they are read.
    stored: {
      ...stored,
      orientation: metadata.orientation === undefined || frames > 1 ? orientation : undefined,
    },
    isGrey,
    otherColours,
    profile: label.profile,
    hasPalette: metadata.isPalette,
    isLossy:
      container === 'jpeg' || container === 'avif' || (container === 'webp' && !facts.isLossless),
    isProgressive: metadata.isProgressive,
    exif,
    // Of several segments the decoder takes one.
    xmp: container === 'jpeg' ? (hidden.xmp ?? metadata.xmp) : (metadata.xmp ?? hidden.xmp),
    xmpExtensions: hidden.xmpExtensions ?? [],
    iptc,
    extras: [
      ...(facts.extras ?? []),
      ...([iptc, metadata.tifftagPhotoshop].some((block) => block && hasPaths(block))
        ? (['paths'] as const)
        : []),
    ],
    density: densityOf(metadata.density, exif, facts, orientation),
    remarks: facts.remarks,
    lostTexts: facts.lostTexts ?? [],
    notes: [...notesOf(metadata, facts), ...label.notes],
  };
}

/** Refuses by its first bytes what no decoder needs to see. */
function refuseWhatIsNone(file: string, head: Buffer): void {
  const name = path.basename(file);
  if (head.length === 0) {
    throw engineError('input-empty', {
      message: phrase`${name} is empty (0 bytes).`,
      hint: phrase`Restore the file from version control or a backup.`,
    });
  }
  if (head.toString('latin1', 0, 200).startsWith(LFS_POINTER)) {
    throw engineError('input-lfs-pointer', {
      message: phrase`${name} is a Git LFS pointer, not the picture itself.`,
      hint: phrase`Fetch the picture first: git lfs pull`,
    });
  }
  refuseKnownKinds(file, head);
}

function refuseHdr(name: string, { depth, gainMap }: Metadata, facts: ContainerFacts): void {
  if (gainMap !== undefined || facts.hasGainMap === true) {
    throw engineError('input-not-an-image', {
      message: phrase`${name} has a gain map (Ultra HDR): a second picture that brightens the first on HDR screens, and that would no longer fit.`,
      hint: phrase`Export the picture without HDR, then upscale that.`,
    });
  }
  if (!['uchar', 'ushort'].includes(depth)) {
    throw engineError('input-not-an-image', {
      message: phrase`${name} has samples of the type ${depth}, as HDR pictures and measurements have; 8 and 16 bits a channel can be upscaled.`,
      hint: phrase`Tone-map or convert it to 16 bits a channel first.`,
    });
  }
}

function refuseTooLarge(
  name: string,
  { width, height }: Size,
  frames: number,
  maxMegapixels: number,
): void {
  const megapixels = (width * height * frames) / 1e6;
  if (megapixels <= maxMegapixels) return;
  throw engineError('input-too-large', {
    message:
      frames > 1
        ? phrase`${name} claims ${width}×${height} pixels in ${frames} frames (${megapixels.toFixed(0)} megapixels); the limit is ${maxMegapixels}.`
        : phrase`${name} claims ${width}×${height} pixels (${megapixels.toFixed(0)} megapixels); the limit is ${maxMegapixels}.`,
    hint: phrase`If the picture is really that large, raise the limit.`,
    remedies: [changeSetting('maxInputMegapixels')],
  });
}

/** What the formats can hold: a GIF repeats up to 65,535 times. Damaged files claim more. */
const timesShown = (value: number): number => Math.min(65_536, Math.max(0, value));

function labelOf(
  name: string,
  facts: ContainerFacts,
  embedded: Embedded,
  isGrey: boolean,
): Extract<ColourLabel, { profile: unknown }> {
  const label = colourLabel(facts, embedded, isGrey);
  if ('profile' in label) return label;
  if (label.refused === 'unknown')
    throw unsupported(name, phrase`colors that are named by code points nobody here knows`);
  if (label.refused === 'narrow')
    throw unsupported(
      name,
      phrase`colors in the narrow range of video, which its decoder does not widen`,
    );
  throw engineError('input-not-an-image', {
    message: phrase`${name} is in high dynamic range (PQ or HLG), whose values mean other brightnesses than those of ordinary pictures.`,
    hint: phrase`Tone-map it to an ordinary (SDR) picture, then upscale that.`,
  });
}

/** The size as it is shown. */
const upright = ({ width, height }: Size, orientation = 1): Size =>
  swapsSides(orientation) ? { width: height, height: width } : { width, height };

/**
 * Pixels per inch, upright, as the container or EXIF says them; the decoder makes some up where
 * nothing does. Where both speak, a PNG's own chunk counts; else what the decoder takes, but for
 * what EXIF says where nothing is known.
 */
function densityOf(
  decoded: number | undefined,
  exif: Buffer | undefined,
  { container, density: own }: ContainerFacts,
  orientation = 1,
): Density | undefined {
  const said = [own, exif && exifDensity(exif)].filter(
    (each): each is Density => each !== undefined && !isUnset(each),
  );
  const [first] = said;
  const isOwn =
    first !== undefined &&
    first === own &&
    first.isRatio !== true &&
    (container === 'png' || said.slice(1).every(isDefault));
  const density =
    (isOwn ? first : undefined) ??
    said.find((each) => !each.isRatio && Math.abs(each.x - (decoded ?? 0)) < 1) ??
    first;
  return density && swapsSides(orientation) ? { ...density, x: density.y, y: density.x } : density;
}

/** What EXIF says for a density that is not known. */
const isDefault = ({ x, y }: Density): boolean => x === 72 && y === 72;

/** One pixel a millimetre: what libvips, and with it many a tool, writes where nothing is known. */
const isUnset = ({ x, y, isRatio }: Density): boolean =>
  isRatio !== true && [x, y].every((each) => Math.abs(each - 25.4) < 0.01);

function notesOf({ format, space, pages = 1 }: Metadata, facts: ContainerFacts): Words[] {
  const notes: Words[] = [];
  if (facts.isAnimated === true)
    notes.push(
      phrase`The source is an animated ${facts.container.toUpperCase()}, of which the codec reads the first frame only.`,
    );
  if (facts.damage !== undefined) notes.push(facts.damage);
  if (facts.note !== undefined) notes.push(facts.note);
  if (format === 'tiff' && pages > 1)
    notes.push(phrase`The source has ${pages} pages; the first was upscaled.`);
  if (facts.morePictures !== undefined && facts.morePictures > 0)
    notes.push(
      phrase`The source holds ${facts.morePictures + 1} pictures (MPO); the first was upscaled, and the result has no other.`,
    );
  if (format === 'heif' && pages > 1)
    notes.push(
      phrase`The source holds ${pages} pictures; the main one was upscaled, and the result has no other.`,
    );
  if (space === 'cmyk') notes.push(phrase`The source is CMYK, for print; the result is sRGB.`);
  return notes;
}
