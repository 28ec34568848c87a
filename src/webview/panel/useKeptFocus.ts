import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Stage } from './stage';

/**
 * For something that comes and goes: whoever was in it when `content` changes is at the picture
 * then, not at the page's beginning. Gives the reference of the place that holds it.
 */
export function useKeptFocus<E extends HTMLElement>(
  content: unknown,
  stage: Stage,
): RefObject<E | null> {
  const place = useRef<E>(null);
  const inside = useRef(false);
  const shown = useRef(content);
  // Before the page is changed: afterwards the focus is lost already.
  if (shown.current !== content)
    inside.current = place.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    shown.current = content;
    if (inside.current) stage.focus();
    inside.current = false;
  }, [content, stage]);
  return place;
}
