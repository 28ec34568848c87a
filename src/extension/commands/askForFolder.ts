import * as vscode from 'vscode';
import { notify } from '../ui/notifications';

/**
 * Says that no folder is open, and opens one where the person wants to. Returns undefined: VS Code
 * starts anew with a folder.
 */
export async function askForFolder(): Promise<undefined> {
  const open = vscode.l10n.t('Open Folder…');
  const chosen = await notify(
    'information',
    vscode.l10n.t('No folder with images is open yet.'),
    open,
  );
  if (chosen === open) await vscode.commands.executeCommand('vscode.openFolder');
  return undefined;
}
