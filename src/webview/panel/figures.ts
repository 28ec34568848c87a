import {
  CONSISTENCY,
  consistencyDb,
  consistencyWord,
  inventedShare,
  inventedWord,
  MUCH_INVENTED,
} from '../../shared/panelFigures';
import { find } from '../find';
import { setAttribute, setText, setVariables } from './dom';
import type { PanelView } from './panelView';
import { fill } from './text';

/** dB beyond which more says nothing. */
const MOST_DECIBELS = 60;
/** Ends of the meters, in dB and per cent. */
const CONSISTENCY_SCALE = [20, 45] as const;
const INVENTED_SCALE = [0, 30] as const;

type Shown = {
  readonly value: string;
  readonly word: string;
  readonly spoken: string;
  readonly now: number | undefined;
  readonly warns: boolean;
};

/**
 * How far the result can be trusted: how well it agrees with the original, and how much of it is
 * invented.
 */
export class Figures {
  private readonly consistency = new Meter('consistency', CONSISTENCY_SCALE, CONSISTENCY.same);
  private readonly invented = new Meter('invented', INVENTED_SCALE, MUCH_INVENTED * 100);
  private readonly notes = find(document, '#notes', HTMLUListElement);
  private noted: readonly string[] = [];

  render(view: PanelView): void {
    this.consistency.render(consistencyShown(view));
    this.invented.render(inventedShown(view));
    const notes = notesOf(view);
    this.notes.hidden = notes.length === 0;
    if (notes.join('\n') === this.noted.join('\n')) return;
    this.noted = notes;
    this.notes.replaceChildren(
      ...notes.map((note) => Object.assign(document.createElement('li'), { textContent: note })),
    );
  }
}

function notesOf({ run, strings }: PanelView): readonly string[] {
  const { notes = [], covered = 1 } = run.preview ?? {};
  return covered < 1 ? [...notes, fill(strings.ofPart, shareText(covered))] : notes;
}

/** A per cent is never none of it, nor all. */
const shareText = (share: number): string =>
  String(Math.min(99, Math.max(1, Math.round(share * 100))));

class Meter {
  private readonly element: HTMLElement;
  private readonly value: HTMLElement;
  private readonly word: HTMLElement;
  private readonly meter: HTMLElement;

  constructor(
    id: string,
    private readonly scale: readonly [number, number],
    threshold: number,
  ) {
    this.element = find(document, `#${id}`, HTMLElement);
    this.value = find(document, `#${id}Value`, HTMLElement);
    this.word = find(document, `#${id}Word`, HTMLElement);
    this.meter = find(document, `#${id}Meter`, HTMLElement);
    setVariables(this.meter, { '--threshold': `${this.share(threshold) * 100}%` });
  }

  render({ value, word, spoken, now, warns }: Shown): void {
    setText(this.value, value);
    setText(this.word, word);
    this.element.classList.toggle('warns', warns);
    setAttribute(this.meter, 'aria-valuetext', spoken);
    const [minimum, maximum] = this.scale;
    setAttribute(
      this.meter,
      'aria-valuenow',
      now === undefined ? minimum : Math.min(maximum, Math.max(minimum, now)).toFixed(1),
    );
    setVariables(this.meter, { '--share': `${now === undefined ? 0 : this.share(now) * 100}%` });
  }

  /** What is hardly there is still seen. */
  private share(value: number): number {
    const [minimum, maximum] = this.scale;
    return value <= minimum && minimum === 0
      ? 0
      : Math.min(1, Math.max(0.02, (value - minimum) / (maximum - minimum)));
  }
}

function consistencyShown({ run, guidance, strings }: PanelView): Shown {
  const decibels = run.preview && consistencyDb(run.preview.figures.consistency, guidance);
  if (decibels === undefined) return unknown(strings.unknown, strings.afterRun, strings.notKnown);
  const word = strings[consistencyWord(decibels)];
  const text = Math.min(MOST_DECIBELS, decibels).toFixed(1);
  return {
    value: fill(strings.decibels, text),
    word,
    spoken: fill(strings.consistencySpoken, text, word),
    now: decibels,
    warns: decibels < CONSISTENCY.same,
  };
}

function inventedShown({ run, guidance, branches, squares, strings }: PanelView): Shown {
  if (squares)
    return unknown(fill(strings.percent, '0.0'), strings.noneInSquares, strings.notKnown);
  if (!branches.includes('semantic') && branches.length > 0)
    return unknown(strings.unknown, strings.oneDialUnknown, strings.notKnown);
  const share = run.preview && inventedShare(run.preview.figures.inventedLuma, guidance.semantic);
  if (share === undefined)
    return unknown(
      strings.unknown,
      run.preview ? strings.oneDialUnknown : strings.afterRun,
      strings.notKnown,
    );
  const word = strings[inventedWord(share)];
  const text = (share * 100).toFixed(1);
  return {
    value: fill(strings.percent, text),
    word,
    spoken: fill(strings.inventedSpoken, text, word),
    now: share * 100,
    warns: share > MUCH_INVENTED,
  };
}

const unknown = (value: string, word: string, spoken: string): Shown => ({
  value,
  word,
  spoken: fill(spoken, word),
  now: undefined,
  warns: false,
});
