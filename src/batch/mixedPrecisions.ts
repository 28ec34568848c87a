import type { PlanItem, Records } from './types';
import { say } from '../shared/phrase';

/**
 * What is said of results that are up to date and were computed in different forms of a model,
 * because machines chose differently and nothing pins it. They are no fault: each is what its
 * machine makes of it.
 */
export function mixedNotes(items: readonly PlanItem[], records: Records): readonly string[] {
  const counts = new Map<string, { fp32: number; int8: number }>();
  for (const { status, output, settings } of items) {
    if (status !== 'done' || settings === undefined || (settings.precision ?? 'auto') !== 'auto')
      continue;
    const count = counts.get(settings.model) ?? { fp32: 0, int8: 0 };
    counts.set(settings.model, count);
    count[records[output]?.precision ?? 'fp32']++;
  }
  return [...counts]
    .filter(([, { fp32, int8 }]) => fp32 > 0 && int8 > 0)
    .map(
      ([model, { fp32, int8 }]) =>
        say`The results of "${model}" were computed in 8 bits (${int8}) and in 32-bit floats (${fp32}), as different machines choose. A precision that is pinned lets all of them choose alike.`,
    );
}
