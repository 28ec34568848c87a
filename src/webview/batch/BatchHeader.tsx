import * as l10n from '@vscode/l10n';
import { pageText } from '../../shared/safeText';
import { Button } from '../components/Button';
import type { BatchController } from './batchController';
import { typesOf } from './batchModel';
import { earlierCount, listedCount, showsRows, shownRows } from './batchState';
import { subtitle } from './batchWords';
import { FilterBar } from './FilterBar';
import { BatchNotices } from './BatchNotices';
import { SettingsLine } from './SettingsLine';
import { byCount } from '../../shared/locale';

/** What the batch is of, what it makes, what stands in its way, and which rows are shown. */
export function BatchHeader({
  controller,
  folder,
}: {
  readonly controller: BatchController;
  readonly folder: string;
}) {
  const { state } = controller;
  const { phase, init, filter } = state;
  const inTable = showsRows(state);
  const hasRows = (init?.plan.rows.length ?? 0) > 0;
  return (
    <header>
      <h1>
        {l10n.t('Upscale Images')} <span id="folder">{pageText(folder)}</span>
      </h1>
      <p id="subtitle">{inTable && subtitle(state)}</p>
      {inTable && init && <SettingsLine plan={init.plan} controller={controller} />}
      <BatchNotices controller={controller} />
      {phase !== 'problem' && (
        <div class="filterRow">
          <FilterBar
            filter={filter}
            types={typesOf(init?.plan.rows ?? [])}
            onChange={controller.setFilter}
          />
          {inTable && <ShownCount controller={controller} />}
          <span class="grow" />
          {phase !== 'running' && inTable && hasRows && (
            <span class="buttons">
              <Button
                id="tickShown"
                secondary
                disabled={phase === 'planning'}
                onPress={() => controller.tickFiltered(true)}
              >
                {l10n.t('Select Filtered')}
              </Button>
              <Button
                id="untickShown"
                secondary
                disabled={phase === 'planning'}
                onPress={() => controller.tickFiltered(false)}
              >
                {l10n.t('Deselect Filtered')}
              </Button>
            </span>
          )}
        </div>
      )}
      {inTable && <EarlierResults controller={controller} />}
    </header>
  );
}

/** How many rows the filter lets through, where it holds some back. */
function ShownCount({ controller: { state } }: { readonly controller: BatchController }) {
  const [shown, all] = [shownRows(state).length, listedCount(state)];
  return (
    <span id="shownCount" class="dim" role="status">
      {shown < all && l10n.t('{0} of {1} shown', shown, all)}
    </span>
  );
}

/** Results of earlier batches among the sources: one line, until somebody wants to see them. */
function EarlierResults({ controller }: { readonly controller: BatchController }) {
  const { state } = controller;
  const count = earlierCount(state);
  if (count === 0) return null;
  return (
    <button
      type="button"
      class="link"
      id="earlier"
      aria-expanded={state.earlier}
      onClick={() => controller.showEarlier(!state.earlier)}
    >
      <span
        class={`codicon codicon-chevron-${state.earlier ? 'down' : 'right'}`}
        aria-hidden="true"
      />
      {byCount(count, l10n.t('1 earlier output'), l10n.t('{0} earlier outputs', count))}
    </button>
  );
}
