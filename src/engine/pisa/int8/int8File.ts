import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { NotAFileError } from '../../../files/kinds';
import { named } from '../../../files/systemError';
import { openRegular } from '../../../files/openRegular';
import { elementsOf, DTYPES, type TensorInfo, type Tensors } from '../../checkpoint/checkpoint';
import { damaged } from '../../checkpoint/damaged';
import { fromHalf } from '../../graph/half';
import type { Int8Weights } from '../../graph/sd21/int8Products';
import type { DiffusionModel } from '../../models/kinds/diffusion';
import { int8Layout, int8Weights, type Int8Layer, type Int8Layout } from './int8Layout';
import { WeightRounding } from './roundWeights';
import { phrase } from '../../../shared/phrase';

/** Told apart by its name when layers, rounding or order change. */
const VERSION = 1;
const PREFIX = 'unet-int8-';
const PARTIAL = '.part';
/** Nobody writes for as long. */
const ABANDONED_MS = 60 * 60_000;
/** Output channels that are read at a time. */
const CHANNELS = 64;
/** The file ends with the SHA-256 of what is before. */
const SUM_BYTES = 32;

/**
 * The UNet's weights in 8 bits, in a file in the model's folder that is made when it is first needed, a
 * quarter of the size of those in floats. Its name tells the UNet's own file, so that the weights of
 * another are never taken.
 */
export async function int8UNet(
  { folder, manifest }: Pick<DiffusionModel, 'folder' | 'manifest'>,
  unet: Tensors,
): Promise<Int8Weights> {
  const layout = int8Layout(unet);
  const name = `${PREFIX}${VERSION}-${manifest.parts.unet.sha256.slice(0, 16)}.bin`;
  const file = path.join(folder, name);
  const size = await sizeOf(file);
  if (size !== layout.bytes + SUM_BYTES) await make(folder, file, layout);
  return int8Weights(layout, name);
}

/**
 * Of the file itself: a link, a pipe or nothing has none, and what is made takes its place. A folder's
 * place can't be taken.
 */
async function sizeOf(file: string): Promise<number | undefined> {
  const found = await lstat(file).catch(() => undefined);
  if (found?.isDirectory()) throw new NotAFileError(file, 'folder');
  return found?.isFile() ? found.size : undefined;
}

/**
 * Reads every byte of the weights in 8 bits in a model's folder, and takes away what is not as it was
 * written: it is made anew when it is needed.
 */
export async function removeDamagedInt8(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(PREFIX) || name.endsWith(PARTIAL)) continue;
    const file = path.join(folder, name);
    if (!(await isWhole(file))) await rm(file, { force: true });
  }
}

async function isWhole(file: string): Promise<boolean> {
  if ((await sizeOf(file)) === undefined) return false;
  const { handle } = await openRegular(file, { followLinks: false });
  try {
    const bytes = (await handle.stat()).size - SUM_BYTES;
    if (bytes <= 0) return false;
    const sum = Buffer.alloc(SUM_BYTES);
    await handle.read(sum, 0, SUM_BYTES, bytes);
    return sum.equals(await sumOf(file, bytes));
  } finally {
    await handle.close();
  }
}

/** SHA-256 of a file's first bytes. */
async function sumOf(file: string, bytes: number): Promise<Buffer> {
  const hash = createHash('sha256');
  if (bytes > 0) await pipeline(createReadStream(file, { end: bytes - 1 }), hash);
  return hash.digest();
}

/** Beside its place, and moved there when it is whole. */
async function make(folder: string, file: string, layout: Int8Layout): Promise<void> {
  await removeAbandoned(folder);
  const partial = `${file}.${randomBytes(6).toString('hex')}${PARTIAL}`;
  try {
    const target = await open(partial, 'wx');
    try {
      await target.truncate(layout.bytes + SUM_BYTES);
      for (const layer of layout.layers) await writeLayer(target, layer);
      const sum = await sumOf(partial, layout.bytes);
      await target.write(sum, 0, SUM_BYTES, layout.bytes);
      await target.sync();
    } finally {
      await target.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw named(error, partial);
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(PREFIX) || !name.endsWith(PARTIAL)) continue;
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(file, { force: true });
  }
}

async function writeLayer(
  target: FileHandle,
  { source, to, from, taps, integersAt, stepsAt }: Int8Layer,
): Promise<void> {
  const rounding = new WeightRounding(to, from, taps);
  const { handle } = await openRegular(source.file, { followLinks: true });
  try {
    for (let first = 0; first < to; first += CHANNELS)
      rounding.add(await channels(handle, source, first, Math.min(CHANNELS, to - first)));
  } finally {
    await handle.close();
  }
  const { integers, steps } = rounding.result;
  await target.write(integers, 0, integers.byteLength, integersAt);
  await target.write(new Uint8Array(steps.buffer), 0, steps.byteLength, stepsAt);
}

/** Some output channels of a tensor, in floats. */
async function channels(
  handle: FileHandle,
  { file, dtype, offset, shape }: TensorInfo,
  first: number,
  count: number,
): Promise<Float32Array> {
  const each = elementsOf(shape.slice(1)) * DTYPES[dtype].bytes;
  const bytes = new Uint8Array(count * each);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset + first * each);
  if (bytesRead !== bytes.length) throw damaged(file, phrase`it ends early`);
  if (dtype === 'F32') return new Float32Array(bytes.buffer);
  const halves = new Uint16Array(bytes.buffer);
  return dtype === 'F16' ? Float32Array.from(halves, fromHalf) : fromBrainFloats(halves);
}

/** Bfloat16 is the upper half of a float32. */
function fromBrainFloats(halves: Uint16Array): Float32Array {
  const bits = Uint32Array.from(halves, (half) => half << 16);
  return new Float32Array(bits.buffer);
}
