import { find } from '../find';
import type { PanelActions } from './actions';
import { setText, setTip } from './dom';
import { Menu } from './menu';
import type { PanelView } from './panelView';

/** Whether there is something that can be saved, copied or used for others. */
export const canSave = ({ run }: PanelView): boolean =>
  run.phase === 'ready' && run.saving === undefined;

/** The button that saves, or ends what is running, and its menu. */
export class SaveControl {
  private readonly split = find(document, '#split', HTMLElement);
  private readonly button = find(document, '#save', HTMLButtonElement);
  private readonly more = find(document, '#saveMore', HTMLButtonElement);
  private readonly menu: Menu;
  private cancels = false;

  constructor(actions: PanelActions) {
    this.button.addEventListener('click', () =>
      this.cancels ? actions.cancel() : actions.save('save'),
    );
    this.menu = new Menu(this.more, find(document, '#saveMenu', HTMLElement), (action) => {
      if (action === 'saveAs' || action === 'overwrite') actions.save(action);
      else if (action === 'copySettings') actions.copySettings();
      else if (action === 'useForWorkspace') actions.useForWorkspace();
    });
  }

  render(view: PanelView): void {
    const { run, strings } = view;
    this.cancels = run.phase === 'loading' || run.saving !== undefined;
    const usable = canSave(view);
    setText(this.button, this.cancels ? strings.cancel : strings.save);
    setTip(this.button, this.cancels ? '' : strings.saveTip);
    this.button.classList.toggle('primary', !this.cancels);
    this.button.disabled = !usable && !this.cancels;
    this.split.classList.toggle('single', this.cancels);
    // The menu's button goes while something runs: whoever is there can cancel it.
    if (this.cancels && document.activeElement === this.more) this.button.focus();
    this.more.hidden = this.cancels;
    this.more.disabled = !usable;
    if (!usable) this.menu.close();
  }
}
