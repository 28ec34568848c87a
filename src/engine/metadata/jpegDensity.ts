import { open } from 'node:fs/promises';
import type { Density } from '../image/containers/facts';

const [X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT] = [282, 283, 296];
const CM_PER_INCH = 2.54;
const DOTS_PER_INCH = 1;
const EXIF = 'Exif\0\0';
const DENOMINATOR = 1000;
/** What stands before a JPEG's first picture data and holds a density is short. */
const HEAD_BYTES = 131_072;

/** The first directory of an EXIF block: where the value of each of its tags stands. */
function valuesOf(tiff: Buffer): { isLittle: boolean; at: ReadonlyMap<number, number> } {
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const at = new Map<number, number>();
  const short = (from: number): number =>
    isLittle ? tiff.readUInt16LE(from) : tiff.readUInt16BE(from);
  const long = (from: number): number =>
    isLittle ? tiff.readUInt32LE(from) : tiff.readUInt32BE(from);
  const directory = long(4);
  for (let i = 0; i < short(directory); i++) {
    const entry = directory + 2 + 12 * i;
    const isFraction = short(entry + 2) === 5;
    at.set(short(entry), isFraction ? long(entry + 8) : entry + 8);
  }
  return { isLittle, at };
}

/** Both axes of the density that an EXIF block says, in pixels per inch. */
export function exifDensity(block: Buffer): Density | undefined {
  const tiff = block.toString('latin1', 0, 6) === EXIF ? block.subarray(6) : block;
  try {
    const { isLittle, at } = valuesOf(tiff);
    const fraction = (tag: number): number => {
      const from = at.get(tag) ?? tiff.length;
      return isLittle
        ? tiff.readUInt32LE(from) / tiff.readUInt32LE(from + 4)
        : tiff.readUInt32BE(from) / tiff.readUInt32BE(from + 4);
    };
    const unitAt = at.get(RESOLUTION_UNIT);
    const unit =
      unitAt === undefined ? 2 : isLittle ? tiff.readUInt16LE(unitAt) : tiff.readUInt16BE(unitAt);
    const factor = unit === 3 ? CM_PER_INCH : 1;
    const [x, y] = [fraction(X_RESOLUTION) * factor, fraction(Y_RESOLUTION) * factor];
    return x > 0 && y > 0 && Number.isFinite(x + y) ? { x, y } : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Sets both axes of a JPEG's density, in JFIF and EXIF: its encoder writes one axis twice. */
export async function setJpegDensity(file: string, { x, y }: Density): Promise<void> {
  if (Math.round(x) === Math.round(y)) return;
  const handle = await open(file, 'r+');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    for (let at = 2; at + 18 <= bytesRead && head[at] === 0xff;) {
      const marker = head[at + 1];
      if (marker === 0xda) break;
      const end = at + 2 + head.readUInt16BE(at + 2);
      const data = head.subarray(at + 4, end);
      if (marker === 0xe0 && data.toString('latin1', 0, 5) === 'JFIF\0') {
        data[7] = DOTS_PER_INCH;
        data.writeUInt16BE(Math.round(x), 8);
        data.writeUInt16BE(Math.round(y), 10);
      } else if (marker === 0xe1 && data.toString('latin1', 0, 6) === EXIF)
        setExifDensity(data.subarray(6), { x, y });
      at = end;
    }
    await handle.write(head, 0, bytesRead, 0);
  } finally {
    await handle.close();
  }
}

function setExifDensity(tiff: Buffer, { x, y }: Density): void {
  const { isLittle, at } = valuesOf(tiff);
  for (const [tag, value] of [
    [X_RESOLUTION, x],
    [Y_RESOLUTION, y],
  ] as const) {
    const from = at.get(tag);
    if (from === undefined || from + 8 > tiff.length) continue;
    const numbers = [Math.round(value * DENOMINATOR), DENOMINATOR];
    numbers.forEach((number, i) =>
      isLittle
        ? tiff.writeUInt32LE(number, from + 4 * i)
        : tiff.writeUInt32BE(number, from + 4 * i),
    );
  }
  const unit = at.get(RESOLUTION_UNIT);
  if (unit !== undefined)
    if (isLittle) tiff.writeUInt16LE(2, unit);
    else tiff.writeUInt16BE(2, unit);
}
