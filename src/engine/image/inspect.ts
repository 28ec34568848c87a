import path from 'node:path';
import type { Metadata } from 'sharp';
import type { Size } from '../../shared/geometry';
import type { OutputFormat } from '../../shared/settings';
import { changeSetting, engineError } from '../errors';
import { exifDensity } from '../metadata/jpegDensity';
import { colourLabel } from './colourLabel';
import { factsOf } from './containers';
import type { ContainerFacts, Density } from './containers/facts';
import { sniffed, type Container } from './containers/sniff';
import { notAnImage, SUPPORTED, unsupported } from './notAnImage';
import { withSource } from './openSource';
import { refuseKnownKinds } from './refusals';
import { ownWords } from './sharedLock';
import { loadSharp } from './sharpLoader';
import type { SourceInfo } from './sourceInfo';
import { drawn, svgSize } from './svgSource';

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

/** Reads a picture's header and refuses, before anything is decoded, what can't or mustn't be. */
export async function inspectSource(
  file: string,
  maxMegapixels: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<SourceInfo> {
  const name = path.basename(file);
  const facts = await withSource(file, async (view, head) => {
    refuseWhatIsNone(file, head);
    const container = sniffed(head);
    return container && factsOf(view, container);
  });
  if (facts === undefined) {
    const svg = await svgSize(file, name, signal);
    if (!svg) throw notAnImage(name, new Error('unsupported image format'));
    refuseTooLarge(name, svg, 1, maxMegapixels);
    return drawn(svg);
  }
  const { container } = facts;
  if (facts.unsupported !== undefined) throw unsupported(name, facts.unsupported);
  const metadata = await ownWords(() =>
    loadSharp()(file, { limitInputPixels: false }).metadata(),
  ).catch((error: unknown) => {
    throw notAnImage(name, error);
  });
  const [read, format] = FORMATS[metadata.format] ?? [undefined, undefined];
  if (read !== container || (metadata.format === 'heif' && metadata.compression !== 'av1')) {
    throw engineError('input-not-an-image', {
      message: `${name} is ${metadata.format.toUpperCase()}, which can't be upscaled.`,
      hint: `${SUPPORTED} Convert the picture to one of them first.`,
    });
  }
  refuseHdr(name, metadata, facts);
  const isAnimated = metadata.format === 'gif' || metadata.format === 'webp';
  const frames = isAnimated ? (metadata.pages ?? 1) : 1;
  const { width } = metadata;
  const height = metadata.pageHeight ?? metadata.height;
  refuseTooLarge(name, { width, height }, frames, maxMegapixels);
  const { space, icc, exif, xmp, iptc } = metadata;
  const isGrey = SPACES_OF_GREY.includes(space);
  if (!isGrey && ![...SPACES_OF_RGB, ...SPACES_CONVERTED].includes(space))
    throw unsupported(name, `${metadata.channels} channels whose colours nothing names (${space})`);
  const most = isGrey ? 2 : space === 'cmyk' ? 5 : 4;
  if (metadata.channels > most)
    throw unsupported(
      name,
      `${metadata.channels} channels; grey, RGB and CMYK with or without transparency can be read`,
    );
  const otherColours = isGrey || SPACES_OF_RGB.includes(space) ? undefined : space;
  return {
    size: frames > 1 ? { width, height } : metadata.autoOrient,
    format,
    formatName: metadata.format,
    isTurned: (metadata.orientation ?? 1) !== 1,
    frames,
    delay: (metadata.delay ?? []).map(sixteenBits),
    loop: sixteenBits(metadata.loop ?? 0),
    bitsPerChannel: metadata.depth === 'uchar' ? 8 : 16,
    isVector: false,
    isPremultiplied: facts.isPremultiplied ?? false,
    isGrey,
    otherColours,
    profile: otherColours === undefined ? profileOf(name, facts, icc, isGrey) : undefined,
    hasPalette: metadata.isPalette,
    isLossy:
      container === 'jpeg' || container === 'avif' || (container === 'webp' && !facts.isLossless),
    isProgressive: metadata.isProgressive,
    exif: exif ?? facts.exif,
    xmp,
    iptc,
    density: densityOf(metadata, facts),
    remarks: facts.remarks,
    notes: notesOf(metadata, facts),
  };
}

/** Refuses by its first bytes what no decoder needs to see. */
function refuseWhatIsNone(file: string, head: Buffer): void {
  const name = path.basename(file);
  if (head.length === 0) {
    throw engineError('input-empty', {
      message: `${name} is empty (0 bytes).`,
      hint: 'Restore the file from version control or a backup.',
    });
  }
  if (head.toString('latin1', 0, 200).startsWith(LFS_POINTER)) {
    throw engineError('input-lfs-pointer', {
      message: `${name} is a Git LFS pointer, not the picture itself.`,
      hint: 'Fetch the picture first: git lfs pull',
    });
  }
  refuseKnownKinds(file, head);
}

function refuseHdr(name: string, { depth, gainMap }: Metadata, facts: ContainerFacts): void {
  if (gainMap !== undefined || facts.hasGainMap === true) {
    throw engineError('input-not-an-image', {
      message:
        `${name} has a gain map (Ultra HDR): a second picture that brightens the ` +
        'first on HDR screens, and that would no longer fit.',
      hint: 'Export the picture without HDR, then upscale that.',
    });
  }
  if (!['uchar', 'ushort'].includes(depth)) {
    throw engineError('input-not-an-image', {
      message:
        `${name} has samples of the type ${depth}, as HDR pictures and ` +
        'measurements have; 8 and 16 bits a channel can be upscaled.',
      hint: 'Tone-map or convert it to 16 bits a channel first.',
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
      `${name} claims ${width}×${height} ` +
      `pixels${frames > 1 ? ` in ${frames} frames` : ''} ` +
      `(${megapixels.toFixed(0)} megapixels); the limit is ${maxMegapixels}.`,
    hint: 'If the picture is really that large, raise the limit.',
    remedies: [changeSetting('maxInputMegapixels')],
  });
}

/** What the formats can hold; damaged files claim more. */
const sixteenBits = (value: number): number => Math.min(65_535, Math.max(0, value));

function profileOf(
  name: string,
  facts: ContainerFacts,
  icc: Buffer | undefined,
  isGrey: boolean,
): Buffer | undefined {
  const label = colourLabel(facts, icc, isGrey);
  if ('profile' in label) return label.profile;
  if (label.refused === 'unknown')
    throw unsupported(name, 'colours that are named by code points nobody here knows');
  throw engineError('input-not-an-image', {
    message:
      `${name} is in high dynamic range (PQ or HLG), whose values mean other brightnesses than ` +
      'those of ordinary pictures.',
    hint: 'Tone-map it to an ordinary (SDR) picture, then upscale that.',
  });
}

/**
 * Pixels per inch, upright. The decoder tells one axis, of the container or of EXIF; the other is
 * taken from where it agrees.
 */
function densityOf(
  { density: x, orientation = 1, exif }: Metadata,
  { density: own }: ContainerFacts,
): Density | undefined {
  if (x === undefined) return undefined;
  const both = [own, exif && exifDensity(exif)].find((each) => each && Math.abs(each.x - x) < 1);
  const y = both ? (x * both.y) / both.x : x;
  return orientation >= 5 ? { x: y, y: x } : { x, y };
}

function notesOf({ format, space, pages = 1 }: Metadata, facts: ContainerFacts): string[] {
  const notes: string[] = [];
  if (facts.isAnimatedPng === true)
    notes.push('The source is an animated PNG, of which the codec reads the first frame only.');
  if (format === 'tiff' && pages > 1)
    notes.push(`The source has ${pages} pages; the first was upscaled.`);
  if (facts.morePictures !== undefined && facts.morePictures > 0)
    notes.push(
      `The source holds ${facts.morePictures + 1} pictures (MPO); the first was upscaled, and the ` +
        'result has no other.',
    );
  if (space === 'cmyk') notes.push('The source is CMYK, for print; the result is sRGB.');
  return notes;
}
