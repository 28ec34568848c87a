import * as l10n from '@vscode/l10n';
import type { BatchRow, BatchRowState } from '../../shared/batchProtocol';
import { pageText } from '../../shared/safeText';
import { totalsOf } from './batchModel';
import { isEarlier, type BatchState } from './batchState';
import { duration, megabytes, megapixelText } from './batchText';
import { baseOf } from './rowOrder';
import { sentences } from '../../shared/sentences';
import { byCount, decimal } from '../../shared/locale';

/** What the plan holds, in one line. */
export function subtitle({ init }: BatchState): string {
  if (!init) return '';
  const { rows, otherFiles, orphans } = init.plan;
  const count = (status: string): number =>
    rows.filter((row) => row.status === status && !isEarlier(row)).length;
  return [
    l10n.t(
      '{0} to do, {1} up to date, {2} left alone',
      count('todo'),
      count('done'),
      count('skip'),
    ),
    ...(otherFiles > 0
      ? [
          byCount(
            otherFiles,
            l10n.t('1 file is not a picture'),
            l10n.t('{0} files are not pictures', otherFiles),
          ),
        ]
      : []),
    ...(orphans > 0 ? [l10n.t('results without a source: {0}', orphans)] : []),
  ].join(' · ');
}

/** The line at the bottom: what is selected, where the run is, or what it came to. */
export function totals(state: BatchState): string {
  if (state.phase === 'running') return standingText(state);
  if (state.told !== '') return state.told;
  if (state.phase === 'planning' && state.init) return planningText(state.init.plan.folder);
  if (state.phase !== 'plan') return '';
  return state.report ? reportText(state) : selectedText(state);
}

/** While a plan is made. */
export const planningText = (folder: string): string =>
  l10n.t('Looking at the images of {0}…', pageText(folder));

export const nothingSelected = (): string => l10n.t('Nothing is selected.');

function selectedText({ init, ticked }: BatchState): string {
  if (!init) return '';
  if (ticked.size === 0) return nothingSelected();
  const { count, pixels, bytes, seconds } = totalsOf(init.plan, ticked);
  const { device } = init.plan;
  return [
    l10n.t('{0} selected', count),
    megapixelText(pixels),
    l10n.t('about {0}', megabytes(bytes.least, bytes.most)),
    ...(seconds === undefined
      ? []
      : [
          device === undefined
            ? l10n.t('about {0}', duration(seconds))
            : l10n.t('about {0} on {1}', duration(seconds), device),
        ]),
  ].join(' · ');
}

function standingText({ init, standing, cancelling }: BatchState): string {
  if (!standing) return '';
  const { done, total, current, other, paused, megapixelsPerSecond, secondsLeft } = standing;
  if (cancelling) return l10n.t('Canceling… What was begun is finished.');
  const row = init?.plan.rows.find(({ id }) => id === current[0]?.id);
  return [
    ...(other ? [pageText(other.text)] : []),
    l10n.t('{0} of {1}', done, total),
    ...(other?.thenStarts ? [l10n.t('starts when that has ended')] : []),
    ...(paused ? [l10n.t('Paused; what was begun is finished')] : []),
    ...(row ? [pageText(baseOf(row.input))] : []),
    ...(megapixelsPerSecond === undefined
      ? []
      : [l10n.t('{0} megapixels/s', decimal(megapixelsPerSecond, 1))]),
    ...(secondsLeft === undefined || paused
      ? []
      : [l10n.t('about {0} left', duration(secondsLeft))]),
  ].join(' · ');
}

/** What a run came to. */
export function reportText({ report }: BatchState): string {
  if (!report) return '';
  return sentences([
    ...(report.cancelled ? [l10n.t('Canceled.')] : []),
    l10n.t('{0} upscaled in {1}.', report.done, duration(report.seconds)),
    ...(report.failed > 0 ? [l10n.t('{0} failed.', report.failed)] : []),
    ...(report.problem === undefined ? [] : [pageText(report.problem)]),
  ]);
}

export type RowWords = { readonly text: string; readonly detail: string; readonly kind: string };

/** What a row says of itself, and more below it. */
export function rowWords(
  row: BatchRow,
  state: { readonly state: BatchRowState; readonly message?: string } | undefined,
  ticked: boolean,
): RowWords {
  if (state)
    return {
      text: stateName(state.state),
      detail: pageText(state.message ?? ''),
      kind: state.state,
    };
  const detail = pageText(row.message ?? '');
  // The word says what such a row's reason would say once more.
  if (row.status === 'done') return { text: l10n.t('Up to date'), detail: '', kind: 'upToDate' };
  if (row.status === 'skip') return { text: l10n.t('Left alone'), detail, kind: 'leftAlone' };
  return {
    text: l10n.t('To do'),
    detail:
      detail === '' || ticked
        ? detail
        : `${detail} ${l10n.t('Select it to replace what is there.')}`,
    kind: detail === '' ? 'todo' : 'ask',
  };
}

function stateName(state: BatchRowState): string {
  switch (state) {
    case 'waiting':
      return l10n.t('Waiting');
    case 'running':
      return l10n.t('Running');
    case 'done':
      return l10n.t('Done');
    case 'failed':
      return l10n.t('Failed');
    case 'skipped':
      return l10n.t('Skipped');
    case 'cancelled':
      return l10n.t('Canceled');
  }
}
