import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { pageText } from '../../../shared/safeText';
import { Button } from '../../components/Button';
import { Codicon } from '../../components/icons';
import type { PanelActions } from '../actions';
import type { Notice } from '../runState';
import type { Stage } from '../stage';
import { useKeptFocus } from '../useKeptFocus';
import type { Control } from './control';

/**
 * The card over the picture for what failed. It is put into the page when there is something to
 * say, so that it is announced.
 */
export function NoticeCard({
  view,
  actions,
  stage,
}: Control & { readonly stage: Stage }): JSX.Element {
  const { notice } = view.run;
  const place = useKeptFocus<HTMLDivElement>(notice, stage);
  return (
    <div class="notice-place" id="noticePlace" ref={place}>
      {notice && <Card key={keyOf(notice)} notice={notice} actions={actions} />}
    </div>
  );
}

function Card({
  notice: { kind, message, hint, canTryProcessor, canSaveUnseen },
  actions,
}: {
  readonly notice: Notice;
  readonly actions: PanelActions;
}): JSX.Element {
  const isQuiet = kind === 'cancelled';
  return (
    <section class={isQuiet ? 'notice quiet' : 'notice'} role={isQuiet ? 'status' : 'alert'}>
      <Codicon name="error" />
      <div class="notice-text">
        <h2>{titleOf(kind)}</h2>
        {message !== '' && <p class="what">{pageText(message)}</p>}
        {hint !== '' && <p class="advice">{pageText(hint)}</p>}
        <div class="actions">
          {canTryProcessor && (
            <Button action="tryProcessor" onPress={() => actions.tryProcessor()}>
              {l10n.t('Try on the Processor')}
            </Button>
          )}
          {canSaveUnseen && (
            <Button action="saveUnseen" onPress={() => actions.saveUnseen()}>
              {l10n.t('Upscale Without Preview')}
            </Button>
          )}
          {kind !== 'action' && !canSaveUnseen && (
            <Button
              action="tryAgain"
              secondary={canTryProcessor}
              onPress={() => actions.tryAgain()}
            >
              {l10n.t('Try Again')}
            </Button>
          )}
          {!isQuiet && (
            <button
              type="button"
              class="link"
              data-action="showLog"
              onClick={() => actions.showLog()}
            >
              {l10n.t('Show Log')}
            </button>
          )}
        </div>
      </div>
      {(kind === 'save' || kind === 'action') && (
        <button
          type="button"
          class="tool square"
          data-action="dismiss"
          aria-label={l10n.t('Dismiss')}
          onClick={() => actions.dismiss()}
        >
          <Codicon name="close" />
        </button>
      )}
    </section>
  );
}

/** Each notice is a card of its own, also where it says the same once more. */
const keys = new WeakMap<Notice, number>();
let count = 0;
function keyOf(notice: Notice): number {
  const known = keys.get(notice) ?? ++count;
  keys.set(notice, known);
  return known;
}

function titleOf(kind: Notice['kind']): string {
  switch (kind) {
    case 'init':
      return l10n.t('The panel could not start');
    case 'unopenable':
      return l10n.t('This picture cannot be opened');
    case 'preview':
      return l10n.t('The picture could not be upscaled');
    case 'cancelled':
      return l10n.t('Upscaling was canceled');
    case 'save':
      return l10n.t('The result could not be saved');
    case 'action':
      return l10n.t('That did not work');
  }
}
