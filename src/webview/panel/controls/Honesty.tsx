import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import {
  CONSISTENCY,
  consistencyDb,
  consistencyWord,
  inventedShare,
  inventedWord,
  MUCH_INVENTED,
  type ConsistencyWord,
  type InventedWord,
} from '../../../shared/panelFigures';
import { pageText } from '../../../shared/safeText';
import { tip } from '../../components/tip';
import type { PanelView } from '../panelView';
import { decimal } from '../../../shared/locale';

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
export function Honesty({ view }: { readonly view: PanelView }): JSX.Element {
  const notes = notesOf(view);
  return (
    <section class="pane honesty" aria-labelledby="honestyTitle">
      <header>
        <h2 id="honestyTitle">{l10n.t('Honesty')}</h2>
      </header>
      <Figure
        id="consistency"
        label={l10n.t('Agrees with the original')}
        sentence={l10n.t("How alike both are at the original's size")}
        tooltip={l10n.t(
          "The result is reduced to the original's size and compared with it. From 30 dB on it still shows the same picture; below 26 dB it has drifted.",
        )}
        scale={CONSISTENCY_SCALE}
        threshold={CONSISTENCY.same}
        shown={consistencyShown(view)}
      />
      <Figure
        id="invented"
        label={l10n.t('Visibly invented')}
        sentence={l10n.t('Texture that the original does not contain')}
        tooltip={l10n.t(
          'Pixels whose brightness the semantic part changed by more than 8 of 255 levels, which is about what an eye notices. The invention map shows them.',
        )}
        scale={INVENTED_SCALE}
        threshold={MUCH_INVENTED * 100}
        shown={inventedShown(view)}
      />
      <ul class="notes" id="notes" hidden={notes.length === 0}>
        {notes.map((note) => (
          <li key={note}>{pageText(note)}</li>
        ))}
      </ul>
    </section>
  );
}

/** Read when it is wanted: a value that follows the dials would interrupt at every step. */
function Figure({
  id,
  label,
  sentence,
  tooltip,
  scale: [minimum, maximum],
  threshold,
  shown: { value, word, spoken, now, warns },
}: {
  readonly id: string;
  readonly label: string;
  /** What it means, in place. */
  readonly sentence: string;
  readonly tooltip: string;
  readonly scale: readonly [number, number];
  readonly threshold: number;
  readonly shown: Shown;
}): JSX.Element {
  const inside = now === undefined ? minimum : Math.min(maximum, Math.max(minimum, now));
  /** What is hardly there is still seen. */
  const share = (at: number): string =>
    at <= minimum && minimum === 0
      ? '0%'
      : `${Math.min(1, Math.max(0.02, (at - minimum) / (maximum - minimum))) * 100}%`;
  return (
    <div
      class={warns ? 'figure warns' : 'figure'}
      id={id}
      role="group"
      aria-labelledby={`${id}Label`}
      tabIndex={0}
      {...tip(tooltip)}
    >
      <span id={`${id}Label`}>{label}</span>
      <output id={`${id}Value`} aria-live="off">
        {value}
      </output>
      <div
        class="meter"
        id={`${id}Meter`}
        role="meter"
        aria-labelledby={`${id}Label`}
        aria-valuemin={minimum}
        aria-valuemax={maximum}
        aria-valuenow={now === undefined ? minimum : Math.round(inside * 10) / 10}
        aria-valuetext={spoken}
        style={{
          '--threshold': share(threshold),
          '--share': now === undefined ? '0%' : share(inside),
        }}
      >
        <i />
        <b />
      </div>
      <small id={`${id}Word`}>{word}</small>
      <p class="sentence">{sentence}</p>
    </div>
  );
}

function notesOf({ run }: PanelView): readonly string[] {
  const { notes = [], covered = 1 } = run.preview ?? {};
  return covered < 1
    ? [
        ...notes,
        l10n.t(
          'The figures are of the {0}% of the picture that have been computed.',
          shareText(covered),
        ),
      ]
    : notes;
}

/** A per cent is never none of it, nor all. */
const shareText = (share: number): string =>
  String(Math.min(99, Math.max(1, Math.round(share * 100))));

function consistencyShown({ run, guidance }: PanelView): Shown {
  const exact = run.preview && consistencyDb(run.preview.figures.consistency, guidance);
  if (exact === undefined) return unknown(l10n.t('after the run'));
  const decibels = asShown(exact);
  const word = agreementText(consistencyWord(decibels));
  const text = decimal(Math.min(MOST_DECIBELS, decibels), 1);
  return {
    value: l10n.t('{0} dB', text),
    word,
    spoken: l10n.t('{0} decibels, {1}', text, word),
    now: decibels,
    warns: decibels < CONSISTENCY.same,
  };
}

function inventedShown({ run, guidance, branches, squares }: PanelView): Shown {
  if (squares) return unknown(l10n.t('nothing invented'), l10n.t('{0}%', decimal(0, 1)));
  if (!branches.includes('semantic') && branches.length > 0)
    return unknown(l10n.t('one dial: unknown'));
  const exact = run.preview && inventedShare(run.preview.figures.inventedLuma, guidance.semantic);
  if (exact === undefined)
    return unknown(run.preview ? l10n.t('one dial: unknown') : l10n.t('after the run'));
  const share = asShown(exact * 100) / 100;
  const word = inventionText(inventedWord(share));
  const text = decimal(share * 100, 1);
  return {
    value: l10n.t('{0}%', text),
    word,
    spoken: l10n.t('{0} percent of pixels, {1}', text, word),
    now: share * 100,
    warns: share > MUCH_INVENTED,
  };
}

/** With the decimal that is read: the same figure never has two words. */
const asShown = (value: number): number => Math.round(value * 10) / 10;

const unknown = (word: string, value = '–'): Shown => ({
  value,
  word,
  spoken: l10n.t('not known, {0}', word),
  now: undefined,
  warns: false,
});

function agreementText(word: ConsistencyWord): string {
  switch (word) {
    case 'same':
      return l10n.t('same picture');
    case 'drifting':
      return l10n.t('drifting');
    case 'drifted':
      return l10n.t('drifted');
  }
}

function inventionText(word: InventedWord): string {
  switch (word) {
    case 'none':
      return l10n.t('nothing invented');
    case 'some':
      return l10n.t('of all pixels');
    case 'much':
      return l10n.t('a lot');
  }
}
