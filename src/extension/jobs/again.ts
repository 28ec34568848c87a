import type { Remedy } from '../../shared/remedies';
import type { BatchReport } from './batch';
import type { OverridesFor, UpscaleOverrides } from './upscaleJobs';

/** A picture that is done once more, by its index in the report, and what is other this time. */
export type Again = { readonly index: number; readonly overrides: UpscaleOverrides };

/** What a remedy does once more of a command's pictures. */
export function againFor({ kind }: Remedy, report: BatchReport): readonly Again[] {
  const named = report.results.filter((result) => result.remedies.some((one) => one.kind === kind));
  switch (kind) {
    case 'upscale-again':
      return named.map(({ index }) => ({ index, overrides: { asset: { again: true } } }));
    case 'treat-as-photo':
      // It takes the place of the result that was not wanted.
      return named.map(({ index, output }) => ({
        index,
        overrides: {
          asset: { pixelArt: 'off' },
          target: { kind: 'file', path: output },
          overwrite: 'overwrite',
        },
      }));
    case 'use-cpu':
      return report.failures.map(({ index }) => ({ index, overrides: { device: 'cpu' } }));
    default:
      return report.failures.map(({ index }) => ({ index, overrides: {} }));
  }
}

/** What the command was called with, and on top what is other this time. */
export function mergedOverrides(first: OverridesFor, again: Again | undefined): UpscaleOverrides {
  if (!again) return {};
  const own = typeof first === 'function' ? first(again.index) : first;
  const { overrides } = again;
  return { ...own, ...overrides, asset: { ...own.asset, ...overrides.asset } };
}
