import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Kept free for what runs and what was saved, in pixels; longer texts end in an ellipsis. */
const FREE = 64;
/** Below, the toolbar has two rows (panelNarrow.css), and the views are icons. */
const ONE_ROW = 560;

/**
 * For a toolbar whose views have words beside their icons: shows the words (`data-words`) wherever
 * they fit beside everything else, in any language and at any width, and icons alone elsewhere.
 */
export function useWordsThatFit(): RefObject<HTMLElement | null> {
  const toolbar = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const element = toolbar.current;
    if (!element) return;
    const fit = (): void => {
      element.dataset.words = '';
      if (element.clientWidth <= ONE_ROW || freeWidth(element) < FREE) delete element.dataset.words;
    };
    const sizes = new ResizeObserver(fit);
    const watch = (): void => {
      for (const part of [element, ...element.children]) sizes.observe(part);
      fit();
    };
    const parts = new MutationObserver(watch);
    parts.observe(element, { childList: true });
    watch();
    return () => {
      sizes.disconnect();
      parts.disconnect();
    };
  }, []);
  return toolbar;
}

/** Between the last group of the toolbar and what can be pressed at its end. */
function freeWidth(toolbar: HTMLElement): number {
  const end = toolbar.querySelector('.end');
  const last = end?.previousElementSibling;
  if (!end || !last) return 0;
  const button = end.querySelector('.split')?.getBoundingClientRect();
  const right = button && button.width > 0 ? button.left : end.getBoundingClientRect().right;
  return right - last.getBoundingClientRect().right;
}
