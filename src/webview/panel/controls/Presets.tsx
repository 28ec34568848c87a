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
              <span>{deedOf(preset, guidance)}</span>
            </>
          ),
          tooltip: preset === 'auto' ? autoText(guidance) : dialsText(guidance, branches),
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
      return l10n.t('Rich');
    case 'vivid':
      return l10n.t('Vivid');
    case 'auto':
      return l10n.t('Auto');
  }
}

/** What it does to the picture, in place: numbers say nothing to who has not met the dials. */
function deedOf(preset: Preset, guidance: Guidance | undefined): string {
  switch (preset) {
    case 'faithful':
      return l10n.t('invents nothing');
    case 'balanced':
      return l10n.t('a little texture');
    case 'full':
      return l10n.t('texture, may invent');
    case 'vivid':
      return l10n.t('invents a lot');
    case 'auto':
      return guidance
        ? `${dialText(guidance.pixel)} · ${dialText(guidance.semantic)}`
        : l10n.t('once it is computed');
  }
}

/** The dials that the model has, in words. */
function dialsText(guidance: Guidance | undefined, branches: readonly Branch[]): string {
  if (!guidance) return '';
  const { pixel, semantic } = guidance;
  if (!branches.includes('pixel')) return l10n.t('Semantic detail {0}', dialText(semantic));
  return branches.includes('semantic')
    ? l10n.t('Pixel fidelity {0}, semantic detail {1}', dialText(pixel), dialText(semantic))
    : l10n.t('Pixel fidelity {0}', dialText(pixel));
}

const autoText = (guidance: Guidance | undefined): string =>
  guidance
    ? l10n.t(
        'Chosen for this picture from its noise, compression and blur: {0} · {1}',
        dialText(guidance.pixel),
        dialText(guidance.semantic),
      )
    : l10n.t("Chosen from the picture's noise, compression and blur, once it was processed");
