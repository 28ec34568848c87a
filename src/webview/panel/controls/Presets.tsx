import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import type { Branch, Guidance } from '../../../shared/guidance';
import { RadioGroup } from '../../components/RadioGroup';
import { chosenPreset, isUsable, presetGuidance, PRESETS, type Preset } from '../presets';
import { dialText } from '../text';
import type { Control } from './control';

/** Ways to set the dials at once. */
export function Presets({ view, actions }: Control): JSX.Element {
  const { branches } = view;
  return (
    <RadioGroup
      id="presets"
      class="presets"
      label={l10n.t('Presets')}
      name="preset"
      choices={PRESETS.map((preset) => {
        const guidance = presetGuidance(preset, view);
        return {
          value: preset,
          disabled: !isUsable(preset, guidance, branches),
          content: (
            <>
              <b>{nameOf(preset)}</b>
              <span>{guidance ? dialsText(guidance, branches) : '–'}</span>
            </>
          ),
          ...(preset === 'auto' ? { tooltip: autoText(guidance) } : {}),
        };
      })}
      chosen={chosenPreset(view)}
      onChoose={(preset) => {
        const guidance = presetGuidance(preset, view);
        if (preset === 'auto') actions.useAuto();
        else if (guidance) actions.setGuidance(guidance);
      }}
    />
  );
}

function nameOf(preset: Preset): string {
  switch (preset) {
    case 'faithful':
      return l10n.t('Faithful');
    case 'balanced':
      return l10n.t('Balanced');
    case 'full':
      return l10n.t('Full');
    case 'vivid':
      return l10n.t('Vivid');
    case 'auto':
      return l10n.t('Auto');
  }
}

/** The dials that the model has: "1·0.5". */
const dialsText = ({ pixel, semantic }: Guidance, branches: readonly Branch[]): string =>
  branches.length === 1 && branches.includes('semantic') ? `${semantic}` : `${pixel}·${semantic}`;

const autoText = (guidance: Guidance | undefined): string =>
  guidance
    ? l10n.t(
        'Chosen for this picture from its noise, compression and blur: {0} · {1}',
        dialText(guidance.pixel),
        dialText(guidance.semantic),
      )
    : l10n.t('Chosen from the picture’s noise, compression and blur, once it was processed');
