import type { PanelCommand } from '../../shared/panelCommands';
import { RENDER_MODES } from '../render/state';
import type { PanelActions } from './actions';
import type { PanelView } from './panelView';
import { runCommand } from './runCommand';
import type { Stage } from './stage';

/** Keys that work everywhere in the panel. */
export function listenToKeys(stage: Stage, actions: PanelActions, current: () => PanelView): void {
  window.addEventListener('keydown', (event) => {
    if (event.isComposing || event.altKey) return;
    const view = current();
    const used =
      event.ctrlKey || event.metaKey
        ? pressWithControl(event, stage, actions, view)
        : press(event, stage, actions, view);
    if (used) event.preventDefault();
  });
  window.addEventListener('keyup', ({ key }) => {
    if (key === ' ' && current().run.held) actions.hold(false);
  });
  window.addEventListener('blur', () => actions.hold(false));
}

/** With Ctrl, or ⌘. */
function commandWithControl({ key, shiftKey }: KeyboardEvent): PanelCommand | undefined {
  switch (key.toLowerCase()) {
    case 'z':
      return shiftKey ? 'redo' : 'undo';
    case 'y':
      return 'redo';
    case 's':
      return shiftKey ? 'saveAs' : 'save';
    default:
      return undefined;
  }
}

const KEYS: Readonly<Record<string, PanelCommand>> = {
  '+': 'zoomIn',
  '=': 'zoomIn',
  '-': 'zoomOut',
  '−': 'zoomOut',
  '0': 'zoomFit',
  n: 'next',
  p: 'previous',
};

function pressWithControl(
  event: KeyboardEvent,
  stage: Stage,
  actions: PanelActions,
  view: PanelView,
): boolean {
  const command = view.pair ? undefined : commandWithControl(event);
  if (command) runCommand(command, stage, actions, view);
  return command !== undefined;
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
  const command = RENDER_MODES[Number(key) - 1] ?? KEYS[key.toLowerCase()];
  if (command) runCommand(command, stage, actions, view);
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
