import { find } from '../find';
import type { PanelActions } from './actions';
import { setText, setTip } from './dom';
import type { PanelView } from './panelView';
import { RadioGroup } from './radioGroup';
import { isSettled } from './saveControl';
import { dialText, fill } from './text';

/** A/B: keeps a setting as A and compares the present one with it. */
export class CompareRow {
  private readonly pin = find(document, '#pin', HTMLButtonElement);
  private readonly set = find(document, '#compareSet', HTMLElement);
  private readonly dials = find(document, '#pinnedDials', HTMLElement);
  private readonly with: RadioGroup;
  private readonly withA: HTMLButtonElement;
  private readonly swap = find(document, '#swap', HTMLButtonElement);
  private readonly unpin = find(document, '#unpin', HTMLButtonElement);

  constructor(actions: PanelActions) {
    const group = find(document, '#compareWith', HTMLElement);
    this.withA = find(group, '[data-with=A]', HTMLButtonElement);
    this.with = new RadioGroup(
      group,
      ({ dataset }) => dataset.with ?? '',
      (value) => actions.compareWith(value === 'A' ? 'A' : 'original'),
    );
    this.pin.addEventListener('click', () => {
      actions.pin();
      this.showPinned(true);
      this.withA.focus();
    });
    this.swap.addEventListener('click', () => actions.swap());
    this.unpin.addEventListener('click', () => {
      actions.unpin();
      this.showPinned(false);
      this.pin.focus();
    });
  }

  render(view: PanelView): void {
    const { state, run, strings, comparesWithA } = view;
    const { pinned } = state;
    const usable = isSettled(view);
    this.showPinned(pinned !== undefined);
    this.pin.disabled = !usable;
    this.swap.disabled = !usable;
    if (!pinned) return;
    const { pixel, semantic } = pinned.guidance;
    const model = run.init?.models.find(({ id }) => id === pinned.model)?.name ?? pinned.model;
    setText(this.dials, `${dialText(pixel)} · ${dialText(semantic)}`);
    this.withA.disabled = !run.pinnedLoaded;
    setTip(
      this.withA,
      run.pinnedLoaded
        ? fill(strings.pinnedTip, model, this.dials.textContent)
        : fill(strings.pinnedAbsent, model),
    );
    this.with.render(comparesWithA ? 'A' : 'original');
  }

  private showPinned(pinned: boolean): void {
    this.pin.hidden = pinned;
    this.set.hidden = !pinned;
  }
}
