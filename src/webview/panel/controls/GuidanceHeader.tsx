import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Codicon } from '../../components/icons';
import { IconButton } from '../../components/IconButton';
import { keyName, redoKey } from '../../components/keyNames';
import { tip } from '../../components/tip';
import { sameGuidance } from '../panelState';
import { dialText } from '../text';
import type { LiveControl } from './control';

/** The section's title, with undo, redo and reset. */
export function GuidanceHeader({ view, actions, current }: LiveControl): JSX.Element {
  const { state, defaults, canUndo, canRedo } = view;
  const group = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    // A button that can do no more passes the focus on.
    const focused = document.activeElement;
    if (!group.current?.contains(focused) || !focused?.matches(':disabled')) return;
    group.current.querySelector<HTMLButtonElement>('button:enabled')?.focus();
  });
  const values = [dialText(defaults.pixel), dialText(defaults.semantic)];
  return (
    <header>
      <h2 id="guidanceTitle">{l10n.t('Guidance')}</h2>
      <span class="actions" ref={group}>
        <IconButton
          id="undo"
          label={l10n.t('Undo ({0})', keyName('Z'))}
          disabled={!canUndo}
          onPress={() => actions.undo()}
        >
          <Codicon name="discard" />
        </IconButton>
        <IconButton
          id="redo"
          label={l10n.t('Redo ({0})', redoKey())}
          disabled={!canRedo}
          onPress={() => actions.redo()}
        >
          <Codicon name="redo" />
        </IconButton>
        <button
          type="button"
          class="link"
          id="reset"
          disabled={!state.auto && sameGuidance(state.guidance, defaults)}
          onClick={() => actions.setGuidance(current().defaults)}
          {...tip(l10n.t('Back to {0} · {1} (double-click the pad)', ...values))}
        >
          {l10n.t('Reset')}
        </button>
      </span>
    </header>
  );
}
