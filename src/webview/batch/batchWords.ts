import type { BatchStrings } from '../../shared/batchProtocol';
import { totalsOf } from './batchModel';
import type { BatchState } from './batchState';
import { duration, fill, megabytes } from './batchText';

/** What the plan holds, in one line. */
export function subtitle({ init }: BatchState, s: BatchStrings): string {
  if (!init) return '';
  const { rows, otherFiles, orphans, hasRecipe } = init.plan;
  const count = (status: string): number => rows.filter((row) => row.status === status).length;
  return [
    fill(s.counts, count('todo'), count('done'), count('skip')),
    ...(otherFiles > 0 ? [fill(s.otherFiles, otherFiles)] : []),
    ...(orphans > 0 ? [fill(s.orphans, orphans)] : []),
    ...(hasRecipe ? [s.recipe] : []),
  ].join(' · ');
}

/** The line at the bottom: what is ticked, where the run is, or what it came to. */
export function totals(state: BatchState, s: BatchStrings): string {
  if (state.phase === 'running') return standingText(state, s);
  if (state.phase !== 'plan') return '';
  return state.report ? reportText(state, s) : tickedText(state, s);
}

function tickedText({ init, ticked }: BatchState, s: BatchStrings): string {
  if (!init) return '';
  if (ticked.size === 0) return s.nothing;
  const { count, megapixels, bytes, seconds } = totalsOf(init.plan, ticked);
  const size = megabytes(bytes, s);
  const pixels = megapixels < 10 ? megapixels.toFixed(1) : String(Math.round(megapixels));
  return seconds === undefined
    ? fill(s.totals, count, pixels, size)
    : fill(s.totalsTime, count, pixels, size, duration(seconds, s), init.plan.device ?? '');
}

function standingText({ init, standing }: BatchState, s: BatchStrings): string {
  if (!standing) return '';
  const { done, total, current, other, paused, megapixelsPerSecond, secondsLeft } = standing;
  const name = init?.plan.rows.find(({ id }) => id === current[0]?.id)?.input;
  return [
    ...(other ? [other.text] : []),
    fill(s.progress, done, total),
    ...(other?.thenStarts ? [s.thenStarts] : []),
    ...(paused ? [s.paused] : []),
    ...(name === undefined ? [] : [name.slice(name.lastIndexOf('/') + 1)]),
    ...(megapixelsPerSecond === undefined ? [] : [fill(s.pace, megapixelsPerSecond.toFixed(1))]),
    ...(secondsLeft === undefined || paused ? [] : [fill(s.left, duration(secondsLeft, s))]),
  ].join(' · ');
}

/** What a run came to. */
export function reportText({ report }: BatchState, s: BatchStrings): string {
  if (!report) return '';
  return [
    ...(report.cancelled ? [s.reportCancelled] : []),
    fill(s.report, report.done, duration(report.seconds, s)),
    ...(report.failed > 0 ? [fill(s.reportFailed, report.failed)] : []),
  ].join(' ');
}
