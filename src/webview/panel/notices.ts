import { find } from '../find';
import type { PanelActions } from './actions';
import type { PanelView } from './panelView';
import type { Notice } from './runState';

/**
 * The card over the picture and the banner above it. They are put into the page when there is
 * something to say, so that it is announced.
 */
export class Notices {
  private readonly place = find(document, '#noticePlace', HTMLElement);
  private readonly banner = find(document, '#banner', HTMLElement);
  private readonly card = find(document, '#noticeTemplate', HTMLTemplateElement);
  private readonly bannerContent = find(document, '#bannerTemplate', HTMLTemplateElement);
  private shown: Notice | undefined;

  constructor(private readonly actions: PanelActions) {
    for (const place of [this.place, this.banner])
      place.addEventListener('click', (event) => this.click(event));
  }

  render({ run, strings }: PanelView): void {
    const changed = run.sourceChanged;
    if (changed !== this.banner.hasChildNodes())
      keepFocus(this.banner, () =>
        this.banner.replaceChildren(
          ...(changed ? [this.bannerContent.content.cloneNode(true)] : []),
        ),
      );
    if (run.notice === this.shown) return;
    this.shown = run.notice;
    keepFocus(this.place, () => this.place.replaceChildren());
    if (!run.notice) return;
    const { kind } = run.notice;
    const titles = {
      init: strings.failedInit,
      preview: strings.failedPreview,
      cancelled: strings.cancelledTitle,
      save: strings.failedSave,
      action: strings.failedAction,
    };
    this.place.append(this.fillCard(run.notice, titles[kind]));
  }

  private fillCard({ kind, message, hint, canTryProcessor }: Notice, title: string): HTMLElement {
    const card = find(
      this.card.content.cloneNode(true) as DocumentFragment,
      '.notice',
      HTMLElement,
    );
    card.setAttribute('role', kind === 'cancelled' ? 'status' : 'alert');
    card.classList.toggle('quiet', kind === 'cancelled');
    find(card, 'h2', HTMLElement).textContent = title;
    for (const [selector, text] of [
      ['.what', message],
      ['.advice', hint],
    ] as const) {
      const line = find(card, selector, HTMLElement);
      line.textContent = text;
      line.hidden = text === '';
    }
    const button = (action: string): HTMLButtonElement =>
      find(card, `[data-action=${action}]`, HTMLButtonElement);
    button('tryProcessor').hidden = !canTryProcessor;
    button('tryAgain').hidden = kind === 'action';
    button('tryAgain').classList.toggle('primary', !canTryProcessor);
    button('showLog').hidden = kind === 'cancelled';
    button('dismiss').hidden = kind !== 'save' && kind !== 'action';
    return card;
  }

  private click({ target }: MouseEvent): void {
    const action =
      target instanceof Element
        ? target.closest<HTMLElement>('[data-action]')?.dataset.action
        : undefined;
    switch (action) {
      case 'tryProcessor':
      case 'tryAgain':
      case 'showLog':
      case 'dismiss':
      case 'refresh':
      case 'keep':
        this.actions[action]();
        break;
      default:
    }
  }
}

/** Whoever was in something that goes away is at the picture then, not at the page's beginning. */
function keepFocus(place: HTMLElement, change: () => void): void {
  const inside = place.contains(document.activeElement);
  change();
  if (inside) find(document, '#stage', HTMLElement).focus();
}
