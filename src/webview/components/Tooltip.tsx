import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { setVariables } from './variables';

const DELAY_MS = 500;
const DISTANCE = 6;
const EDGE = 4;
const MODIFIERS: ReadonlySet<string> = new Set(['Shift', 'Control', 'Alt', 'Meta']);

/**
 * The page's one tooltip, for whatever has `data-tip`: after a moment under the pointer, at once for
 * the keyboard.
 */
export function Tooltip(): JSX.Element {
  const tip = useRef<HTMLDivElement>(null);
  useEffect(() => (tip.current ? listen(tip.current) : undefined), []);
  return <div class="tip" id="tip" role="tooltip" hidden ref={tip} />;
}

/** Shows texts in the element, until the function that it gives is called. */
function listen(tip: HTMLElement): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  let owner: HTMLElement | undefined;
  let timer: number | undefined;
  const hide = (): void => {
    window.clearTimeout(timer);
    owner = undefined;
    tip.hidden = true;
  };
  const show = (element: HTMLElement): void => {
    const text = element.dataset.tip ?? '';
    if (text === '' || !element.isConnected || element.getClientRects().length === 0) return;
    tip.textContent = text;
    tip.hidden = false;
    placeAt(tip, element);
  };
  const ownerOf = ({ target }: Event): HTMLElement | undefined =>
    target instanceof Element
      ? (target.closest<HTMLElement>('[data-tip]') ?? undefined)
      : undefined;

  document.addEventListener(
    'pointerover',
    (event) => {
      const next = ownerOf(event);
      if (next === owner || event.pointerType === 'touch') return;
      hide();
      owner = next;
      if (next) timer = window.setTimeout(show, DELAY_MS, next);
    },
    { signal },
  );
  document.addEventListener(
    'pointerdown',
    () => {
      const pressed = owner;
      hide();
      owner = pressed;
    },
    { signal },
  );
  document.addEventListener(
    'focusin',
    (event) => {
      const next = ownerOf(event);
      if (!next?.matches(':focus-visible')) return;
      hide();
      owner = next;
      show(next);
    },
    { signal },
  );
  document.addEventListener('focusout', hide, { signal });
  // Out of the page, where nothing tells what it is over.
  document.documentElement.addEventListener('pointerleave', hide, { signal });
  // It stands where its control was.
  window.addEventListener('resize', hide, { signal });
  document.addEventListener(
    'keydown',
    ({ key }) => {
      // Who uses a control has read what it is, and wants to see what lies below.
      if (!MODIFIERS.has(key)) hide();
    },
    { signal },
  );
  return () => {
    hide();
    listening.abort();
  };
}

/**
 * Below the element, of a toolbar below all its rows; or above where there is no room, and inside
 * the page.
 */
function placeAt(tip: HTMLElement, element: HTMLElement): void {
  const { left, width, top } = element.getBoundingClientRect();
  const x = Math.max(
    EDGE,
    Math.min(window.innerWidth - tip.offsetWidth - EDGE, left + width / 2 - tip.offsetWidth / 2),
  );
  const below = (element.closest('.toolbar') ?? element).getBoundingClientRect().bottom + DISTANCE;
  const y =
    below + tip.offsetHeight < window.innerHeight
      ? below
      : Math.max(EDGE, top - tip.offsetHeight - DISTANCE);
  setVariables(tip, { '--x': `${x}px`, '--y': `${y}px` });
}
