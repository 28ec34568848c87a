import { find } from '../find';
import type { PanelActions } from './actions';
import { CompareRow } from './compareRow';
import { Dial } from './dials';
import { setText } from './dom';
import { Figures } from './figures';
import { Notices } from './notices';
import { OutputForm } from './outputForm';
import { Pad } from './pad';
import type { PanelView } from './panelView';
import { GuidanceButtons } from './presets';
import { RunStatus } from './runStatus';
import { isSettled, SaveControl } from './saveControl';
import type { Stage } from './stage';
import { fill, scaleText, sizeText } from './text';
import { ViewControls } from './viewControls';
import { WorkingTag } from './workingTag';

/** All controls around the picture. */
export class UserInterface {
  private readonly controls: ViewControls;
  private readonly parts: readonly { render(view: PanelView): void }[];
  private readonly facts = find(document, '#facts', HTMLElement);
  private readonly applyToOthers = find(document, '#applyToOthers', HTMLButtonElement);

  constructor(
    private readonly stage: Stage,
    actions: PanelActions,
    current: () => PanelView,
  ) {
    this.controls = new ViewControls(stage, actions);
    this.parts = [
      new RunStatus(),
      new WorkingTag(actions),
      new SaveControl(actions),
      new Pad(actions, current),
      new Dial('pixel', actions, current),
      new Dial('semantic', actions, current),
      new GuidanceButtons(actions, current),
      new Figures(),
      new OutputForm(actions),
      new CompareRow(actions),
      new Notices(actions),
    ];
    this.applyToOthers.addEventListener('click', () => actions.applyToOthers());
  }

  render(view: PanelView): void {
    const { dataset, classList } = document.body;
    if (view.run.init) dataset.kind = view.run.init.kind;
    dataset.mode = view.done ? view.mode : '';
    classList.toggle('failed', view.run.phase === 'stopped');
    // Of a picture that can't be opened nothing can be set, compared or saved.
    classList.toggle('unopened', view.run.notice?.kind === 'unopenable');
    this.stage.render(view);
    this.controls.render(view, this.stage.place?.zoom);
    for (const part of this.parts) part.render(view);
    this.applyToOthers.disabled = !isSettled(view) || !view.run.scaleValid;
    this.facts.hidden = !view.pair;
    setText(this.facts, factsText(view));
  }
}

/** Of a pair: how the result was made, or at least how large it is. */
function factsText({ run, picture, originalSize, strings }: PanelView): string {
  const { original, result, facts = '' } = run.init ?? {};
  if (!original || !result) return '';
  const sizes = [
    originalSize && `${strings.original} ${sizeText(originalSize)}`,
    picture && `${strings.upscaled} ${sizeText(picture)}`,
  ].filter((text) => text !== undefined);
  const scale =
    facts === '' && picture && originalSize ? [scaleText(picture.width / originalSize.width)] : [];
  return (
    fill('{0} → {1}', original.fileName, result.fileName) +
    [...sizes, ...scale, ...(facts === '' ? [] : [facts])].map((part) => ` · ${part}`).join('')
  );
}
