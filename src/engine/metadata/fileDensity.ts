import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { OutputFormat } from '../../shared/settings';
import type { Density } from '../image/containers/facts';
import { setExifDensity } from './exifTags';
import { writtenDirectory } from './writtenTiff';

const INCHES_PER_METRE = 39.3701;
const EXIF = 'Exif\0\0';
/** What stands before a picture's first data and holds a density is short, but for profiles. */
const HEAD_BYTES = 131_072;
const [NO_UNIT, PER_INCH] = [0, 1];
const LARGEST_SHORT = 65_535;

/**
 * Makes a finished file say exactly this density, or none: its encoder writes one axis twice, or
 * one that nobody said. In place; of formats that have no density nothing is changed.
 */
export async function setFileDensity(
  file: string,
  format: OutputFormat,
  density: Density | undefined,
): Promise<void> {
  if (format !== 'png' && format !== 'jpeg' && format !== 'tiff') return;
  const handle = await open(file, 'r+');
  try {
    if (format === 'tiff') await setTiff(handle, density);
    else {
      const head = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await handle.read(head, 0, head.length, 0);
      if (format === 'png') await setPng(handle, density);
      else {
        setJpeg(head.subarray(0, bytesRead), density);
        await handle.write(head, 0, bytesRead, 0);
      }
    }
  } finally {
    await handle.close();
  }
}

/** Whole numbers that compare as two others do, none beyond a limit. */
function ratioOf({ x, y }: Density, most: number): readonly [number, number] {
  const scale = Math.min(1000, most / Math.max(x, y));
  const isWhole = Number.isInteger(x) && Number.isInteger(y) && Math.max(x, y) <= most;
  return isWhole
    ? [x, y]
    : [Math.max(1, Math.round(x * scale)), Math.max(1, Math.round(y * scale))];
}

async function setPng(handle: FileHandle, density: Density | undefined): Promise<void> {
  const head = Buffer.alloc(8);
  for (let at = 8; (await handle.read(head, 0, 8, at)).bytesRead === 8;) {
    const [length, type] = [head.readUInt32BE(0), head.toString('latin1', 4)];
    if (type === 'IDAT') return;
    if (type === 'pHYs' && length === 9) {
      const chunk = Buffer.alloc(17);
      chunk.write('pHYs', 0, 'latin1');
      const [x, y] =
        density === undefined
          ? [1, 1]
          : density.isRatio === true
            ? ratioOf(density, 2 ** 31 - 1)
            : [density.x * INCHES_PER_METRE, density.y * INCHES_PER_METRE];
      chunk.writeUInt32BE(Math.round(x), 4);
      chunk.writeUInt32BE(Math.round(y), 8);
      chunk[12] = density === undefined || density.isRatio === true ? 0 : 1;
      chunk.writeUInt32BE(crc32(chunk.subarray(0, 13)), 13);
      await handle.write(chunk, 0, chunk.length, at + 4);
      return;
    }
    at += 12 + length;
  }
}

function setJpeg(head: Buffer, density: Density | undefined): void {
  for (let at = 2; at + 18 <= head.length && head[at] === 0xff;) {
    const marker = head[at + 1];
    if (marker === 0xda) break;
    const end = at + 2 + head.readUInt16BE(at + 2);
    const data = head.subarray(at + 4, end);
    if (marker === 0xe0 && data.toString('latin1', 0, 5) === 'JFIF\0') {
      const hasUnit = density !== undefined && density.isRatio !== true;
      const [x, y] = hasUnit
        ? [Math.round(density.x), Math.round(density.y)]
        : density === undefined
          ? [1, 1]
          : ratioOf(density, LARGEST_SHORT);
      data[7] = hasUnit ? PER_INCH : NO_UNIT;
      data.writeUInt16BE(x, 8);
      data.writeUInt16BE(y, 10);
    } else if (marker === 0xe1 && data.toString('latin1', 0, 6) === EXIF)
      setExifDensity(data, density);
    at = end;
  }
}

const TIFF = { xResolution: 282, yResolution: 283, resolutionUnit: 296 } as const;
const [TIFF_NO_UNIT, TIFF_PER_INCH] = [1, 2];
const DENOMINATOR = 1000;

/** A TIFF of the encoder's: its fractions lie outside of the directory but in BigTIFF. */
async function setTiff(handle: FileHandle, density: Density | undefined): Promise<void> {
  const written = await writtenDirectory(handle);
  const hasUnit = density !== undefined && density.isRatio !== true;
  for (const { tag, field, fieldAt } of written?.entries ?? []) {
    const data = Buffer.alloc(8);
    if (tag === TIFF.resolutionUnit) {
      data.writeUInt16LE(hasUnit ? TIFF_PER_INCH : TIFF_NO_UNIT);
      await handle.write(data, 0, 2, fieldAt);
    } else if (tag === TIFF.xResolution || tag === TIFF.yResolution) {
      const { x, y } = density ?? { x: 1, y: 1 };
      data.writeUInt32LE(Math.round((tag === TIFF.xResolution ? x : y) * DENOMINATOR), 0);
      data.writeUInt32LE(DENOMINATOR, 4);
      await handle.write(data, 0, 8, written?.isBig === true ? fieldAt : field.readUInt32LE(0));
    }
  }
}
