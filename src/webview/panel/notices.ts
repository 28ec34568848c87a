import type { PanelStrings } from '../../shared/panelText';
import { find } from '../find';
import type { PanelActions } from './actions';
import type { PanelView } from './panelView';
import type { Notice, RunState } from './runState';

const BANNER_ACTIONS: Readonly<Record<RunState['source'], readonly string[]>> = {
  changed: ['refresh', 'keep'],
  // What is gone can neither be looked at anew nor be left as it is.
  deleted: [],
  seen: ['upscaleAnyway'],
};

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
  private told = '';

  constructor(private readonly actions: PanelActions) {
    for (const place of [this.place, this.banner])
      place.addEventListener('click', (event) => this.click(event));
  }

  render({ run, leftAlone, strings }: PanelView): void {
    this.renderBanner(run.source, leftAlone, strings);
    if (run.notice === this.shown) return;
    this.shown = run.notice;
    keepFocus(this.place, () => this.place.replaceChildren());
    if (!run.notice) return;
    const { kind } = run.notice;
    const titles = {
      init: strings.failedInit,
      unopenable: strings.failedOpen,
      preview: strings.failedPreview,
      cancelled: strings.cancelledTitle,
      save: strings.failedSave,
      action: strings.failedAction,
    };
    this.place.append(this.fillCard(run.notice, titles[kind]));
  }

  private renderBanner(source: RunState['source'], leftAlone: string, strings: PanelStrings): void {
    const texts = {
      deleted: strings.sourceDeleted,
      changed: strings.sourceChanged,
      seen: leftAlone,
    };
    const text = texts[source];
    if (text === this.told) return;
    this.told = text;
    keepFocus(this.banner, () => {
      this.banner.replaceChildren();
      if (text === '') return;
      const content = this.bannerContent.content.cloneNode(true) as DocumentFragment;
      find(content, 'span', HTMLElement).textContent = text;
      const actions = BANNER_ACTIONS[source];
      for (const button of Array.from(content.querySelectorAll('button')))
        button.hidden = !actions.includes(button.dataset.action ?? '');
      this.banner.append(content);
    });
  }

  private fillCard(
    { kind, message, hint, canTryProcessor, canSaveUnseen }: Notice,
    title: string,
  ): HTMLElement {
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
    button('saveUnseen').hidden = !canSaveUnseen;
    button('tryAgain').hidden = kind === 'action' || canSaveUnseen;
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
      case 'saveUnseen':
      case 'upscaleAnyway':
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
