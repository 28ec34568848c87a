import { guidanceForBranches, type Guidance } from '../../shared/guidance';
import { find } from '../find';
import type { PanelActions } from './actions';
import { setText, setTip } from './dom';
import { sameGuidance } from './panelState';
import type { PanelView } from './panelView';
import { RadioGroup } from './radioGroup';
import { dialText, fill } from './text';

const PRESETS: ReadonlyMap<string, Guidance> = new Map([
  ['faithful', { pixel: 1, semantic: 0 }],
  ['balanced', { pixel: 1, semantic: 0.5 }],
  ['full', { pixel: 1, semantic: 1 }],
  ['vivid', { pixel: 1, semantic: 1.3 }],
]);
const AUTO = 'auto';

/** Presets, undo, redo and reset. */
export class GuidanceButtons {
  private readonly presets: RadioGroup;
  private readonly undo = find(document, '#undo', HTMLButtonElement);
  private readonly redo = find(document, '#redo', HTMLButtonElement);
  private readonly reset = find(document, '#reset', HTMLButtonElement);
  private readonly about = find(document, '#aboutPad', HTMLButtonElement);

  constructor(actions: PanelActions, current: () => PanelView) {
    this.presets = new RadioGroup(
      find(document, '#presets', HTMLElement),
      ({ dataset }) => dataset.preset ?? '',
      (name) => {
        const guidance = PRESETS.get(name);
        if (guidance) actions.setGuidance(guidance);
        else if (name === AUTO) actions.useAuto();
      },
    );
    this.undo.addEventListener('click', () => actions.undo());
    this.redo.addEventListener('click', () => actions.redo());
    this.reset.addEventListener('click', () => actions.setGuidance(current().defaults));
  }

  render(view: PanelView): void {
    const { state, defaults, strings, canUndo, canRedo } = view;
    for (const button of this.presets.buttons) this.renderPreset(button, view);
    this.presets.render(chosenPreset(view));
    const focused = document.activeElement;
    this.undo.disabled = !canUndo;
    this.redo.disabled = !canRedo;
    this.reset.disabled = !state.auto && sameGuidance(state.guidance, defaults);
    // A button that can do no more passes the focus on.
    const buttons = [this.undo, this.redo, this.reset];
    if (buttons.some((button) => button === focused && button.disabled))
      buttons.find(({ disabled }) => !disabled)?.focus();
    const values = [defaults.pixel, defaults.semantic].map(dialText);
    setTip(this.reset, fill(strings.resetTip, ...values));
    setTip(this.about, fill(strings.aboutPadTip, ...values));
  }

  private renderPreset(button: HTMLButtonElement, { run, branches, strings }: PanelView): void {
    const fixed = PRESETS.get(button.dataset.preset ?? '');
    const guidance = fixed ?? (run.preview && guidanceForBranches(run.preview.auto, branches));
    setText(
      find(button, 'span', HTMLElement),
      guidance ? `${guidance.pixel}·${guidance.semantic}` : '–',
    );
    button.disabled =
      !guidance ||
      !branches.includes('pixel') ||
      (fixed !== undefined && fixed.semantic > 0 && !branches.includes('semantic'));
    if (!fixed)
      setTip(
        button,
        guidance
          ? fill(strings.autoTip, dialText(guidance.pixel), dialText(guidance.semantic))
          : strings.autoLater,
      );
  }
}

function chosenPreset({ state, guidance }: PanelView): string | undefined {
  if (state.auto) return AUTO;
  return [...PRESETS].find(([, preset]) => sameGuidance(preset, guidance))?.[0];
}
