import * as l10n from '@vscode/l10n';
import type { ComponentChildren } from 'preact';
import { Button } from '../components/Button';
import { pageText } from '../../shared/safeText';
import type { BatchController } from './batchController';
import { byCount } from '../../shared/locale';

/** What concerns the plan as a whole: a recipe that is not read, another run, an interrupted one. */
export function BatchNotices({ controller }: { readonly controller: BatchController }) {
  const { phase, init, report, ticked, starting } = controller.state;
  if (phase !== 'plan' || !init) return null;
  const { hasUnreadRecipe, unusedRecipes = [], notes = [], other, interrupted } = init.plan;
  return (
    <>
      {hasUnreadRecipe && (
        <Notice
          id="trustNotice"
          text={l10n.t(
            'The recipe .pisa-upscale.json is not read, because this workspace is not trusted: your settings decide. Trust it, then make a new plan.',
          )}
        >
          <Button id="manageTrust" onPress={() => controller.tell('manageTrust')}>
            {l10n.t('Manage Trust…')}
          </Button>
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
      {notes.map((note, index) => (
        <Notice key={note} id={`note${index}`} text={pageText(note)} />
      ))}
      {other && (
        <Notice id="otherNotice" text={pageText(other.text)}>
          <Button id="watch" onPress={() => controller.tell('watch')}>
            {l10n.t('Show')}
          </Button>
          {ticked.size > 0 && (
            <Button id="wait" onPress={controller.waitForOther}>
              {l10n.t('Wait')}
            </Button>
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
          <Button id="noticeAction" disabled={starting} onPress={controller.resumeInterrupted}>
            {l10n.t('Resume')}
          </Button>
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
