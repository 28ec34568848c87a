import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { tip } from '../../components/tip';
import type { Control } from './control';

/** What was done last, and the way to the file where one was written. */
export function Saved({ view: { run }, actions }: Control): JSX.Element {
  const { confirmed, confirmedFile } = run;
  return (
    <>
      <p class="saved" id="saved" role="status" {...tip(confirmed, confirmed)}>
        {confirmed}
      </p>
      {confirmedFile && (
        <span class="saved-actions">
          <button
            type="button"
            class="link"
            id="openSaved"
            onClick={() => actions.showSaved('open')}
          >
            {l10n.t('Open')}
          </button>
          <button
            type="button"
            class="link"
            id="revealSaved"
            onClick={() => actions.showSaved('reveal')}
          >
            {l10n.t('Reveal')}
          </button>
        </span>
      )}
    </>
  );
}
