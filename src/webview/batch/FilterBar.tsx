import * as l10n from '@vscode/l10n';
import { SHOWN, type BatchFilter, type Shown } from './batchModel';

/** The fields that say which rows are shown. `types`: the file types that there are. */
export function FilterBar({
  filter,
  types,
  onChange,
}: {
  readonly filter: BatchFilter;
  readonly types: readonly string[];
  readonly onChange: (filter: BatchFilter) => void;
}) {
  const change = (part: Partial<BatchFilter>) => onChange({ ...filter, ...part });
  return (
    <div class="filters" role="group" aria-label={l10n.t('Filter')}>
      <vscode-textfield
        id="filter"
        type="search"
        label={l10n.t('Filter')}
        placeholder={l10n.t('Part of the path, or a glob such as icons/**/*.png')}
        value={filter.text}
        onInput={({ currentTarget }) => change({ text: currentTarget.value })}
      />
      <vscode-single-select
        id="type"
        label={l10n.t('File type')}
        value={filter.type}
        onChange={({ currentTarget }) => change({ type: currentTarget.value })}
      >
        <vscode-option value="">{l10n.t('All types')}</vscode-option>
        {types.map((type) => (
          <vscode-option key={type} value={type}>
            {type.toUpperCase()}
          </vscode-option>
        ))}
      </vscode-single-select>
      <vscode-single-select
        id="show"
        label={l10n.t('Show')}
        value={filter.shown}
        onChange={({ currentTarget }) => change({ shown: shownOf(currentTarget.value) })}
      >
        {SHOWN.map((shown) => (
          <vscode-option key={shown} value={shown}>
            {nameOf(shown)}
          </vscode-option>
        ))}
      </vscode-single-select>
      <label class="minimum">
        <span aria-hidden="true">{l10n.t('Smallest side in pixels')}</span>
        <vscode-textfield
          id="minimum"
          type="number"
          label={l10n.t('Smallest side in pixels')}
          min={0}
          max={100_000}
          step={1}
          value={String(filter.minimum)}
          onInput={({ currentTarget }) =>
            change({ minimum: Math.max(0, Number(currentTarget.value) || 0) })
          }
        />
      </label>
    </div>
  );
}

const shownOf = (value: string): Shown => SHOWN.find((one) => one === value) ?? 'all';

function nameOf(shown: Shown): string {
  switch (shown) {
    case 'all':
      return l10n.t('All');
    case 'todo':
      return l10n.t('To do');
    case 'skip':
      return l10n.t('Left alone');
    case 'done':
      return l10n.t('Up to date and done');
    case 'failed':
      return l10n.t('Failed');
  }
}
