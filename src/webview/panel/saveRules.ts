import type { SaveHow } from '../../shared/panelProtocol';
import type { PanelView } from './panelView';

/** Whether all is computed and nothing is being written. */
export const isSettled = ({ run }: PanelView): boolean =>
  run.phase === 'ready' && run.saving === undefined;

/** Whether there is something that can be saved in that way. */
export const canSave = (view: PanelView, how: SaveHow): boolean =>
  isSettled(view) && view.saveProblem === '' && (how !== 'save' || view.leftAlone === '');
