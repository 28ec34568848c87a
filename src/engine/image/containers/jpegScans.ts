import { MOST_STEPS, type FileView } from './fileView';

const [MARK, FIRST_ALONE, END, SCAN] = [0xff, 0xd0, 0xd9, 0xda];
/** Frames whose scans bring a part of each coefficient: with Huffman's codes, and arithmetic ones. */
const PROGRESSIVE = [0xc2, 0xca];
const SEQUENTIAL = [0xc0, 0xc1, 0xc9];
const COEFFICIENTS = 64;
/** No decoder takes more; a file may say 255, to keep who counts busy. */
const MOST_COMPONENTS = 4;
const CHUNK_BYTES = 2 ** 18;

export type JpegScans = {
  /**
   * What they do not bring: of a component anything, as when colors are missing; or of the
   * coefficients their last bits, so that the picture is coarse.
   */
  readonly lacking: 'nothing' | 'components' | 'details';
  /** The end mark was met while they lacked something. */
  readonly isEnded: boolean;
};

/**
 * What a JPEG's scans bring: a decoder shows what lacks some without a word. They are looked through
 * up to the one that completes the picture, or to the end. (ITU-T T.81, B.2 and G.1.)
 */
export async function scansOf(view: FileView): Promise<JpegScans> {
  /** Bits that each coefficient still lacks, by component; none has come at first. */
  const lacking = new Map<number, number[]>();
  let isProgressive = false;
  const what = (): JpegScans['lacking'] => {
    const components = [...lacking.values()];
    if (!components.every(([mean = 0]) => mean < Infinity)) return 'components';
    return components.every((left) => left.every((each) => each === 0)) ? 'nothing' : 'details';
  };
  let chunk: Buffer = Buffer.alloc(0);
  let base = 0;
  const load = async (at: number): Promise<void> => {
    if (at >= base && at + 4 <= base + chunk.length) return;
    [chunk, base] = [await view.bytes(at, CHUNK_BYTES), at];
  };
  let steps = 0;
  for (let at = 2; at + 4 <= view.size && steps < MOST_STEPS;) {
    await load(at);
    const found = chunk.indexOf(MARK, at - base);
    if (found < 0) {
      at = base + chunk.length;
      continue;
    }
    at = base + found;
    await load(at);
    if (chunk.length < at - base + 4) break;
    const marker = chunk[at - base + 1] ?? 0;
    if (marker === END) return { lacking: what(), isEnded: true };
    const isAlone = marker <= 1 || marker === MARK || (marker >= FIRST_ALONE && marker < END);
    if (isAlone) {
      at += marker === MARK ? 1 : 2;
      continue;
    }
    steps++;
    const length = chunk.readUInt16BE(at - base + 2);
    if (PROGRESSIVE.includes(marker) || SEQUENTIAL.includes(marker)) {
      const data = await view.bytes(at + 4, length - 2);
      isProgressive = PROGRESSIVE.includes(marker);
      for (let i = 0; i < Math.min(MOST_COMPONENTS, data[5] ?? 0); i++)
        lacking.set(data[6 + 3 * i] ?? 0, Array<number>(COEFFICIENTS).fill(Infinity));
    } else if (marker === SCAN) {
      const data = await view.bytes(at + 4, length - 2);
      const count = data[0] ?? 0;
      const [from = 0, to = 0, bits = 0] = isProgressive
        ? data.subarray(1 + 2 * count)
        : [0, COEFFICIENTS - 1, 0];
      for (let i = 0; i < count; i++)
        lacking.get(data[1 + 2 * i] ?? 0)?.fill(bits & 15, from, to + 1);
      if (what() === 'nothing') return { lacking: 'nothing', isEnded: false };
    }
    at += 2 + length;
  }
  const last = await view.bytes(view.size - 2, 2);
  return { lacking: what(), isEnded: last[0] === MARK && last[1] === END };
}
