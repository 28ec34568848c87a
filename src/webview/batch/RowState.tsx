import * as l10n from '@vscode/l10n';
import type { BatchRow } from '../../shared/batchProtocol';
import { pageText } from '../../shared/safeText';
import type { BatchController } from './batchController';
import { canCompare } from './batchState';
import type { RowWords } from './batchWords';
import { baseOf } from './rowOrder';

/** What becomes of a row: in a word, why, how far, and what can be done about it. */
export function RowState({
  row,
  words: { text, detail, kind },
  controller,
}: {
  readonly row: BatchRow;
  readonly words: RowWords;
  readonly controller: BatchController;
}) {
  const { state } = controller;
  const { standing } = state;
  const running = standing?.current.find(({ id }) => id === row.id);
  const name = pageText(baseOf(row.input));
  const now = state.states[row.id]?.state;
  const canSkip = !standing?.other && (now === 'running' || now === 'waiting');
  const label =
    running && running.tiles > 1
      ? l10n.t(
          'Tile {0} of {1}',
          Math.min(running.tiles, Math.floor(running.tile) + 1),
          running.tiles,
        )
      : text;
  return (
    <span class="state" role="gridcell">
      <span class="words">
        <span class={`label ${kind}`} title={label}>
          {label}
        </span>
        {running ? (
          <vscode-progress-bar
            class="rowBar"
            value={Math.round(running.share * 100)}
            aria-label={l10n.t('Upscale {0}', name)}
          />
        ) : (
          detail !== '' && (
            <span class="detail" title={detail}>
              {detail}
            </span>
          )
        )}
      </span>
      {canSkip ? (
        <IconButton
          className="skip"
          icon="close"
          label={l10n.t('Skip {0}', name)}
          onClick={() => controller.skip(row.id)}
        />
      ) : (
        canCompare(state, row) && (
          <IconButton
            className="open"
            icon="diff"
            label={l10n.t('Compare {0} with its result', name)}
            onClick={() => controller.compare(row.id)}
          />
        )
      )}
    </span>
  );
}

/** The row's keys do the same, so that Tab leads past the rows. */
function IconButton({
  className,
  icon,
  label,
  onClick,
}: {
  readonly className: string;
  readonly icon: string;
  readonly label: string;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      class={className}
      tabIndex={-1}
      title={label}
      aria-label={label}
      onClick={onClick}
    >
      <span class={`codicon codicon-${icon}`} aria-hidden="true" />
    </button>
  );
}
