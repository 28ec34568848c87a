import type { PanelCommand } from '../../shared/panelCommands';
import { zoomStep } from '../viewTransform';
import type { PanelActions } from './actions';
import type { PanelView } from './panelView';
import { isSettled } from './saveRules';
import type { Stage } from './stage';

/** Carries out a command of the editor or of a key. What can't be done now is not. */
export function runCommand(
  command: PanelCommand,
  stage: Stage,
  actions: PanelActions,
  view: PanelView,
): void {
  switch (command) {
    case 'divider':
    case 'side':
    case 'hold':
    case 'difference':
    case 'map':
      actions.setMode(command);
      return;
    case 'zoomIn':
      stage.change((now, frame) => zoomStep(now, 1, frame));
      return;
    case 'zoomOut':
      stage.change((now, frame) => zoomStep(now, -1, frame));
      return;
    case 'zoomFit':
      stage.fit();
      return;
    case 'zoomActual':
      stage.actualPixels();
      return;
    case 'checkerboard':
    case 'originalPixels':
    case 'loupe':
      actions.toggle(command);
      return;
    case 'next':
    case 'previous':
      if (view.run.init?.series) actions.step(command === 'next' ? 1 : -1);
      return;
    case 'save':
    case 'saveAs':
    case 'overwrite':
    case 'copySettings':
    case 'undo':
    case 'redo':
    case 'pin':
    case 'swap':
      if (!view.pair) runOfPreview(command, actions, view);
  }
}

/** What two finished pictures have not. */
function runOfPreview(
  command: 'save' | 'saveAs' | 'overwrite' | 'copySettings' | 'undo' | 'redo' | 'pin' | 'swap',
  actions: PanelActions,
  view: PanelView,
): void {
  switch (command) {
    case 'save':
    case 'saveAs':
    case 'overwrite':
      actions.save(command);
      return;
    case 'copySettings':
      actions.copySettings();
      return;
    case 'undo':
      actions.undo();
      return;
    case 'redo':
      actions.redo();
      return;
    case 'pin':
      if (isSettled(view)) actions.pin();
      return;
    case 'swap':
      if (isSettled(view)) actions.swap();
  }
}
