import type { ContainerFacts, Density, Part, Remark } from './facts';
import type { FileView } from './fileView';
import { behindEnd } from './behindEnd';
import { extraOf, partOfProgram } from './jpegExtras';
import { JpegParts } from './jpegParts';
import { JpegScans } from './jpegScans';
import { eachSegment } from './jpegSegments';
import { hasGainMapBehind, hasVideoBehind, namesGainMap, picturesBehind } from './multiPicture';
import { phrase } from '../../../shared/phrase';

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
  const scans = new JpegScans();
  const end = await eachSegment(view, part, async (segment) => {
    const { marker, from, length } = segment;
    await scans.add(view, segment);
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
    const own = await partOfProgram(view, segment, found.credentials);
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
  const isEnded = part === 'whole' && (end !== undefined || (await endsWithMark(view)));
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
    ...(isEnded && scans.lacking === 'details' ? { damage: COARSE } : {}),
    ...(isEnded && scans.lacking === 'components' ? { isCut: true } : {}),
    ...(unsupported === undefined ? {} : { unsupported }),
  };
}

/** SOF0 to SOF15 without DHT, JPG and DAC. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Whether the last bytes are the end mark, behind what no walk leads through. */
async function endsWithMark(view: FileView): Promise<boolean> {
  const last = await view.bytes(view.size - 2, 2);
  return last[0] === 0xff && last[1] === 0xd9;
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
