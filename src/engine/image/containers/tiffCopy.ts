import { open } from 'node:fs/promises';
import { copyRegular } from '../../../files/copyRegular';
import { FileView } from './fileView';
import { SHORT } from './tiffDirectory';

/** Tags that the decoder needs to show a picture; all others may carry anything. */
const NEEDED = new Set([
  254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 284,
  290, 291, 292, 293, 297, 301, 317, 318, 319, 320, 322, 323, 324, 325, 332, 333, 334, 338, 339,
  340, 341, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532, 34_675,
]);
const [ORIENTATION, SAMPLE_FORMAT, UNSIGNED, MOST_SAMPLES] = [274, 339, 1, 64];
const isOrientation = (value: number): boolean => value >= 1 && value <= 8;
const CLASSIC = { magic: 42, count: 2, entry: 12, next: 4, first: 4 } as const;
const BIG = { magic: 43, count: 8, entry: 20, next: 8, first: 8 } as const;

/**
 * A copy of a TIFF whose only directory holds, in order, what a decoder needs. Tags of other
 * programs make libtiff warn, and a warning about them can't be told from one about the pixels.
 * Undefined when the directory can't be read.
 */
export async function plainTiff(file: string, copy: string): Promise<string | undefined> {
  const directory = await FileView.use(file, async (view) => {
    const head = Buffer.from(await view.bytes(0, 16));
    if (head.length < 8) return undefined;
    const isLittle = head.toString('latin1', 0, 2) === 'II';
    const short = (data: Buffer, at: number): number =>
      isLittle ? data.readUInt16LE(at) : data.readUInt16BE(at);
    const layout = [BIG, CLASSIC].find(({ magic }) => magic === short(head, 2));
    if (!layout || !['II', 'MM'].includes(head.toString('latin1', 0, 2))) return undefined;
    const number = (data: Buffer, at: number, bytes: number): number =>
      bytes === 2
        ? short(data, at)
        : bytes === 4
          ? isLittle
            ? data.readUInt32LE(at)
            : data.readUInt32BE(at)
          : Number(isLittle ? data.readBigUInt64LE(at) : data.readBigUInt64BE(at));
    if (head.length < layout.first + layout.next) return undefined;
    const first = number(head, layout.first, layout.next);
    const begin = Buffer.from(await view.bytes(first, layout.count));
    if (begin.length < layout.count) return undefined;
    const count = number(begin, 0, layout.count);
    if (count > 4096) return undefined;
    const entries = Buffer.from(await view.bytes(first + layout.count, count * layout.entry));
    if (entries.length < count * layout.entry) return undefined;
    /** Whether samples are said to be what they are where nothing is said; some say it too often. */
    const saysDefault = async (entry: Buffer): Promise<boolean> => {
      if (short(entry, 0) !== SAMPLE_FORMAT || short(entry, 2) !== SHORT) return false;
      const values = number(entry, 4, layout.next);
      if (values < 1 || values > MOST_SAMPLES) return false;
      const field = entry.subarray(layout.entry - layout.next);
      const data =
        2 * values <= layout.next
          ? field
          : Buffer.from(await view.bytes(number(field, 0, layout.next), 2 * values));
      if (data.length < 2 * values) return false;
      return Array.from({ length: values }, (_, at) => short(data, 2 * at)).every(
        (value) => value === UNSIGNED,
      );
    };
    const kept = new Map<number, Buffer>();
    for (let i = 0; i < count; i++) {
      const entry = entries.subarray(i * layout.entry, (i + 1) * layout.entry);
      const tag = short(entry, 0);
      // One that is none counts as none, in every viewer.
      const isNone =
        tag === ORIENTATION && !isOrientation(short(entry, layout.entry - layout.next));
      if (NEEDED.has(tag) && !kept.has(tag) && !isNone && !(await saysDefault(entry)))
        kept.set(tag, entry);
    }
    const sorted = [...kept].sort(([a], [b]) => a - b).map(([, entry]) => entry);
    return { layout, isLittle, sorted, at: view.size + (view.size % 2) };
  });
  if (!directory) return undefined;
  const { layout, isLittle, sorted, at } = directory;
  const written = (value: number, bytes: number): Buffer => {
    const buffer = Buffer.alloc(bytes);
    if (bytes === 2) buffer[isLittle ? 'writeUInt16LE' : 'writeUInt16BE'](value);
    else if (bytes === 4) buffer[isLittle ? 'writeUInt32LE' : 'writeUInt32BE'](value);
    else buffer[isLittle ? 'writeBigUInt64LE' : 'writeBigUInt64BE'](BigInt(value));
    return buffer;
  };
  if (layout === CLASSIC && at + 65_536 > 2 ** 32) return undefined;
  await copyRegular(file, copy);
  const handle = await open(copy, 'r+');
  try {
    const bytes = Buffer.concat([
      written(sorted.length, layout.count),
      ...sorted,
      Buffer.alloc(layout.next),
    ]);
    await handle.write(bytes, 0, bytes.length, at);
    await handle.write(written(at, layout.next), 0, layout.next, layout.first);
  } finally {
    await handle.close();
  }
  return copy;
}
