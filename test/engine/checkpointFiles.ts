import { readFileSync, writeFileSync } from 'node:fs';

type Header = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;

function readParts(file: string): { header: Header; data: Buffer } {
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE());
  return {
    header: JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Header,
    data: bytes.subarray(8 + length),
  };
}

function writeParts(file: string, header: Header, data: Buffer): void {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([length, text, data]));
}

/** Renames tensors of a safetensors file in place. */
export function renamed(file: string, name: (old: string) => string): void {
  const { header, data } = readParts(file);
  writeParts(
    file,
    Object.fromEntries(Object.entries(header).map(([old, entry]) => [name(old), entry])),
    data,
  );
}

/** Turns a safetensors file of float32 into one of float16 or bfloat16, in place. */
export function halved(file: string, dtype: 'F16' | 'BF16' = 'F16'): void {
  const { header, data } = readParts(file);
  const parts: Buffer[] = [];
  let at = 0;
  const result: Header = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const floats = new Float32Array(
      data.buffer.slice(
        data.byteOffset + entry.data_offsets[0],
        data.byteOffset + entry.data_offsets[1],
      ),
    );
    const halves = Buffer.alloc(floats.length * 2);
    floats.forEach((value, i) =>
      halves.writeUInt16LE(dtype === 'F16' ? toHalf(value) : toBfloat(value), 2 * i),
    );
    parts.push(halves);
    result[name] = { dtype, shape: entry.shape, data_offsets: [at, at + halves.length] };
    at += halves.length;
  }
  writeParts(file, result, Buffer.concat(parts));
}

/**
 * The bits of the nearest float16 (for the sizes that weights have: no infinities, tiny values
 * become 0).
 */
function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude < 2 ** -24) return sign;
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const mantissa = Math.round(magnitude * 2 ** (10 - exponent));
  const carried =
    mantissa === 2048 ? { exponent: exponent + 1, mantissa: 1024 } : { exponent, mantissa };
  return carried.mantissa < 1024
    ? sign | carried.mantissa
    : sign | ((carried.exponent + 15) << 10) | (carried.mantissa - 1024);
}

/** The bits of the nearest bfloat16: the upper half of a float32, rounded. */
function toBfloat(value: number): number {
  const [bits = 0] = new Uint32Array(Float32Array.of(value).buffer);
  return ((bits + 0x8000) >>> 16) & 0xffff;
}
