import type { ContainerFacts, Density, Part, Remark } from './facts';
import { MOST_STEPS, type FileView } from './fileView';
import { behindEnd } from './behindEnd';
import { extraOf, partOfProgram } from './jpegExtras';
import { JpegParts } from './jpegParts';
import { behindScan } from './jpegScan';
import { scansOf } from './jpegScans';
import { hasGainMapBehind, hasVideoBehind, namesGainMap, picturesBehind } from './multiPicture';
import { phrase } from '../../../shared/phrase';

const [START_OF_SCAN, END] = [0xda, 0xd9];
const COMMENT = 0xfe;
const [APP0, APP1, APP2, APP11, APP13] = [0xe0, 0xe1, 0xe2, 0xeb, 0xed];
/** The label of their box, behind the segment's head and those of two boxes. */
const [CREDENTIALS, CREDENTIALS_WITHIN] = ['c2pa', 128];
const VIDEO = phrase`The source is a motion photo; its video was left out.`;
const COARSE = phrase`The file ends before the last scans of its picture, which is coarser than it was.`;
const CM_PER_INCH = 2.54;
const MOST_REMARKS = 200;

/**
 * A JPEG's segments, before and behind its scans, and whether a picture behind it is a gain map. Of the
 * head alone, those before its scans: what stands behind decides nothing, it is only told.
 */
export async function jpegFacts(view: FileView, part: Part): Promise<ContainerFacts> {
  const remarks: Remark[] = [];
  const parts = new JpegParts();
  let density: Density | undefined;
  const frame = { precision: 8, isLossless: false };
  const found = { gainMap: false, credentials: false, lostTexts: false, more: 0 };
  /** Where an index of several pictures ends. */
  let behind: number | undefined;
  const ofPrograms = new Set<string>();
  const end = await eachSegment(view, part, async (marker, from, length) => {
    if (marker === COMMENT) {
      if (remarks.length < MOST_REMARKS)
        remarks.push({ text: decoded(await view.bytes(from, length)) });
      else found.lostTexts = true;
    } else if (marker === APP0)
      density ??= jfifDensity(await view.bytes(from, Math.min(length, 12)));
    else if (marker === APP1 || marker === APP2) {
      const data = await view.bytes(from, length);
      found.gainMap ||= namesGainMap(data);
      if (marker === APP1) parts.add(data);
      if (data.toString('latin1', 0, 4) === 'MPF\0') {
        behind = from + length;
        found.more = picturesBehind(data.subarray(4));
      }
    } else if (marker === APP13) parts.add(await view.bytes(from, length));
    else if (marker === APP11)
      found.credentials ||= (await view.bytes(from, Math.min(length, CREDENTIALS_WITHIN))).includes(
        CREDENTIALS,
        0,
        'latin1',
      );
    else if (isFrame(marker)) {
      frame.precision = (await view.bytes(from, 1))[0] ?? 8;
      frame.isLossless = (marker & 3) === 3;
    }
    const own = await partOfProgram(view, { marker, from, length }, found.credentials);
    if (own !== undefined) ofPrograms.add(own);
  });
  if (behind !== undefined && !found.gainMap) found.gainMap = await hasGainMapBehind(view, behind);
  const hasVideo = await hasVideoBehind(view);
  const unsupported =
    frame.precision !== 8
      ? phrase`${frame.precision} bits a channel, and only 8 can be read in a JPEG`
      : frame.isLossless
        ? phrase`lossless JPEG compression, which its decoder lacks`
        : undefined;
  // Of one that is cut off its decoder tells.
  const { lacking, isEnded } = await scansOf(view);
  return {
    container: 'jpeg',
    remarks,
    lostTexts: found.lostTexts ? ['Comment'] : [],
    hasGainMap: found.gainMap,
    extras: [
      ...(found.credentials ? (['credentials'] as const) : []),
      ...extraOf(ofPrograms),
      // Of more pictures, of a gain map and of a video it is told what they are.
      ...(end === undefined || behind !== undefined || hasVideo ? [] : await behindEnd(view, end)),
    ],
    morePictures: found.more,
    hidden: parts.hidden(),
    ...(density ? { density } : {}),
    ...(hasVideo ? { note: VIDEO } : {}),
    ...(isEnded && lacking === 'details' ? { damage: COARSE } : {}),
    ...(isEnded && lacking === 'components' ? { isCut: true } : {}),
    ...(unsupported === undefined ? {} : { unsupported }),
  };
}

/** SOF0 to SOF15 without DHT, JPG and DAC. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Visits all segments but those of the scans themselves; where the picture ends, if that is known. */
async function eachSegment(
  view: FileView,
  part: Part,
  visit: (marker: number, from: number, length: number) => Promise<void>,
): Promise<number | undefined> {
  const begin = await view.bytes(0, 2);
  if (begin[0] !== 0xff || begin[1] !== 0xd8) return undefined;
  let at = 2;
  for (let step = 0; step < MOST_STEPS; step++) {
    const head = await view.bytes(at, 4);
    if (head[0] === 0xff && head[1] === END) return at + 2;
    if (head.length < 4) return undefined;
    if (head[0] !== 0xff) {
      // Bytes that belong to nothing are skipped, as decoders do.
      at++;
      continue;
    }
    const marker = head[1] ?? 0;
    if (marker === 0xff || marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const length = head.readUInt16BE(2);
    if (length < 2) return undefined;
    if (marker !== START_OF_SCAN) {
      await visit(marker, at + 4, length - 2);
      at += 2 + length;
      continue;
    }
    const next = part === 'whole' ? await behindScan(view, at + 2 + length) : undefined;
    if (next === undefined) return undefined;
    at = next;
  }
  return undefined;
}

function jfifDensity(data: Buffer): Density | undefined {
  if (data.length < 12 || data.toString('latin1', 0, 5) !== 'JFIF\0') return undefined;
  const [x, y] = [data.readUInt16BE(8), data.readUInt16BE(10)];
  if (x === 0 || y === 0) return undefined;
  if (data[7] === 0) return x === y ? undefined : { x, y, isRatio: true };
  const factor = data[7] === 2 ? CM_PER_INCH : 1;
  return { x: x * factor, y: y * factor };
}

/** UTF-8, as nearly all software writes it, else Latin-1. */
function decoded(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    return text.toString('latin1');
  }
}
