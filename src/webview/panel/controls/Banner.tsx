import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { pageText } from '../../../shared/safeText';
import { Codicon } from '../../components/icons';
import type { PanelActions } from '../actions';
import type { RunState } from '../runState';
import type { Stage } from '../stage';
import { useKeptFocus } from '../useKeptFocus';
import type { Control } from './control';

/** What became of the original, or why it is left alone: above the picture. */
export function Banner({ view, actions, stage }: Control & { readonly stage: Stage }): JSX.Element {
  const told = messageOf({ view, actions });
  const place = useKeptFocus<HTMLDivElement>(told?.text ?? '', stage);
  return (
    <div class="banner" id="banner" role="status" ref={place}>
      {told && (
        <>
          <Codicon name="info" />
          <div class="words">
            <span id="bannerText">{told.text}</span>
            {told.buttons.map(({ action, label, onPress }) => (
              <button
                key={action}
                type="button"
                class="link"
                data-action={action}
                onClick={onPress}
              >
                {label}
              </button>
            ))}
          </div>
        </>
      )}
    </div>
  );
}

type Message = {
  readonly text: string;
  readonly buttons: readonly {
    readonly action: string;
    readonly label: string;
    readonly onPress: () => void;
  }[];
};

function messageOf({ view: { run, leftAlone }, actions }: Control): Message | undefined {
  switch (run.source) {
    case 'deleted':
      // What is gone can neither be looked at anew nor be left as it is.
      return { text: l10n.t('The original was deleted.'), buttons: [] };
    case 'changed':
      return {
        text: l10n.t('The original changed on disk.'),
        buttons: [
          refresh(actions),
          { action: 'keep', label: l10n.t('Keep'), onPress: () => actions.keep() },
        ],
      };
    case 'kept':
      return {
        text: l10n.t('You see the original as it was before it changed on disk.'),
        buttons: [refresh(actions)],
      };
    case 'seen':
      return leftAlone === '' ? missingMessage(run, actions) : leftAloneMessage(leftAlone, actions);
  }
}

const refresh = (actions: PanelActions): Message['buttons'][number] => ({
  action: 'refresh',
  label: l10n.t('Refresh'),
  onPress: () => actions.refresh(),
});

const leftAloneMessage = (text: string, actions: PanelActions): Message => ({
  text: pageText(text),
  buttons: [
    {
      action: 'upscaleAnyway',
      label: l10n.t('Upscale Anyway'),
      onPress: () => actions.upscaleAnyway(),
    },
  ],
});

/** The model that the settings name is not there. */
function missingMessage({ init }: RunState, actions: PanelActions): Message | undefined {
  if (init?.missingModel === undefined) return undefined;
  return {
    text: l10n.t(
      'The model {0} is not installed. The comparison shows {1} instead.',
      pageText(init.missingModel),
      pageText(init.models[0]?.name ?? ''),
    ),
    buttons: [
      {
        action: 'installMissing',
        label: l10n.t('Install…'),
        onPress: () => actions.installMissing(),
      },
    ],
  };
}
