import type { DeviceReport } from './engineProtocol';
import { phrase, type Words } from './phrase';

/**
 * Whether a device's float16 can be trusted: the first operator that is wrong in it, or that all
 * agree. Undefined where it was not tried, as on the CPU, which computes in float32.
 */
export function halfPrecision({
  operators = [],
}: DeviceReport<Words>): { readonly agrees: boolean; readonly reason: Words } | undefined {
  const halves = operators.filter(({ precision }) => precision === 'float16');
  if (halves.length === 0) return undefined;
  const wrong = halves.find(({ agrees }) => !agrees);
  return wrong
    ? { agrees: false, reason: phrase`${wrong.what}: ${wrong.reason}` }
    : { agrees: true, reason: phrase`${halves.length} operators agree` };
}

/** A relative difference as people read it: `3.1e-7`, `0`, or a dash where there is none. */
export function differenceInWords(difference: number | undefined): string {
  if (difference === undefined) return '–';
  return difference === 0 ? '0' : difference.toExponential(1);
}
