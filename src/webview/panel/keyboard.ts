import { RENDER_MODES } from '../render/state';
import { zoomStep } from '../viewTransform';
import type { PanelActions } from './actions';
import type { PanelView } from './panelView';
import type { Stage } from './stage';

/** Keys that work everywhere in the panel. */
export function listenToKeys(stage: Stage, actions: PanelActions, current: () => PanelView): void {
  window.addEventListener('keydown', (event) => {
    if (event.isComposing || event.altKey) return;
    const used =
      event.ctrlKey || event.metaKey
        ? pressWithControl(event, actions, current())
        : press(event, stage, actions, current());
    if (used) event.preventDefault();
  });
  window.addEventListener('keyup', ({ key }) => {
    if (key === ' ' && current().run.held) actions.hold(false);
  });
  window.addEventListener('blur', () => actions.hold(false));
}

function pressWithControl(
  { key, shiftKey }: KeyboardEvent,
  actions: PanelActions,
  view: PanelView,
): boolean {
  if (view.pair) return false;
  switch (key.toLowerCase()) {
    case 'z':
      if (shiftKey) actions.redo();
      else actions.undo();
      return true;
    case 'y':
      actions.redo();
      return true;
    case 's':
      actions.save(shiftKey ? 'saveAs' : 'save');
      return true;
    default:
      return false;
  }
}

function press(
  { key, target, repeat }: KeyboardEvent,
  stage: Stage,
  actions: PanelActions,
  view: PanelView,
): boolean {
  if (
    key === 'Escape' &&
    view.run.notice &&
    (view.run.notice.kind === 'save' || view.run.notice.kind === 'action')
  ) {
    actions.dismiss();
    return true;
  }
  // Digits and signs belong to a field that takes them.
  if (
    target instanceof Element &&
    target.closest('input[type=number], vscode-single-select, vscode-textfield, [role=menu]')
  )
    return false;
  const mode = RENDER_MODES[Number(key) - 1];
  if (mode !== undefined) actions.setMode(mode);
  else if (key === '+' || key === '=') stage.change((now, frame) => zoomStep(now, 1, frame));
  else if (key === '-' || key === '−') stage.change((now, frame) => zoomStep(now, -1, frame));
  else if (key === '0') stage.fit();
  else if (key === ' ' && view.mode === 'hold' && view.done && !isPressable(target)) {
    if (!repeat) actions.hold(true);
  } else return false;
  return true;
}

/**
 * Whether Space does something there already. What is chosen in a group stays chosen; a slider
 * knows no Space.
 */
const isPressable = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest(
    'button:not([role=radio][aria-checked=true]), vscode-button, input[type=number], ' +
      'vscode-textfield, vscode-single-select',
  ) !== null;
