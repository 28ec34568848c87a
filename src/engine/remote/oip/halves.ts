import { fromHalf } from '../../graph/half';

/** Every float16 as a number, made when the first is needed. */
let table: Float32Array | undefined;

/** IEEE 754 binary16 to float32. */
export function fromHalves(halves: Uint16Array): Float32Array {
  const numbers = (table ??= Float32Array.from({ length: 65_536 }, (_, half) => fromHalf(half)));
  const result = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) result[i] = numbers[halves[i] ?? 0] ?? 0;
  return result;
}

const word = new Float32Array(1);
const bits = new Uint32Array(word.buffer);

/**
 * float32 to IEEE 754 binary16, to the nearest and halfway to the even one; what is too large becomes
 * infinite.
 */
export function toHalves(numbers: Float32Array): Uint16Array {
  const result = new Uint16Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) result[i] = toHalf(numbers[i] ?? 0);
  return result;
}

function toHalf(value: number): number {
  word[0] = value;
  const all = bits[0] ?? 0;
  const sign = (all >>> 16) & 0x8000;
  const magnitude = all & 0x7fff_ffff;
  if (magnitude >= 0x7f80_0000) return sign | (magnitude > 0x7f80_0000 ? 0x7e00 : 0x7c00);
  if (magnitude >= 0x477f_f000) return sign | 0x7c00;
  // Below 2⁻¹⁴ all have one exponent, so the nearest is a whole number of 2⁻²⁴.
  if (magnitude < 0x3880_0000) return sign | evenRound(Math.abs(value) * 2 ** 24);
  const kept = (magnitude - 0x3800_0000) >>> 13;
  const rest = magnitude & 0x1fff;
  const up = rest > 0x1000 || (rest === 0x1000 && (kept & 1) === 1) ? 1 : 0;
  return sign | (kept + up);
}

function evenRound(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
