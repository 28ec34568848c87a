import * as l10n from '@vscode/l10n';
import { nextSort, type Sort } from './rowOrder';

/** The columns' titles; a click orders the rows by one. */
export function GridHead({
  sort,
  onSort,
}: {
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
}) {
  const title = (by: Sort['by'], className: string, text: string) => {
    const isOn = sort.by === by;
    const direction = sort.descending ? 'descending' : 'ascending';
    return (
      <span role="columnheader" class={className} aria-sort={isOn ? direction : 'none'}>
        <button
          type="button"
          id={`sort-${by}`}
          title={l10n.t('Sort by {0}', text)}
          onClick={() => onSort(nextSort(sort, by))}
        >
          {text}
          {isOn && (
            <span
              class={`codicon codicon-arrow-${sort.descending ? 'down' : 'up'}`}
              aria-hidden="true"
            />
          )}
        </button>
      </span>
    );
  };
  return (
    <div class="head" role="rowgroup">
      <div class="row" role="row" aria-rowindex={1}>
        <span role="columnheader" class="tick" aria-label={l10n.t('Selected')} />
        {title('name', 'file', l10n.t('Image'))}
        {title('size', 'size', l10n.t('Size'))}
        {title('result', 'output', l10n.t('Result'))}
        {title('state', 'state', l10n.t('State'))}
      </div>
    </div>
  );
}
