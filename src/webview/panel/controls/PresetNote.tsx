import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { damageShares } from '../../../shared/autoGuidance';
import type { DegradationEstimate } from '../../../shared/previewProtocol';
import { presetGuidance } from '../presets';
import type { Control } from './control';

/** Why Auto chose as it did; or that invented texture would spoil letters, and what does not. */
export function PresetNote({ view, actions }: Control): JSX.Element | null {
  const { state, run, branches, guidance } = view;
  const estimate = run.preview?.estimate;
  if (!estimate || branches.length === 0) return null;
  if (state.auto)
    return (
      <p class="note preset-note" id="autoWhy">
        {whyText(estimate)}
      </p>
    );
  if (!estimate.lettering || !branches.includes('semantic') || guidance.semantic === 0) return null;
  const faithful = presetGuidance('faithful', view);
  return (
    <p class="note preset-note" id="lettering">
      {l10n.t('This looks like text or a drawing: invented texture would spoil it.')}{' '}
      <button
        type="button"
        class="link"
        id="useFaithful"
        onClick={() => faithful && actions.setGuidance(faithful)}
      >
        {l10n.t('Use Faithful')}
      </button>
    </p>
  );
}

/** "Why: no noise, visible compression, sharp. …", in the words of what was measured. */
function whyText(estimate: DegradationEstimate): string {
  const { noise, blocks, blur } = damageShares(estimate);
  const found = [
    graded(noise, [l10n.t('no noise'), l10n.t('some noise'), l10n.t('much noise')]),
    graded(blocks, [
      l10n.t('no compression damage'),
      l10n.t('some compression damage'),
      l10n.t('much compression damage'),
    ]),
    graded(blur, [l10n.t('sharp'), l10n.t('a little blurred'), l10n.t('blurred')]),
  ].join(', ');
  return noise > 0 || blocks > 0
    ? l10n.t('Why: {0}. Damage asks for more restoration and less texture.', found)
    : l10n.t('Why: {0}. The more blurred, the more texture.', found);
}

const graded = (share: number, words: readonly [string, string, string]): string =>
  words[share <= 0 ? 0 : share < 0.5 ? 1 : 2];
