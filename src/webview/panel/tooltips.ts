import { find } from '../find';
import { setVariables } from './dom';

const DELAY_MS = 500;
const DISTANCE = 6;
const EDGE = 4;
const MODIFIERS: ReadonlySet<string> = new Set(['Shift', 'Control', 'Alt', 'Meta']);

/**
 * Tooltips for whatever has `data-tip`: after a moment under the pointer, at once for the keyboard.
 * The text is also the element's description.
 */
export function startTooltips(): void {
  const tip = find(document, '#tip', HTMLElement);
  let owner: HTMLElement | undefined;
  let timer: number | undefined;
  for (const element of Array.from(document.querySelectorAll<HTMLElement>('[data-tip]'))) {
    if (element.dataset.tip !== element.getAttribute('aria-label'))
      element.setAttribute('aria-description', element.dataset.tip ?? '');
  }

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
    placeAt(tip, element.getBoundingClientRect());
  };
  const ownerOf = ({ target }: Event): HTMLElement | undefined =>
    target instanceof Element
      ? (target.closest<HTMLElement>('[data-tip]') ?? undefined)
      : undefined;

  document.addEventListener('pointerover', (event) => {
    const next = ownerOf(event);
    if (next === owner || event.pointerType === 'touch') return;
    hide();
    owner = next;
    if (next) timer = window.setTimeout(show, DELAY_MS, next);
  });
  document.addEventListener('pointerdown', () => {
    const pressed = owner;
    hide();
    owner = pressed;
  });
  document.addEventListener('focusin', (event) => {
    const next = ownerOf(event);
    if (!next?.matches(':focus-visible')) return;
    hide();
    owner = next;
    show(next);
  });
  document.addEventListener('focusout', hide);
  document.addEventListener('keydown', ({ key }) => {
    // Who uses a control has read what it is, and wants to see what lies below.
    if (!MODIFIERS.has(key)) hide();
  });
}

/** Below the element, or above it where there is no room, and inside the page. */
function placeAt(tip: HTMLElement, { left, width, top, bottom }: DOMRect): void {
  const x = Math.max(
    EDGE,
    Math.min(window.innerWidth - tip.offsetWidth - EDGE, left + width / 2 - tip.offsetWidth / 2),
  );
  const below = bottom + DISTANCE;
  const y =
    below + tip.offsetHeight < window.innerHeight
      ? below
      : Math.max(EDGE, top - tip.offsetHeight - DISTANCE);
  setVariables(tip, { '--x': `${x}px`, '--y': `${y}px` });
}
