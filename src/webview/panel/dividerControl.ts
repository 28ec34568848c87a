import { find } from '../find';
import { dividerAt, dividerPlace } from '../render/layout';
import type { PanelActions } from './actions';
import { setAttribute, setVariables } from './dom';
import { onDrag } from './drag';
import type { PanelView } from './panelView';
import type { Placed } from './stagePlacing';
import { sideNames } from './tags';
import { fill } from './text';

/** The line between both pictures. */
export class DividerControl {
  private readonly element = find(document, '#divider', HTMLElement);
  private placed: Placed | undefined;

  constructor(stage: HTMLElement, actions: PanelActions, current: () => number) {
    const { element } = this;
    onDrag(element, {
      start: () => element.classList.add('dragged'),
      move: ({ clientX }) => {
        if (this.placed)
          actions.setDivider(
            dividerAt(
              this.placed.picture,
              this.placed.placing,
              clientX - stage.getBoundingClientRect().left,
            ),
          );
      },
      end: () => element.classList.remove('dragged'),
    });
    element.addEventListener('dblclick', () => actions.setDivider(0.5));
    element.addEventListener('keydown', (event) => {
      const next = nextDivider(event, current());
      if (next === undefined) return;
      event.preventDefault();
      actions.setDivider(next);
    });
  }

  render(view: PanelView, placed: Placed | undefined): void {
    const { element } = this;
    this.placed = placed;
    const { divider } = view.state;
    element.hidden = view.mode !== 'divider' || !placed;
    if (element.hidden || !placed) return;
    const { x, y, height } = dividerPlace(placed.picture, placed.placing, divider);
    setVariables(element, { '--x': `${x}px`, '--y': `${y}px`, '--height': `${height}px` });
    const percent = Math.round(divider * 100);
    const { compare, result } = sideNames(view);
    setAttribute(element, 'aria-valuenow', percent);
    setAttribute(
      element,
      'aria-valuetext',
      fill(view.strings.dividerValue, percent, compare, 100 - percent, result),
    );
  }
}

/** 1 %, with Shift 10 %; whole percents, so that steps add up. */
function nextDivider(
  { key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent,
  now: number,
): number | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const step = shiftKey ? 0.1 : 0.01;
  const next = {
    ArrowLeft: now - step,
    ArrowDown: now - step,
    ArrowRight: now + step,
    ArrowUp: now + step,
    PageUp: now + 0.1,
    PageDown: now - 0.1,
    Home: 0,
    End: 1,
  }[key];
  return next === undefined ? undefined : Math.round(Math.min(1, Math.max(0, next)) * 100) / 100;
}
