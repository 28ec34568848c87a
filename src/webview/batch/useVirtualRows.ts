import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

/** In pixels; the style sheet has the same. */
export const ROW_HEIGHT = 44;
/** Rows beyond the visible ones, so that scrolling finds them there. */
const SPARE = 8;

/**
 * Which of `count` rows exist, so that thousands stay fluid: those that can be seen, and the one
 * that has the focus (`active`, -1 for none), so that scrolling does not take it away.
 */
export function useVirtualRows(
  scroll: { readonly current: HTMLElement | null },
  count: number,
  active: number,
): Virtualizer<HTMLElement, HTMLElement> {
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  const options = {
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: SPARE,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const seen = defaultRangeExtractor(range);
      return active < 0 || active >= count || seen.includes(active)
        ? seen
        : [...seen, active].sort((a, b) => a - b);
    },
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtualizer.setOptions(options);
  // The library's own life: mounted once, told of every drawing.
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return virtualizer;
}
