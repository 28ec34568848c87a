import * as vscode from 'vscode';
import { notify } from '../ui/notifications';

/**
 * Shows where a file lies: in the system's file manager, where VS Code runs beside it; else in the
 * explorer; else in words, with a button that copies the path.
 */
export async function revealFile(file: vscode.Uri): Promise<void> {
  const isLocal = vscode.env.uiKind === vscode.UIKind.Desktop && !vscode.env.remoteName;
  if (isLocal) await vscode.commands.executeCommand('revealFileInOS', file);
  else if (vscode.workspace.getWorkspaceFolder(file))
    await vscode.commands.executeCommand('revealInExplorer', file);
  else {
    const copy = vscode.l10n.t('Copy Path');
    const answer = await notify('information', vscode.l10n.t('It lies at {0}.', file.fsPath), copy);
    if (answer === copy) await vscode.env.clipboard.writeText(file.fsPath);
  }
}
