import * as l10n from '@vscode/l10n';
import type { BatchRow } from '../../shared/batchProtocol';
import { pageText } from '../../shared/safeText';
import type { BatchController } from './batchController';
import { canTick } from './batchState';
import { typeOf } from './batchModel';
import { rowWords } from './batchWords';
import { baseOf, folderOf } from './rowOrder';
import { RowState } from './RowState';
import { Thumbnail } from './Thumbnail';

/** One picture of the batch. `top`: where it lies, in pixels. */
export function GridRow({
  row,
  index,
  top,
  isFocusable,
  controller,
  onFocus,
}: {
  readonly row: BatchRow;
  readonly index: number;
  readonly top: number;
  readonly isFocusable: boolean;
  readonly controller: BatchController;
  readonly onFocus: () => void;
}) {
  const { state } = controller;
  const { id, input, output } = row;
  const isTicked = state.ticked.has(id);
  const words = rowWords(row, state.states[id], isTicked);
  // Where there is no result, there is room to say why.
  const reason = words.kind === 'leftAlone' || words.kind === 'failed' ? words.detail : '';
  return (
    <div
      class="row"
      role="row"
      data-id={id}
      data-state={words.kind}
      aria-rowindex={index + 2}
      aria-selected={isTicked}
      tabIndex={isFocusable ? 0 : -1}
      style={{ transform: `translateY(${top}px)` }}
      onFocus={onFocus}
    >
      <span class="tick" role="gridcell">
        {/* The browser's own: vscode-checkbox keeps "disabled" from its inner box. */}
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={l10n.t('Upscale {0}', pageText(input))}
          checked={isTicked}
          disabled={!canTick(state, row)}
          onChange={({ currentTarget }) => controller.tick([id], currentTarget.checked)}
        />
      </span>
      <span class="file" role="gridcell" title={pageText(input)}>
        <Thumbnail address={row.picture} type={typeOf(input)} />
        <Path file={input} />
      </span>
      {reason === '' ? (
        <>
          <span class="size" role="gridcell">
            {sizeText(row)}
          </span>
          <span class="output" role="gridcell" title={pageText(output)}>
            <Path file={output} hiddenFolder={folderOf(input)} />
          </span>
        </>
      ) : (
        <span class="reason" role="gridcell" aria-colspan={2} title={reason}>
          <span>{reason}</span>
        </span>
      )}
      <RowState row={row} words={words} controller={controller} />
    </div>
  );
}

/** The name, and where it lies behind it: the name is what differs. */
function Path({ file, hiddenFolder }: { readonly file: string; readonly hiddenFolder?: string }) {
  const folder = folderOf(file);
  return (
    <span class="name">
      <span class="base">{pageText(baseOf(file))}</span>
      {folder !== '' && folder !== hiddenFolder && <span class="folder">{pageText(folder)}</span>}
    </span>
  );
}

function sizeText({ size, outputSize, frames }: BatchRow): string {
  if (!outputSize) return '';
  const to = `→ ${outputSize.width}×${outputSize.height}`;
  if (!size) return to;
  const more = frames > 1 ? ` · ${l10n.t('{0} frames', frames)}` : '';
  return `${size.width}×${size.height} ${to}${more}`;
}
