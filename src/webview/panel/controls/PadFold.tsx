import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { Codicon } from '../../components/icons';
import { tip } from '../../components/tip';
import { dialText } from '../text';
import type { LiveControl } from './control';
import { Pad } from './Pad';

/**
 * The pad, folded away until somebody wants both dials at once. The browser's own fold: the one of
 * the elements tells a screen reader neither that it is one nor whether it is open.
 */
export function PadFold({ view, actions, current }: LiveControl): JSX.Element {
  const { defaults, state } = view;
  return (
    <details
      class="pad-fold"
      id="padFold"
      open={state.padOpen}
      onToggle={({ currentTarget }) => actions.openPad(currentTarget.open)}
    >
      <summary id="padFoldTitle">{l10n.t('Both dials at once')}</summary>
      <button
        type="button"
        class="why"
        id="aboutPad"
        aria-label={l10n.t('About the pad')}
        {...tip(
          l10n.t(
            'Right: cleaner. Up: more invented detail. The ring is the default, {0} · {1}. Hatched: the result no longer agrees with the picture (below 30 dB), or more than 10% is visibly invented.',
            dialText(defaults.pixel),
            dialText(defaults.semantic),
          ),
        )}
      >
        <Codicon name="info" />
      </button>
      <Pad view={view} actions={actions} current={current} />
    </details>
  );
}
