import type { PanelModel } from '../../shared/panelProtocol';
import { isOneOf } from '../../shared/oneOf';
import { OUTPUT_FORMATS } from '../../shared/settings';
import { find } from '../find';
import type { PanelActions } from './actions';
import { setText, setTip } from './dom';
import { clampScale } from './panelState';
import type { PanelView } from './panelView';
import { fill } from './text';

/** Model, scale, format, and the file that would be written. */
export class OutputForm {
  private readonly model = find(document, '#model', HTMLSelectElement);
  private readonly scale = find(document, '#scale', HTMLInputElement);
  private readonly format = find(document, '#format', HTMLSelectElement);
  private readonly size = find(document, '#outputSize', HTMLOutputElement);
  private readonly file = find(document, '#outputFile', HTMLOutputElement);
  private readonly name = Array.from(this.file.querySelectorAll('span'));
  private models: readonly PanelModel[] = [];
  private view: PanelView | undefined;

  constructor(actions: PanelActions) {
    this.model.addEventListener('change', () => actions.setModel(this.model.value));
    this.format.addEventListener('change', () => {
      const { value } = this.format;
      if (value === 'source' || isOneOf(OUTPUT_FORMATS, value))
        actions.setOutput({ format: value });
    });
    // What is typed counts as soon as it makes sense, also for a shortcut that saves; it is
    // corrected afterwards.
    this.scale.addEventListener('input', () => {
      const scale = clampScale(this.scale.valueAsNumber);
      if (scale !== undefined && scale === this.scale.valueAsNumber) actions.setOutput({ scale });
    });
    this.scale.addEventListener('change', () => {
      const scale = clampScale(this.scale.valueAsNumber);
      if (scale !== undefined) actions.setOutput({ scale });
      this.scale.value = String(scale ?? this.view?.state.output.scale ?? '');
    });
  }

  render(view: PanelView): void {
    this.view = view;
    const { state, run, strings } = view;
    const models = run.init?.models ?? [];
    if (models !== this.models) {
      this.models = models;
      this.model.replaceChildren(...models.map(({ id, name }) => new Option(name, id)));
    }
    this.model.value = state.model;
    this.format.value = state.output.format;
    if (document.activeElement !== this.scale) this.scale.value = String(state.output.scale);
    for (const input of [this.model, this.scale, this.format])
      input.disabled = run.saving !== undefined || models.length === 0;
    const { fileName = '', size } = run.outputName ?? {};
    setText(this.size, size ? `${size.width} × ${size.height}` : strings.unknown);
    const [start, end] = splitName(fileName || strings.unknown);
    for (const [index, part] of [start, end].entries())
      if (this.name[index]) setText(this.name[index], part);
    setTip(this.file, fileName ? fill(strings.fileTip, fileName) : '');
  }
}

/** The end of a long name is never cut off: it tells scale and format. */
function splitName(name: string): readonly [string, string] {
  const cut = Math.max(0, name.length - 12);
  return [name.slice(0, cut), name.slice(cut)];
}
