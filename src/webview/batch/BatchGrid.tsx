import * as l10n from '@vscode/l10n';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { BatchRow } from '../../shared/batchProtocol';
import type { BatchController } from './batchController';
import { canCompare, canTick } from './batchState';
import { GridHead } from './GridHead';
import { GridRow } from './GridRow';
import { ROW_HEIGHT, useVirtualRows } from './useVirtualRows';

/**
 * The rows, as a grid of which one row has the focus: arrows, Page and Home/End move it, Space
 * selects, Ctrl+A selects all that is shown, Enter compares, Delete skips what waits or runs.
 */
export function BatchGrid({
  controller,
  rows,
}: {
  readonly controller: BatchController;
  readonly rows: readonly BatchRow[];
}) {
  const { state } = controller;
  const scroll = useRef<HTMLDivElement>(null);
  const [activeId, setActiveId] = useState<string>();
  /** The focus follows after the row has been drawn. */
  const moved = useRef(false);
  const active = rows.findIndex(({ id }) => id === activeId);
  const virtualizer = useVirtualRows(scroll, rows.length, active);
  const goTo = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (!row) return;
    moved.current = true;
    setActiveId(row.id);
    virtualizer.scrollToIndex(rows.indexOf(row), { align: 'auto' });
  };
  useLayoutEffect(() => {
    if (!moved.current) return;
    const row = scroll.current?.querySelector<HTMLElement>('.row[tabindex="0"]');
    if (!row) return;
    moved.current = false;
    row.focus({ preventScroll: true });
  });
  useRunningInView(controller, scroll, rows, (index) =>
    virtualizer.scrollToIndex(index, { align: 'auto' }),
  );

  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[active];
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    const steps: { readonly [key: string]: number } = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length - 1,
    };
    const step = steps[event.key];
    if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      if (state.phase === 'plan') controller.tickFiltered(true);
    } else if (event.altKey || event.ctrlKey || event.metaKey) return;
    else if (step !== undefined) goTo(step);
    else if (!row) return;
    else if (event.key === ' ') {
      if (canTick(state, row)) controller.tick([row.id], !state.ticked.has(row.id));
    } else if (event.key === 'Enter') {
      if (canCompare(state, row)) controller.compare(row.id);
    } else if (event.key === 'Delete') controller.skip(row.id);
    else return;
    event.preventDefault();
  };

  const focusable = active < 0 ? 0 : active;
  return (
    <div
      class="table"
      id="table"
      role="grid"
      aria-label={l10n.t('Images')}
      aria-rowcount={rows.length + 1}
      aria-multiselectable={true}
      onKeyDown={(event) => {
        if (event.target instanceof Element && event.target.closest('.space')) onKeyDown(event);
      }}
    >
      <GridHead sort={state.sort} onSort={controller.setSort} />
      <div class="scroll" id="scroll" role="rowgroup" ref={scroll}>
        <div
          class="space"
          role="presentation"
          style={{ height: `${virtualizer.getTotalSize()}px` }}
        >
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            return (
              row && (
                <GridRow
                  key={row.id}
                  row={row}
                  index={index}
                  top={start}
                  isFocusable={index === focusable}
                  controller={controller}
                  onFocus={() => setActiveId(row.id)}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Keeps the picture that is upscaled in view, until somebody scrolls or works in the rows. */
function useRunningInView(
  { state }: BatchController,
  scroll: { readonly current: HTMLElement | null },
  rows: readonly BatchRow[],
  show: (index: number) => void,
): void {
  const running = state.phase === 'running' ? state.standing?.current[0]?.id : undefined;
  const isLeft = useRef(false);
  useLayoutEffect(() => {
    const leave = (): void => void (isLeft.current = true);
    const element = scroll.current;
    const events = ['wheel', 'pointerdown', 'keydown'] as const;
    for (const name of events) element?.addEventListener(name, leave, { passive: true });
    return () => {
      for (const name of events) element?.removeEventListener(name, leave);
    };
  }, [scroll]);
  useLayoutEffect(() => {
    if (state.phase !== 'running') isLeft.current = false;
  }, [state.phase]);
  const latest = useRef({ rows, show });
  latest.current = { rows, show };
  useLayoutEffect(() => {
    const index = latest.current.rows.findIndex(({ id }) => id === running);
    if (index >= 0 && !isLeft.current) latest.current.show(index);
  }, [running]);
}
