import { inflateSync } from 'node:zlib';
import type { Chromaticity, CodePoints, ContainerFacts, Density, Remark } from './facts';
import { MOST_STEPS, MOST_TEXT_BYTES, type FileView } from './fileView';

const SIGNATURE_BYTES = 8;
const OVERHEAD = 12;
const INCHES_PER_METRE = 39.3701;
const MOST_REMARKS = 200;
/** Keywords under which other programs hide EXIF, XMP and profiles, which have ways of their own. */
const METADATA_KEYWORDS = /^(?:XML:com\.adobe\.xmp|Raw profile type .*)$/i;

/** Walks through a PNG's chunks. (PNG specification, third edition, 5 and 11.) */
export async function pngFacts(view: FileView): Promise<ContainerFacts> {
  const remarks: Remark[] = [];
  let remarkBytes = 0;
  let chromaticity: Chromaticity = {};
  let codePoints: CodePoints | undefined;
  let density: Density | undefined;
  let exif: Buffer | undefined;
  let [hasColours, isAnimatedPng, isApple, pixels] = [false, false, false, false];
  let at = SIGNATURE_BYTES;
  for (let step = 0; step < MOST_STEPS; step++) {
    const head = await view.bytes(at, 8);
    if (head.length < 8) break;
    const length = head.readUInt32BE(0);
    const type = head.toString('latin1', 4, 8);
    const from = at + 8;
    at += OVERHEAD + length;
    if (type === 'IEND') break;
    if (type === 'IDAT') pixels = true;
    else if (type === 'CgBI') isApple = true;
    else if (type === 'eXIf' && pixels && length <= MOST_TEXT_BYTES)
      exif = Buffer.from(await view.bytes(from, length));
    else if (/^[tzi](?:EXt|TXt)$/.test(type)) {
      if (length > MOST_TEXT_BYTES || remarks.length >= MOST_REMARKS) continue;
      const remark = remarkOf(type, await view.bytes(from, length));
      remarkBytes += remark?.text.length ?? 0;
      if (remark && remarkBytes <= MOST_TEXT_BYTES) remarks.push(remark);
    } else if (!pixels && length <= 64) {
      // What says something of the pixels stands before them.
      const data = await view.bytes(from, length);
      if (data.length < length) break;
      if (type === 'acTL') isAnimatedPng = true;
      else if (type === 'sRGB') hasColours = true;
      else if (type === 'cICP' && length === 4)
        codePoints = {
          primaries: data[0] ?? 2,
          transfer: data[1] ?? 2,
          isFullRange: data[3] !== 0,
        };
      else if (type === 'gAMA' && length === 4)
        chromaticity = { ...chromaticity, gamma: data.readUInt32BE() / 100_000 };
      else if (type === 'cHRM' && length === 32)
        chromaticity = {
          ...chromaticity,
          chromaticities: Array.from({ length: 8 }, (_, i) => data.readUInt32BE(4 * i) / 100_000),
        };
      else if (type === 'pHYs' && length === 9 && data[8] === 1)
        density = {
          x: data.readUInt32BE(0) / INCHES_PER_METRE,
          y: data.readUInt32BE(4) / INCHES_PER_METRE,
        };
    }
    if (type === 'iCCP') hasColours = true;
  }
  return {
    container: 'png',
    remarks,
    isAnimatedPng,
    ...(codePoints ? { codePoints } : {}),
    ...(hasColours ? {} : { chromaticity }),
    ...(density ? { density } : {}),
    ...(exif ? { exif } : {}),
    ...(isApple
      ? { unsupported: 'Apple’s own variant of PNG for iPhone apps (a chunk CgBI)' }
      : {}),
  };
}

function remarkOf(type: string, data: Buffer): Remark | undefined {
  const end = data.indexOf(0);
  if (end < 1) return undefined;
  const keyword = data.toString('latin1', 0, end);
  if (METADATA_KEYWORDS.test(keyword)) return undefined;
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
