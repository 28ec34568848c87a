import { open, stat, type FileHandle } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import type { OutputFormat } from '../../shared/settings';
import type { Remark } from '../image/containers/facts';
import { splice } from './splice';
import { namesPlace } from './placeNames';
import { saysPlace, saysPlaceOf } from './saidPlace';
import { phrase, type Words } from '../../shared/phrase';

/** Keywords under which converters repeat EXIF and the source's header. */
const REPEATED = /^(?:exif|tiff|icc|png|jpeg|thumb):/i;
const COMMENT = 'Comment';
const HOLDS: readonly OutputFormat[] = ['png', 'jpeg', 'gif'];
/** Longest content of a JPEG's segment. */
const SEGMENT_BYTES = 65_533;
const [PACKED_FROM, LONGEST_KEYWORD] = [1024, 79];

/** The texts and comments of a result, and a note when its format holds none. */
export function remarksFor(
  source: readonly Remark[],
  format: OutputFormat,
  keepLocation: boolean,
): {
  readonly remarks: readonly Remark[];
  readonly notes: readonly Words[];
  /** Of those that were left out for what they say of a place. */
  readonly places: readonly string[];
} {
  const own = source.filter(({ keyword = '' }) => !REPEATED.test(keyword));
  const places = keepLocation ? [] : own.filter(isPlace);
  const kept = own.filter((each) => !places.includes(each));
  const namesOf = (remarks: readonly Remark[]): string => fewOf(keywordsOf(remarks));
  if (kept.length === 0 || HOLDS.includes(format)) {
    const tooLong =
      format === 'jpeg'
        ? kept.filter((each) => Buffer.byteLength(lineOf(each)) > SEGMENT_BYTES)
        : [];
    return {
      remarks: kept,
      places: keywordsOf(places),
      notes:
        tooLong.length > 0
          ? [phrase`${namesOf(tooLong)} was cut: a comment of a JPEG holds no more than 64 KB.`]
          : [],
    };
  }
  return {
    remarks: [],
    places: keywordsOf(places),
    notes: [
      phrase`${format.toUpperCase()} holds no texts beside the picture; left out: ${namesOf(kept)}.`,
    ],
  };
}

/** Whether a text says where something is, or its keyword names or says a place. */
const isPlace = ({ keyword = COMMENT, text }: Remark): boolean =>
  namesPlace(keyword, text) || saysPlace(keyword) || saysPlaceOf(keyword, text);

const keywordsOf = (remarks: readonly Remark[]): readonly string[] => [
  ...new Set(remarks.map(({ keyword = COMMENT }) => keyword)),
];

/** So many names, and whether there are more. */
export const fewOf = (names: readonly string[]): string =>
  `${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;

/** Puts texts into a finished file. Returns its size. */
export async function writeRemarks(
  file: string,
  format: OutputFormat,
  remarks: readonly Remark[],
): Promise<number> {
  if (remarks.length > 0) {
    if (format === 'png') await beforeEnd(file, 12, Buffer.concat(remarks.map(pngChunk)));
    else if (format === 'gif') await beforeEnd(file, 1, Buffer.concat(remarks.map(gifBlock)));
    else if (format === 'jpeg') await behindHeaders(file, Buffer.concat(remarks.map(jpegSegment)));
  }
  return (await stat(file)).size;
}

/** Inserts bytes before the last `tail` ones of a file. */
async function beforeEnd(file: string, tail: number, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const { size } = await handle.stat();
    const end = Buffer.alloc(tail);
    await handle.read(end, 0, tail, size - tail);
    await handle.write(Buffer.concat([bytes, end]), 0, bytes.length + tail, size - tail);
  } finally {
    await handle.close();
  }
}

/** Inserts segments behind a JPEG's own ones of applications, which must come first. */
async function behindHeaders(file: string, segments: Buffer): Promise<void> {
  const handle = await open(file, 'r');
  let at: number;
  try {
    at = await endOfApplications(handle);
  } finally {
    await handle.close();
  }
  await splice(file, at, at, segments);
}

async function endOfApplications(handle: FileHandle): Promise<number> {
  const head = Buffer.alloc(4);
  for (let at = 2; ; at += 2 + head.readUInt16BE(2)) {
    const { bytesRead } = await handle.read(head, 0, 4, at);
    if (bytesRead < 4 || head[0] !== 0xff || ((head[1] ?? 0) & 0xf0) !== 0xe0) return at;
  }
}

const lineOf = ({ keyword, text }: Remark): string =>
  keyword === undefined || keyword === COMMENT ? text : `${keyword}: ${text}`;

function jpegSegment(remark: Remark): Buffer {
  const text = cut(lineOf(remark), SEGMENT_BYTES);
  const head = Buffer.from([0xff, 0xfe, 0, 0]);
  head.writeUInt16BE(text.length + 2, 2);
  return Buffer.concat([head, text]);
}

function gifBlock(remark: Remark): Buffer {
  const text = Buffer.from(lineOf(remark));
  const parts: Buffer[] = [Buffer.from([0x21, 0xfe])];
  for (let at = 0; at < text.length; at += 255) {
    const piece = text.subarray(at, at + 255);
    parts.push(Buffer.from([piece.length]), piece);
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function pngChunk({ keyword = COMMENT, text }: Remark): Buffer {
  const isLatin = /^[\n\x20-\x7e\xa0-\xff]*$/.test(text);
  const isPacked = text.length > PACKED_FROM;
  const bytes = Buffer.from(text, isLatin ? 'latin1' : 'utf8');
  const content = isPacked ? deflateSync(bytes) : bytes;
  const name = Buffer.from(`${keyword.slice(0, LONGEST_KEYWORD)}\0`, 'latin1');
  // Flags and methods; an iTXt has a language and a translated keyword, both empty.
  const head = isLatin
    ? isPacked
      ? Buffer.from([0])
      : Buffer.alloc(0)
    : Buffer.from([isPacked ? 1 : 0, 0, 0, 0]);
  const type = isLatin ? (isPacked ? 'zTXt' : 'tEXt') : 'iTXt';
  const data = Buffer.concat([Buffer.from(type, 'latin1'), name, head, content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length - 4);
  checksum.writeUInt32BE(crc32(data));
  return Buffer.concat([length, data, checksum]);
}

/** UTF-8 of at most so many bytes, no letter cut in two. */
function cut(text: string, bytes: number): Buffer {
  const all = Buffer.from(text);
  if (all.length <= bytes) return all;
  let end = bytes;
  while (end > 0 && ((all[end] ?? 0) & 0xc0) === 0x80) end--;
  return all.subarray(0, end);
}
