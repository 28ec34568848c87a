import { PIXEL_ART_CHOICES } from '../../shared/assetOptions';
import { scaleWith, type PanelModel } from '../../shared/panelProtocol';
import type { PanelStrings } from '../../shared/panelText';
import { isOneOf } from '../../shared/oneOf';
import { OUTPUT_FORMATS, SCALE_RANGE } from '../../shared/settings';
import { find } from '../find';
import type { PanelActions } from './actions';
import { setAttribute, setText, setTip } from './dom';
import { validScale } from './panelState';
import type { PanelView } from './panelView';
import { fill } from './text';

/** Model, scale, format, and the file that would be written. */
export class OutputForm {
  private readonly model = find(document, '#model', HTMLSelectElement);
  private readonly scale = find(document, '#scale', HTMLInputElement);
  private readonly problem = find(document, '#scaleProblem', HTMLElement);
  private readonly format = find(document, '#format', HTMLSelectElement);
  private readonly pixelArt = find(document, '#pixelArt', HTMLSelectElement);
  private readonly restore = find(document, '#restore', HTMLSelectElement);
  private readonly restoreLabel = find(document, '#restoreLabel', HTMLLabelElement);
  private readonly size = find(document, '#outputSize', HTMLOutputElement);
  private readonly file = find(document, '#outputFile', HTMLOutputElement);
  private readonly name = Array.from(this.file.querySelectorAll('span'));
  private models: readonly PanelModel[] = [];
  private view: PanelView | undefined;

  constructor(actions: PanelActions) {
    this.model.addEventListener('change', () => actions.setModel(this.model.value));
    this.restore.addEventListener('change', () =>
      actions.setOutput({ restore: this.restore.value || undefined }),
    );
    this.format.addEventListener('change', () => {
      const { value } = this.format;
      if (value === 'source' || isOneOf(OUTPUT_FORMATS, value))
        actions.setOutput({ format: value });
    });
    this.pixelArt.addEventListener('change', () => {
      const { value } = this.pixelArt;
      if (isOneOf(PIXEL_ART_CHOICES, value)) actions.setOutput({ pixelArt: value });
    });
    // What is typed counts as soon as it makes sense, also for a shortcut that saves; what does not
    // stays as it is, is told, and can't be saved.
    this.scale.addEventListener('input', () => {
      const scale = validScale(this.scale.valueAsNumber);
      actions.setScaleValid(scale !== undefined);
      if (scale !== undefined) actions.setOutput({ scale });
    });
    this.scale.addEventListener('keydown', ({ key }) => {
      if (key !== 'Escape' || !this.view) return;
      this.scale.value = String(shownScale(this.view));
      actions.setScaleValid(true);
    });
  }

  render(view: PanelView): void {
    this.view = view;
    const { state, run, strings } = view;
    const models = run.init?.models ?? [];
    if (models !== this.models) this.list(models, strings);
    this.model.value = state.model;
    this.format.value = state.output.format;
    this.pixelArt.value = state.output.pixelArt;
    if (document.activeElement !== this.scale && run.scaleValid)
      this.scale.value = String(shownScale(view));
    setAttribute(this.scale, 'aria-invalid', !run.scaleValid);
    const { minimum, maximum } = SCALE_RANGE;
    setText(this.problem, run.scaleValid ? '' : fill(strings.scaleRange, minimum, maximum));
    this.restore.value = state.output.restore ?? '';
    for (const input of [this.model, this.restore, this.scale, this.format, this.pixelArt])
      input.disabled = run.saving !== undefined || models.length === 0;
    // Such a model leaves the size as it is.
    if (view.model?.scale === 1) this.scale.disabled = true;
    const { fileName = '', size } = (run.scaleValid && run.outputName) || {};
    setText(this.size, size ? `${size.width} × ${size.height}` : strings.unknown);
    const [start, end] = splitName(fileName || strings.unknown);
    for (const [index, part] of [start, end].entries())
      if (this.name[index]) setText(this.name[index], part);
    setTip(this.file, fileName ? fill(strings.fileTip, fileName) : '');
  }

  /** Where no model restores at the same size, there is nothing to choose. */
  private list(models: readonly PanelModel[], strings: PanelStrings): void {
    this.models = models;
    this.model.replaceChildren(...models.map(({ id, name }) => new Option(name, id)));
    const restorers = models.filter(({ scale }) => scale === 1);
    this.restore.replaceChildren(
      new Option(strings.restoreNone, ''),
      ...restorers.map(({ id, name }) => new Option(name, id)),
    );
    this.restore.hidden = restorers.length === 0;
    this.restoreLabel.hidden = restorers.length === 0;
  }
}

const shownScale = ({ state, model }: PanelView): number => scaleWith(model, state.output.scale);

/** The end of a long name
 is never cut off: it tells scale and format. */
function splitName(name: string): readonly [string, string] {
  const cut = Math.max(0, name.length - 12);
  return [name.slice(0, cut), name.slice(cut)];
}
