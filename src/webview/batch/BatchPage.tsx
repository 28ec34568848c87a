import * as l10n from '@vscode/l10n';
import { pageText } from '../../shared/safeText';
import type { BatchController } from './batchController';
import { BatchFooter } from './BatchFooter';
import { BatchGrid } from './BatchGrid';
import { BatchHeader } from './BatchHeader';
import { planningText } from './batchWords';
import { showsRows, shownRows, type BatchState } from './batchState';

/** The view of one batch: plan, run and report. `folder`: the folder's name. */
export function BatchPage({
  controller,
  folder,
}: {
  readonly controller: BatchController;
  readonly folder: string;
}) {
  const { state } = controller;
  return (
    <>
      <BatchHeader controller={controller} folder={folder} />
      <main>
        <Middle controller={controller} folder={folder} />
      </main>
      <BatchFooter controller={controller} />
      <p class="spoken" id="announcements" role="status">
        {state.said}
      </p>
    </>
  );
}

function Middle({
  controller,
  folder,
}: {
  readonly controller: BatchController;
  readonly folder: string;
}) {
  const { state } = controller;
  if (state.phase === 'problem') return <Problem state={state} />;
  if (!showsRows(state))
    return (
      <div class="planning" id="planning">
        <p>{planningText(folder)}</p>
        <p class="dim">{l10n.t('Nothing is written before you press Start.')}</p>
      </div>
    );
  const rows = shownRows(state);
  return rows.length > 0 ? (
    <BatchGrid controller={controller} rows={rows} />
  ) : (
    <p class="empty" id="empty">
      {(state.init?.plan.rows.length ?? 0) > 0
        ? l10n.t('No image matches the filter.')
        : l10n.t('There are no images here.')}
    </p>
  );
}

function Problem({ state: { problem } }: { readonly state: BatchState }) {
  return (
    <div class="problem" id="problem" role="alert">
      {problem && pageText(`${problem.message} ${problem.hint ?? ''}`.trim())}
    </div>
  );
}
