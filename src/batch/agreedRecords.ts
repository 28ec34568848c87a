import { inParallel } from '../shared/inParallel';
import { hashInside } from './hash';
import type { OutputRecord, Records } from './types';

const AT_A_TIME = 8;

/**
 * What several locks know together. Of records of one output that differ the one is right whose
 * result lies there, whichever lock was written last; else the first lock's.
 */
export async function agreedRecords(
  locks: readonly Records[],
  outputRoot: string,
  signal?: AbortSignal,
): Promise<Records> {
  const all = new Map<string, OutputRecord[]>();
  for (const [output, record] of locks.flatMap((records) => Object.entries(records)))
    all.set(output, [...(all.get(output) ?? []), record]);
  const agreed = await inParallel([...all], AT_A_TIME, async ([output, [first, ...others]]) => {
    const isOne = others.every(({ outputHash }) => outputHash === first?.outputHash);
    const now = isOne ? undefined : await hashInside(outputRoot, output, signal);
    const right = [first, ...others].find((record) => record?.outputHash === now) ?? first;
    return right ? [[output, right] as const] : [];
  });
  return Object.fromEntries(agreed.flat());
}
