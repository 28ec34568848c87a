import { isOneOf } from '../../shared/oneOf';
import { find } from '../find';
import { RENDER_MODES } from '../render/state';
import { zoomStep } from '../viewTransform';
import type { PanelActions, Toggle } from './actions';
import { setAttribute, setText, setTip } from './dom';
import type { PanelView } from './panelView';
import { RadioGroup } from './radioGroup';
import type { Stage } from './stage';

const TOGGLES: readonly Toggle[] = ['checkerboard', 'originalPixels', 'loupe'];

/** The toolbar's left part: modes, zoom, display. */
export class ViewControls {
  private readonly modes: RadioGroup;
  private readonly map: HTMLButtonElement;
  private readonly zoomValue = find(document, '#zoomValue', HTMLOutputElement);
  private readonly fit = find(document, '#zoomFit', HTMLButtonElement);
  private readonly actual = find(document, '#zoomActual', HTMLButtonElement);
  private readonly toggles = TOGGLES.map((name) => ({
    name,
    button: find(document, `#${name}`, HTMLButtonElement),
  }));

  constructor(stage: Stage, actions: PanelActions) {
    const group = find(document, '#modes', HTMLElement);
    this.map = find(group, '[data-mode=map]', HTMLButtonElement);
    this.modes = new RadioGroup(
      group,
      ({ dataset }) => dataset.mode ?? '',
      (mode) => {
        if (isOneOf(RENDER_MODES, mode)) actions.setMode(mode);
      },
    );
    find(document, '#zoomOut', HTMLButtonElement).addEventListener('click', () =>
      stage.change((view, frame) => zoomStep(view, -1, frame)),
    );
    find(document, '#zoomIn', HTMLButtonElement).addEventListener('click', () =>
      stage.change((view, frame) => zoomStep(view, 1, frame)),
    );
    this.fit.addEventListener('click', () => stage.fit());
    this.actual.addEventListener('click', () => stage.actualPixels());
    for (const { name, button } of this.toggles)
      button.addEventListener('click', () => actions.toggle(name));
  }

  render(
    { state, strings, pair, branches, mode, done }: PanelView,
    zoom: number | undefined,
  ): void {
    const mapOff = pair || !branches.includes('semantic');
    this.map.hidden = pair;
    this.map.disabled = mapOff;
    setTip(this.map, mapOff ? strings.mapMissing : strings.mapTip);
    this.modes.render(done ? mode : mapOff && state.mode === 'map' ? 'divider' : state.mode);
    setText(this.zoomValue, zoom === undefined ? '' : `${Math.round(zoom * 100)} %`);
    setAttribute(this.fit, 'aria-pressed', state.view.zoom === 'fit');
    setAttribute(this.actual, 'aria-pressed', state.view.zoom === 1);
    for (const { name, button } of this.toggles) setAttribute(button, 'aria-pressed', state[name]);
  }
}
