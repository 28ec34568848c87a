import { inflateSync } from 'node:zlib';
import { NO_COLOUR, NO_END_MARK } from './damageWords';
import type {
  CodePoints,
  ContainerFacts,
  Density,
  Hidden,
  Part,
  Remark,
  SaidColours,
} from './facts';
import { behindEnd } from './behindEnd';
import { extrasOf } from './pngExtras';
import { highestIndex, type IndexedLayout, type Span } from './pngIndices';
import { MOST_STEPS, MOST_TEXT_BYTES, type FileView } from './fileView';
import { hiddenIn } from './pngTexts';
import { phrase } from '../../../shared/phrase';

const SIGNATURE_BYTES = 8;
const OVERHEAD = 12;
const INCHES_PER_METRE = 39.3701;
const MOST_REMARKS = 200;
const LONGEST_KEYWORD = 79;
/** Of an IHDR: pixels are numbers of colors of a palette. */
const INDEXED = 3;

/** Walks through a PNG's chunks. (PNG specification, third edition, 5 and 11.) */
export async function pngFacts(view: FileView, part: Part): Promise<ContainerFacts> {
  const remarks: Remark[] = [];
  const lostTexts = new Set<string>();
  let remarkBytes = 0;
  let saidColours: SaidColours | undefined;
  let codePoints: CodePoints | undefined;
  let density: Density | undefined;
  let hidden: Hidden = {};
  let [isSrgb, isAnimated, isApple, pixels] = [false, false, false, false];
  const names = new Set<string>();
  let at = SIGNATURE_BYTES;
  let end: number | undefined;
  let isCut = false;
  let layout: IndexedLayout | undefined;
  let colours = 0;
  const data: Span[] = [];
  for (let step = 0; step < MOST_STEPS; step++) {
    const head = await view.bytes(at, 8);
    isCut = head.length < 8;
    if (isCut) break;
    const length = head.readUInt32BE(0);
    const type = head.toString('latin1', 4, 8);
    const from = at + 8;
    at += OVERHEAD + length;
    if (type === 'IEND') {
      end = at;
      break;
    }
    names.add(type);
    if (type === 'IDAT') {
      pixels = true;
      data.push({ at: from, length });
    } else if (type === 'IHDR') layout = indexedLayout(await view.bytes(from, length));
    else if (type === 'PLTE') colours = Math.floor(length / 3);
    else if (type === 'CgBI') isApple = true;
    else if (type === 'eXIf' && pixels && length <= MOST_TEXT_BYTES)
      hidden = { ...hidden, exif: Buffer.from(await view.bytes(from, length)) };
    else if (/^[tzi](?:EXt|TXt)$/.test(type)) {
      const isTooMuch = length > MOST_TEXT_BYTES || remarks.length >= MOST_REMARKS;
      const remark = isTooMuch ? undefined : remarkOf(type, await view.bytes(from, length));
      const metadata = remark && hiddenIn(remark);
      if (metadata) {
        hidden = { ...metadata, ...hidden };
        continue;
      }
      remarkBytes += remark?.text.length ?? 0;
      if (remark && remarkBytes <= MOST_TEXT_BYTES) remarks.push(remark);
      else lostTexts.add(keywordIn(await view.bytes(from, Math.min(length, LONGEST_KEYWORD))));
    } else if (!pixels && length <= 64) {
      // What says something of the pixels stands before them.
      const data = await view.bytes(from, length);
      if (data.length < length) break;
      if (type === 'acTL') isAnimated = true;
      else if (type === 'sRGB') isSrgb = true;
      else if (type === 'cICP' && length === 4)
        codePoints ??= {
          primaries: data[0] ?? 2,
          transfer: data[1] ?? 2,
          isFullRange: data[3] !== 0,
        };
      else if (type === 'gAMA' && length === 4)
        saidColours = { ...saidColours, gamma: data.readUInt32BE() / 100_000 };
      else if (type === 'cHRM' && length === 32)
        saidColours = {
          ...saidColours,
          chromaticities: Array.from({ length: 8 }, (_, i) => data.readUInt32BE(4 * i) / 100_000),
        };
      else if (type === 'pHYs' && length === 9)
        density = densityOf(data.readUInt32BE(0), data.readUInt32BE(4), data[8] === 1);
    }
    if (type === 'iCCP' && !pixels) {
      const icc = length > MOST_TEXT_BYTES ? undefined : profileIn(await view.bytes(from, length));
      if (icc) hidden = { ...hidden, icc };
    }
  }
  const lacksColours =
    part === 'whole' &&
    layout !== undefined &&
    colours < 2 ** layout.bits &&
    ((await highestIndex(view, layout, data)) ?? 0) >= colours;
  return {
    container: 'png',
    remarks,
    lostTexts: [...lostTexts],
    isAnimated,
    extras: [...extrasOf(names), ...(end === undefined ? [] : await behindEnd(view, end))],
    ...(codePoints ? { codePoints } : {}),
    ...(isSrgb ? { saidColours: { isSrgb } } : saidColours ? { saidColours } : {}),
    ...(density ? { density } : {}),
    hidden,
    ...(lacksColours ? { damage: NO_COLOUR } : isCut && pixels ? { damage: NO_END_MARK } : {}),
    ...(isApple
      ? { unsupported: phrase`Apple's own variant of PNG for iPhone apps (a chunk CgBI)` }
      : {}),
  };
}

/** How the pixels are stored, where they are numbers of colors. */
function indexedLayout(header: Buffer): IndexedLayout | undefined {
  if (header.length < 13 || header[9] !== INDEXED) return undefined;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  return { width, height, bits: header[8] ?? 8, isInterlaced: header[12] === 1 };
}

/** The decoder passes over profiles that do not fit; whoever asks is to be told that. */
function profileIn(data: Buffer): Buffer | undefined {
  const end = data.indexOf(0);
  try {
    return inflateSync(data.subarray(end + 2), { maxOutputLength: 16 * MOST_TEXT_BYTES });
  } catch {
    return Buffer.alloc(0);
  }
}

function densityOf(x: number, y: number, isPerMetre: boolean): Density | undefined {
  if (x === 0 || y === 0) return undefined;
  if (isPerMetre) return { x: x / INCHES_PER_METRE, y: y / INCHES_PER_METRE };
  return x === y ? undefined : { x, y, isRatio: true };
}

function keywordIn(data: Buffer): string {
  const end = data.indexOf(0);
  return data.toString('latin1', 0, end < 0 ? data.length : end);
}

function remarkOf(type: string, data: Buffer): Remark | undefined {
  const end = data.indexOf(0);
  if (end < 1) return undefined;
  const keyword = data.toString('latin1', 0, end);
  try {
    return { keyword, text: textOf(type, data.subarray(end + 1)) };
  } catch {
    // A text that can't be unpacked, or is a bomb.
    return undefined;
  }
}

function textOf(type: string, rest: Buffer): string {
  const inflated = (data: Buffer): Buffer =>
    inflateSync(data, { maxOutputLength: MOST_TEXT_BYTES });
  if (type === 'tEXt') return rest.toString('latin1');
  if (type === 'zTXt') return inflated(rest.subarray(1)).toString('latin1');
  const language = rest.indexOf(0, 2);
  const translated = rest.indexOf(0, language + 1);
  if (language < 0 || translated < 0) throw new Error('no text');
  const data = rest.subarray(translated + 1);
  return (rest[0] === 1 ? inflated(data) : data).toString('utf8');
}
