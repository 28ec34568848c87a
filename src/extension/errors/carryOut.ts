import * as vscode from 'vscode';
import type { ChangeableSetting, Remedy } from '../../shared/remedies';
import {
  IMPORT_MODEL_COMMAND,
  INSTALL_MODEL_COMMAND,
  MANAGE_MODELS_COMMAND,
  SHOW_DEVICES_COMMAND,
  SHOW_LOG_COMMAND,
} from '../commands/commandIds';
import { MACHINE_SETTINGS, remedyButton, settingId } from './remedyWords';

const EXTENSION_ID = 'pisa-upscale.pisa-upscale';

/** The commands behind the buttons that neither change a setting nor do the work once more. */
const COMMANDS: {
  readonly [K in Remedy['kind']]?: readonly [command: string, ...args: string[]];
} = {
  'accept-licences': [INSTALL_MODEL_COMMAND],
  'accept-unverified': [INSTALL_MODEL_COMMAND],
  'allow-http': [INSTALL_MODEL_COMMAND],
  'install-model': [INSTALL_MODEL_COMMAND],
  'import-model': [IMPORT_MODEL_COMMAND],
  'manage-models': [MANAGE_MODELS_COMMAND],
  reinstall: ['extension.open', EXTENSION_ID],
  'show-devices': [SHOW_DEVICES_COMMAND],
  'show-log': [SHOW_LOG_COMMAND],
};

export type RemedyContext = {
  /** Does the work once more, as the remedy says; missing where that is not possible. */
  readonly again?: (remedy: Remedy) => void;
  /** Opens what is too long for a notification; missing where there is no more. */
  readonly details?: () => Promise<void>;
};

/** A button, and what it does. Several remedies may share one, as settings do. */
export type RemedyButton = {
  readonly title: string;
  readonly remedies: readonly Remedy[];
};

/** The buttons of remedies, each once, without those that can't be carried out here. */
export function remedyButtons(
  remedies: readonly Remedy[],
  context: RemedyContext,
): readonly RemedyButton[] {
  const buttons = new Map<string, Remedy[]>();
  for (const remedy of remedies) {
    if (needsAgain(remedy) && !context.again) continue;
    if (remedy.kind === 'show-details' && !context.details) continue;
    const title = remedyButton(remedy, vscode.l10n.t);
    buttons.set(title, [...(buttons.get(title) ?? []), remedy]);
  }
  return [...buttons].map(([title, shared]) => ({ title, remedies: shared }));
}

/** Does what a button says. */
export async function carryOut(
  { remedies }: RemedyButton,
  { again, details }: RemedyContext,
): Promise<void> {
  const settings = remedies.flatMap((remedy) =>
    remedy.kind === 'change-setting' ? [remedy.setting] : [],
  );
  const [first] = remedies;
  if (settings.length > 0) await showSettings(settings);
  else if (first && needsAgain(first)) again?.(first);
  else if (first?.kind === 'show-details') await details?.();
  else if (first) await runCommandOf(first);
}

/** Opens the settings editor on these alone, on the page that has them. */
async function showSettings(settings: readonly ChangeableSetting[]): Promise<void> {
  const query = `@id:${settings.map(settingId).join(',')}`;
  if (vscode.env.remoteName !== undefined && settings.some((one) => MACHINE_SETTINGS.has(one)))
    await vscode.commands.executeCommand('workbench.action.openRemoteSettings', { query });
  else await run('workbench.action.openSettings', query);
}

/** These do the work once more. */
const needsAgain = ({ kind }: Remedy): boolean =>
  ['free-space', 'retry', 'treat-as-photo', 'upscale-again', 'use-cpu'].includes(kind);

async function runCommandOf(remedy: Remedy): Promise<void> {
  const command = COMMANDS[remedy.kind];
  const model =
    'model' in remedy
      ? [
          {
            id: remedy.model,
            ...(remedy.prompts ? { prompts: true } : {}),
            ...(remedy.draft ? { draft: true } : {}),
          },
        ]
      : [];
  if (command) await run(...command, ...model);
}

const run = async (command: string, ...args: readonly unknown[]): Promise<void> => {
  await vscode.commands.executeCommand(command, ...args);
};
