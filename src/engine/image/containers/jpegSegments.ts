import type { Part } from './facts';
import { MOST_STEPS, type FileView } from './fileView';

const [MARK, START, END] = [0xff, 0xd8, 0xd9];
const [TEMPORARY, FIRST_RESTART, LAST_RESTART] = [0x01, 0xd0, 0xd7];
/** Most scans are long, but a file may have many short ones. */
const [FIRST_PIECE, LAST_PIECE] = [2 ** 12, 2 ** 20];

/** A progressive picture has some dozens; a file may have any number, to keep who counts busy. */
export const MOST_SCANS = 10_000;

/** The marker before the data of a scan. */
export const START_OF_SCAN = 0xda;

/** A segment: its marker, and where its content lies. */
export type Segment = { readonly marker: number; readonly from: number; readonly length: number };

/**
 * Visits all segments of a JPEG, those that begin a scan, too; of the head alone up to the first scan.
 * Yields where the picture ends, behind its end mark; undefined where it has none, or that was not
 * looked for. (ITU-T T.81, B.1.1 and B.2.)
 */
export async function eachSegment(
  view: FileView,
  part: Part,
  visit: (segment: Segment) => Promise<void>,
): Promise<number | undefined> {
  const begin = await view.bytes(0, 2);
  if (begin[0] !== MARK || begin[1] !== START) return undefined;
  let [at, scans] = [2, 0];
  for (let step = 0; step < MOST_STEPS; step++) {
    const head = await view.bytes(at, 4);
    const marker = head[1] ?? 0;
    if (head[0] === MARK && marker === END) return at + 2;
    if (head.length < 4) return undefined;
    if (head[0] !== MARK) {
      // Bytes that belong to nothing are skipped, as decoders do.
      at++;
      continue;
    }
    if (isAlone(marker)) {
      at += marker === MARK ? 1 : 2;
      continue;
    }
    const length = head.readUInt16BE(2);
    if (length < 2) return undefined;
    const isScan = marker === START_OF_SCAN;
    if (isScan && (part === 'head' || ++scans > MOST_SCANS)) return undefined;
    await visit({ marker, from: at + 4, length: length - 2 });
    const behind = at + 2 + length;
    const next = isScan ? await behindScan(view, behind) : behind;
    if (next === undefined) return undefined;
    at = next;
  }
  return undefined;
}

/** Markers without a length, and bytes that fill up. */
const isAlone = (marker: number): boolean =>
  marker === MARK ||
  marker === 0 ||
  marker === TEMPORARY ||
  (marker >= FIRST_RESTART && marker <= START);

/**
 * Where the next marker stands behind the data of a scan that begins at `from`; undefined where the file
 * ends within it. In the data a mark is followed by zero, or it restarts the decoder. (B.1.1.2.)
 */
async function behindScan(view: FileView, from: number): Promise<number | undefined> {
  let length = FIRST_PIECE;
  for (let at = from; at + 1 < view.size; length = Math.min(LAST_PIECE, 4 * length)) {
    const piece = await view.bytes(at, length);
    let mark = piece.indexOf(MARK);
    for (; mark >= 0 && mark + 1 < piece.length; mark = piece.indexOf(MARK, mark + 1)) {
      const next = piece[mark + 1] ?? 0;
      const isData = next === 0 || next === MARK || (next >= FIRST_RESTART && next <= LAST_RESTART);
      if (!isData) return at + mark;
    }
    // A mark that ends the piece is looked at with what follows it.
    at += piece.length - (mark >= 0 ? 1 : 0);
  }
  return undefined;
}
