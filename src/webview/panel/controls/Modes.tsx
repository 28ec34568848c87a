import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { Codicon, Drawing } from '../../components/icons';
import { RadioGroup, type Choice } from '../../components/RadioGroup';
import type { RenderMode } from '../../render/state';
import type { Control } from './control';

/** How both pictures are shown: beside each other, one over the other, or what differs. */
export function Modes({ view, actions }: Control): JSX.Element {
  const { state, pair, branches, mode, done } = view;
  const mapOff = pair || !branches.includes('semantic');
  const choices: readonly Choice<RenderMode>[] = [
    choice('divider', l10n.t('Divider'), l10n.t('Divider (1)'), <Drawing name="divider" />),
    choice(
      'side',
      l10n.t('Side by side'),
      l10n.t('Side by side (2)'),
      <Codicon name="split-horizontal" />,
    ),
    choice('hold', l10n.t('Hold'), l10n.t('Hold to compare (3)'), <Codicon name="eye" />),
    choice(
      'difference',
      l10n.t('Difference'),
      l10n.t('Difference from what it is compared with (4)'),
      <Drawing name="difference" />,
    ),
    ...(pair
      ? []
      : [
          {
            ...choice(
              'map',
              l10n.t('Invention map'),
              mapOff
                ? l10n.t('This model has one dial: what it invents cannot be told apart.')
                : l10n.t('Invention map (5): where the model made detail up'),
              <Codicon name="sparkle" />,
            ),
            disabled: mapOff,
          },
        ]),
  ];
  return (
    <RadioGroup
      id="modes"
      class="modes"
      buttonClass="tool"
      label={l10n.t('View mode')}
      name="mode"
      choices={choices}
      chosen={done ? mode : mapOff && state.mode === 'map' ? 'divider' : state.mode}
      onChoose={(chosen) => actions.setMode(chosen)}
    />
  );
}

const choice = (
  value: RenderMode,
  label: string,
  tooltip: string,
  icon: JSX.Element,
): Choice<RenderMode> => ({
  value,
  tooltip,
  content: (
    <>
      {icon}
      <span class="label">{label}</span>
    </>
  ),
});
