import type { SaveHow } from '../../shared/panelProtocol';
import { find } from '../find';
import type { PanelActions } from './actions';
import { setTip } from './dom';
import { Menu } from './menu';
import type { PanelView } from './panelView';

/** Whether all is computed and nothing is being written. */
export const isSettled = ({ run }: PanelView): boolean =>
  run.phase === 'ready' && run.saving === undefined;

/** Whether there is something that can be saved in that way. */
export const canSave = (view: PanelView, how: SaveHow): boolean =>
  isSettled(view) && view.saveProblem === '' && (how !== 'save' || view.leftAlone === '');

/** The button that saves, and its menu. They stay where they are, whatever runs. */
export class SaveControl {
  private readonly split = find(document, '#split', HTMLElement);
  private readonly button = find(document, '#save', HTMLButtonElement);
  private readonly more = find(document, '#saveMore', HTMLButtonElement);
  private readonly menu: Menu;

  constructor(actions: PanelActions) {
    this.button.addEventListener('click', () => actions.save('save'));
    this.menu = new Menu(this.more, find(document, '#saveMenu', HTMLElement), (action) => {
      if (action === 'saveAs' || action === 'overwrite') actions.save(action);
      else if (action === 'copySettings') actions.copySettings();
      else if (action === 'useForWorkspace') actions.useForWorkspace();
    });
  }

  render(view: PanelView): void {
    const usable = canSave(view, 'save');
    const others = canSave(view, 'saveAs');
    const inside = this.split.contains(document.activeElement);
    setTip(this.button, view.saveProblem || view.leftAlone || view.strings.saveTip);
    this.button.disabled = !usable;
    this.more.disabled = !others;
    if (others) return;
    this.menu.close();
    // What can't be used loses the focus, and with it the keys.
    if (inside) find(document, '#stage', HTMLElement).focus();
  }
}
