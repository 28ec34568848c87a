import type { FileHandle } from 'node:fs/promises';
import { openRegular } from '../../files/openRegular';
import { DTYPES, elementsOf, isDtype, isShape, type TensorInfo, type Tensors } from './checkpoint';
import { damaged } from './damaged';
import { jsonProblem } from './jsonLimits';
import { LIMITS, quoted, quotedJson } from './limits';
import { phrase } from '../../shared/phrase';

const LENGTH_BYTES = 8;

/**
 * Reads the header of a `.safetensors` file (https://github.com/huggingface/safetensors: length as
 * uint64, JSON, data). Rejects with `checkpoint-damaged` unless every tensor's bytes lie inside the
 * file, fit its shape, and overlap no other's. Tensors of types that networks here don't use are
 * refused too.
 */
export async function readSafetensors(file: string): Promise<Tensors> {
  const { handle } = await openRegular(file, { followLinks: true });
  try {
    const { size } = await handle.stat();
    if (size < LENGTH_BYTES)
      throw damaged(file, phrase`it has ${size} bytes, too few for a safetensors file`);
    const headerLength = (await read(handle, file, 0, LENGTH_BYTES)).readBigUInt64LE();
    if (headerLength > BigInt(LIMITS.headerBytes) && headerLength <= BigInt(size - LENGTH_BYTES))
      throw damaged(
        file,
        phrase`its header has ${String(headerLength)} bytes where ${LIMITS.headerBytes} are allowed`,
      );
    if (headerLength > BigInt(size - LENGTH_BYTES)) {
      throw damaged(
        file,
        phrase`its header claims ${String(headerLength)} bytes, but the file has ${size}; it is cut off or no safetensors file`,
      );
    }
    const header = await read(handle, file, LENGTH_BYTES, Number(headerLength));
    return tensorsFrom(parseHeader(file, header), file, LENGTH_BYTES + Number(headerLength), size);
  } finally {
    await handle.close();
  }
}

async function read(
  handle: FileHandle,
  file: string,
  position: number,
  length: number,
): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  if (bytesRead !== length) throw damaged(file, phrase`it ends early`);
  return buffer;
}

function parseHeader(file: string, header: Buffer): Record<string, unknown> {
  const problem = jsonProblem(header);
  if (problem !== undefined) throw damaged(file, phrase`its header ${problem}`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header));
  } catch {
    throw damaged(file, phrase`its header is not JSON`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw damaged(file, phrase`its header is not a JSON object`);
  return json as Record<string, unknown>;
}

function tensorsFrom(
  header: Record<string, unknown>,
  file: string,
  dataStart: number,
  size: number,
): Tensors {
  const tensors = new Map<string, TensorInfo>();
  for (const [name, entry] of Object.entries(header)) {
    if (name !== '__metadata__') tensors.set(name, tensorFrom(name, entry, file, dataStart, size));
  }
  const inOrder = [...tensors.values()]
    .filter(({ length }) => length > 0)
    .sort((a, b) => a.offset - b.offset);
  inOrder.forEach((tensor, i) => {
    const previous = inOrder[i - 1];
    if (previous && previous.offset + previous.length > tensor.offset)
      throw damaged(
        file,
        phrase`the tensors ${quoted(previous.name)} and ${quoted(tensor.name)} overlap`,
      );
  });
  return tensors;
}

function tensorFrom(
  name: string,
  entry: unknown,
  file: string,
  dataStart: number,
  size: number,
): TensorInfo {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
  if (!isDtype(dtype))
    throw damaged(
      file,
      phrase`the tensor ${quoted(name)} has the type ${quotedJson(dtype)}; ${Object.keys(DTYPES).join(', ')} are known`,
    );
  if (!isShape(shape))
    throw damaged(file, phrase`the tensor ${quoted(name)} has the shape ${quotedJson(shape)}`);
  if (!isPairOfOffsets(offsets))
    throw damaged(file, phrase`the tensor ${quoted(name)} has the offsets ${quotedJson(offsets)}`);
  const [begin, end] = offsets;
  if (begin > end || dataStart + end > size)
    throw damaged(file, phrase`the tensor ${quoted(name)} lies outside the file`);
  const expected = elementsOf(shape) * DTYPES[dtype].bytes;
  if (end - begin !== expected)
    throw damaged(
      file,
      phrase`the tensor ${quoted(name)} has ${end - begin} bytes where [${shape.join(', ')}] ${dtype} needs ${expected}`,
    );
  return { name, dtype, shape, file, offset: dataStart + begin, length: end - begin };
}

function isPairOfOffsets(value: unknown): value is [number, number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((offset) => Number.isSafeInteger(offset) && (offset as number) >= 0)
  );
}
