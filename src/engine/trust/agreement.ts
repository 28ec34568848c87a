import type { ComputeType } from '../graph/sd21/weights';

/**
 * Largest relative L2 distance from the CPU's float32 that is a device's own rounding: of a single
 * operator, and of a whole network, in which roundings add up. In float32 real deviations are from
 * another order of the sums; in float16 from its 11 bits, where sums are kept in float32. Measured
 * in docs/devices.md.
 */
export const OPERATOR_BOUNDS: Readonly<Record<ComputeType, number>> = {
  float32: 1e-5,
  float16: 1e-3,
};
export const NETWORK_BOUNDS: Readonly<Record<ComputeType, number>> = {
  float32: 1e-4,
  float16: 3e-3,
};

/**
 * ‖a − b‖ / ‖b‖. Infinite when sizes differ, NaN when a value is NaN; where `b` is all zeros, ‖a‖.
 */
export function relativeL2(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    const expected = b[i] ?? 0;
    difference += ((a[i] ?? 0) - expected) ** 2;
    norm += expected ** 2;
  }
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}
