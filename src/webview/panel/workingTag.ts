import { find } from '../find';
import type { PanelActions } from './actions';
import { setText } from './dom';
import type { PanelView } from './panelView';
import { runningText } from './runStatus';

/**
 * What runs, on the picture, with the button that ends it: far from where Save is, so that a click
 * a moment too late writes nothing.
 */
export class WorkingTag {
  private readonly tag = find(document, '#working', HTMLElement);
  private readonly text = find(document, '#workingText', HTMLElement);
  private readonly cancel = find(document, '#cancel', HTMLButtonElement);

  constructor(actions: PanelActions) {
    this.cancel.addEventListener('click', () => actions.cancel());
  }

  render(view: PanelView): void {
    const { phase, filling, saving } = view.run;
    const running = phase === 'loading' || filling || saving !== undefined;
    // Whoever waited here is at the picture then.
    if (!running && document.activeElement === this.cancel)
      find(document, '#stage', HTMLElement).focus();
    this.tag.hidden = !running;
    if (running) setText(this.text, runningText(view));
  }
}
