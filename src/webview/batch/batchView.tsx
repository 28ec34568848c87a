import type { BatchStrings } from '../../shared/batchProtocol';
import { render } from 'preact';
import { find } from '../find';
import { typesOf, type BatchFilter } from './batchModel';
import { FilterBar } from './FilterBar';
import { failedOf, resultsOf, shownRows, type BatchState } from './batchState';
import { fill } from './batchText';
import { subtitle, totals } from './batchWords';
import type { RowList } from './rowList';

const element = (id: string): HTMLElement => find(document, `#${id}`, HTMLElement);
const show = (id: string, on: boolean): void => void (element(id).hidden = !on);
const write = (id: string, text: string): void => void (element(id).textContent = text);

/** Brings the whole page up to date. */
export function renderBatch(
  state: BatchState,
  s: BatchStrings,
  list: RowList,
  onFilter: (filter: BatchFilter) => void,
): void {
  const { phase, init, problem } = state;
  document.body.dataset.phase = phase;
  document.body.setAttribute('aria-busy', String(phase === 'planning'));
  const isPlan = phase === 'plan';
  const inTable = isPlan || phase === 'running';
  const rows = shownRows(state);
  show('planning', phase === 'planning');
  show('problem', phase === 'problem');
  show('table', inTable && rows.length > 0);
  show('empty', inTable && rows.length === 0);
  write('empty', (init?.plan.rows.length ?? 0) > 0 ? s.emptyFilter : s.empty);
  write('problem', problem ? `${problem.message} ${problem.hint ?? ''}`.trim() : '');
  write('subtitle', inTable ? subtitle(state, s) : '');
  write('totals', totals(state, s));
  render(
    <FilterBar filter={state.filter} types={typesOf(init?.plan.rows ?? [])} onChange={onFilter} />,
    element('filters'),
  );
  renderButtons(state, s);
  renderNotices(state, s);
  renderBar(state);
  list.show({
    rows: inTable ? rows : [],
    ticked: state.ticked,
    states: state.states,
    standing: state.standing,
    canTick: isPlan,
  });
}

function renderButtons(state: BatchState, s: BatchStrings): void {
  const { phase, init, standing, ticked, problem } = state;
  const isPlan = phase === 'plan';
  const hasRows = (init?.plan.rows.length ?? 0) > 0;
  const results = resultsOf(state).length;
  const failed = failedOf(state).length > 0;
  for (const id of ['tickShown', 'untickShown', 'start']) show(id, isPlan && hasRows);
  show('pause', phase === 'running' && !standing?.other);
  show('cancel', phase === 'running' || phase === 'planning');
  show('newPlan', isPlan || phase === 'problem');
  show('retry', isPlan && failed);
  show('compare', isPlan && results > 0);
  for (const id of ['next', 'previous'])
    show(id, isPlan && results > 1 && state.compared !== undefined);
  show('sourceControl', isPlan && state.report !== undefined);
  show('openRecipe', (isPlan && init?.plan.hasRecipe === true) || problem?.code === 'recipe');
  show('showLog', phase === 'problem' || (isPlan && failed));
  const start = find(document, '#start', HTMLButtonElement);
  start.disabled = ticked.size === 0;
  start.title = ticked.size === 0 ? s.nothing : fill(s.startHint, ticked.size);
  write('pause', standing?.paused ? s.resume : s.pause);
  write('cancel', cancelText(state, s));
  write('newPlan', phase === 'problem' ? s.again : s.newPlan);
}

function cancelText({ phase, standing }: BatchState, s: BatchStrings): string {
  if (phase === 'planning') return s.stop;
  if (!standing?.other) return s.cancel;
  return standing.other.thenStarts ? s.stopWaiting : s.stopWatching;
}

function renderNotices({ phase, init, report, ticked }: BatchState, s: BatchStrings): void {
  const plan = phase === 'plan' ? init?.plan : undefined;
  const isUnread = plan?.hasUnreadRecipe === true;
  show('trustNotice', isUnread);
  show('manageTrust', isUnread);
  const other = plan?.other;
  show('otherNotice', other !== undefined);
  show('watch', other !== undefined);
  show('wait', other !== undefined && ticked.size > 0);
  write('otherText', other?.text ?? '');
  const interrupted = other || report ? 0 : (plan?.interrupted.length ?? 0);
  show('notice', interrupted > 0);
  show('noticeAction', interrupted > 0);
  write('noticeText', interrupted === 0 ? '' : fill(s.interrupted, interrupted));
}

function renderBar({ phase, standing }: BatchState): void {
  show('bar', phase === 'running');
  const share =
    standing && standing.total > 0
      ? (standing.done + standing.current.reduce((sum, one) => sum + one.share, 0)) / standing.total
      : 0;
  element('bar').setAttribute('aria-valuenow', String(Math.round(share * 100)));
  element('barFill').style.width = `${Math.min(100, share * 100).toFixed(1)}%`;
}
