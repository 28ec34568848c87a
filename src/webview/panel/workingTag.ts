import { find } from '../find';
import type { PanelActions } from './actions';
import { setText } from './dom';
import type { PanelView } from './panelView';
import { runningText } from './runStatus';
import { longRunSeconds } from '../../shared/longRun';
import { DEFAULT_MODEL } from '../../shared/settings';

/**
 * What runs, on the picture, with the button that ends it: far from where Save is, so that a click
 * a moment too late writes nothing.
 */
export class WorkingTag {
  private readonly tag = find(document, '#working', HTMLElement);
  private readonly text = find(document, '#workingText', HTMLElement);
  private readonly cancel = find(document, '#cancel', HTMLButtonElement);

  private readonly faster = find(document, '#faster', HTMLButtonElement);

  constructor(actions: PanelActions) {
    this.faster.addEventListener('click', () => actions.useEmbedded());
    this.cancel.addEventListener('click', () => actions.cancel());
  }

  render(view: PanelView): void {
    const { phase, filling, saving } = view.run;
    const running = phase === 'loading' || filling || saving !== undefined;
    const offered = running && isLong(view);
    // Whoever waited here is at the picture then.
    const gone = (!running && this.cancel) || (!offered && this.faster);
    if (gone && document.activeElement === gone) find(document, '#stage', HTMLElement).focus();
    this.tag.hidden = !running;
    this.faster.hidden = !offered;
    if (running) setText(this.text, runningText(view));
  }
}

/** Whether what runs takes long, and the embedded model could be taken in its place. */
function isLong({ state, run }: PanelView): boolean {
  if (!run.progress || run.saving !== undefined) return false;
  if (!run.init?.models.some(({ id }) => id === DEFAULT_MODEL)) return false;
  const { secondsLeft } = run.progress;
  const { restore } = state.output;
  // As long as it takes long: whoever has waited a while may still change their mind.
  return (
    longRunSeconds(
      { phase: 'infer', tile: 0, ...(secondsLeft == null ? {} : { secondsLeft }) },
      {
        model: state.model,
        restore,
      },
    ) !== undefined
  );
}
