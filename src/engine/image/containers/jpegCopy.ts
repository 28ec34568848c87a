import { open } from 'node:fs/promises';
import { copyRegular } from '../../../files/copyRegular';
import { FileView } from './fileView';

const [MARK, START, END, SCAN, PROGRESSIVE] = [0xff, 0xd8, 0xd9, 0xda, 0xc2];
const COEFFICIENTS = 64;
/** Of bytes that are looked through for scans. */
const MOST_BYTES = 256 * 2 ** 20;

/**
 * Whether the scans of a progressive JPEG bring every coefficient of every component to its last bit:
 * a decoder shows one that ends between two scans without a word. (ITU-T T.81, G.1.) True of others.
 */
function hasAllScans(jpeg: Buffer): boolean {
  /** Bits that each coefficient still lacks, by component; none has come at first. */
  const lacking = new Map<number, number[]>();
  let isProgressive = false;
  for (let at = jpeg.indexOf(MARK, 2); at >= 0 && at + 4 <= jpeg.length;) {
    const marker = jpeg[at + 1] ?? 0;
    const isAlone = marker === 0 || marker === MARK || (marker >= 0xd0 && marker <= END);
    const length = isAlone ? 0 : jpeg.readUInt16BE(at + 2);
    const data = jpeg.subarray(at + 4, at + 2 + length);
    if (marker === PROGRESSIVE) {
      isProgressive = true;
      for (let i = 0; i < (data[5] ?? 0); i++)
        lacking.set(data[6 + 3 * i] ?? 0, Array<number>(COEFFICIENTS).fill(Infinity));
    } else if (marker === SCAN) {
      const count = data[0] ?? 0;
      const [from = 0, to = 0, bits = 0] = data.subarray(1 + 2 * count);
      for (let i = 0; i < count; i++)
        lacking.get(data[1 + 2 * i] ?? 0)?.fill(bits & 15, from, to + 1);
    }
    at = jpeg.indexOf(MARK, at + (isAlone ? (marker === MARK ? 1 : 2) : 2 + length));
  }
  return !isProgressive || [...lacking.values()].every((bits) => bits.every((left) => left === 0));
}

/**
 * A copy of a JPEG with the end mark that it lacks: decoders refuse such a file by the same words as one
 * that is cut off, and only with the mark it shows whether anything else is missing. Undefined for
 * what is no JPEG, has its end, or lacks scans.
 */
export async function endedJpeg(file: string, copy: string): Promise<string | undefined> {
  const missing = await FileView.use(file, async (view) => {
    const begin = await view.bytes(0, 2);
    if (begin[0] !== MARK || begin[1] !== START) return undefined;
    const end = Buffer.from(await view.bytes(Math.max(2, view.size - 2), 2));
    if (end.at(-1) === END && end.at(-2) === MARK) return undefined;
    if (view.size > MOST_BYTES || !hasAllScans(await view.bytes(0, view.size))) return undefined;
    return { at: view.size, bytes: end.at(-1) === MARK ? [END] : [MARK, END] };
  });
  if (!missing) return undefined;
  await copyRegular(file, copy);
  const handle = await open(copy, 'r+');
  try {
    await handle.write(Buffer.from(missing.bytes), 0, missing.bytes.length, missing.at);
  } finally {
    await handle.close();
  }
  return copy;
}
