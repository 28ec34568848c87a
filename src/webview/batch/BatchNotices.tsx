import * as l10n from '@vscode/l10n';
import type { ComponentChildren } from 'preact';
import { pageText } from '../../shared/safeText';
import type { BatchController } from './batchController';
import { byCount } from '../../shared/locale';

/** What stands in a plan's way: a recipe that is not read, another run, an interrupted one. */
export function BatchNotices({ controller }: { readonly controller: BatchController }) {
  const { phase, init, report, ticked } = controller.state;
  if (phase !== 'plan' || !init) return null;
  const { hasUnreadRecipe, unusedRecipes = [], other, interrupted } = init.plan;
  return (
    <>
      {hasUnreadRecipe && (
        <Notice
          id="trustNotice"
          text={l10n.t(
            'The recipe .pisa-upscale.json is not read, because this workspace is not trusted: your settings decide. Trust it, then make a new plan.',
          )}
        >
          <vscode-button id="manageTrust" onClick={() => controller.tell('manageTrust')}>
            {l10n.t('Manage Trust…')}
          </vscode-button>
        </Notice>
      )}
      {unusedRecipes.map((file, index) => (
        <Notice
          key={file}
          id={`unusedRecipe${index}`}
          text={l10n.t(
            'The recipe {0} is not used: only one in the workspace folder itself counts. Move it there, or open its folder by itself.',
            pageText(file),
          )}
        />
      ))}
      {other && (
        <Notice id="otherNotice" text={pageText(other.text)}>
          <vscode-button id="watch" onClick={() => controller.tell('watch')}>
            {l10n.t('Show')}
          </vscode-button>
          {ticked.size > 0 && (
            <vscode-button id="wait" onClick={controller.waitForOther}>
              {l10n.t('Wait')}
            </vscode-button>
          )}
        </Notice>
      )}
      {!other && !report && interrupted.length > 0 && (
        <Notice
          id="notice"
          text={byCount(
            interrupted.length,
            l10n.t('A batch was interrupted: 1 image is still to do.'),
            l10n.t('A batch was interrupted: {0} images are still to do.', interrupted.length),
          )}
        >
          <vscode-button id="noticeAction" onClick={controller.resumeInterrupted}>
            {l10n.t('Resume')}
          </vscode-button>
        </Notice>
      )}
    </>
  );
}

function Notice({
  id,
  text,
  children,
}: {
  readonly id: string;
  readonly text: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="notice" id={id} role="status">
      <span>{text}</span>
      {children}
    </div>
  );
}
