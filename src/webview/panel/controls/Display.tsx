import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { Codicon, Drawing } from '../../components/icons';
import { IconButton } from '../../components/IconButton';
import type { Toggle } from '../actions';
import type { Control } from './control';

/** What is drawn besides the pictures. */
export function Display({ view, actions }: Control): JSX.Element {
  const toggle = (name: Toggle, label: string, icon: JSX.Element): JSX.Element => (
    <IconButton
      id={name}
      label={label}
      pressed={name === 'originalPixels' ? view.originalPixels : view.state[name]}
      disabled={name === 'originalPixels' && view.squares}
      onPress={() => actions.toggle(name)}
    >
      {icon}
    </IconButton>
  );
  return (
    <div class="group display" role="group" aria-label={l10n.t('Display')}>
      {toggle(
        'checkerboard',
        l10n.t('Checkerboard behind transparency'),
        <Drawing name="checkerboard" />,
      )}
      {toggle(
        'originalPixels',
        l10n.t("Show the original's real pixels instead of a smooth enlargement"),
        <Drawing name="pixels" />,
      )}
      {toggle('loupe', l10n.t('Read pixel values under the pointer'), <Codicon name="search" />)}
    </div>
  );
}
