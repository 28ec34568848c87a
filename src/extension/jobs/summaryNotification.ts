import * as vscode from 'vscode';
import {
  COMPARE_COMMAND,
  IMPORT_MODEL_COMMAND,
  INSTALL_MODEL_COMMAND,
  type CompareArguments,
} from '../commands/commandIds';
import type { Log } from '../log';
import type { Summary, SummaryAction } from './summary';

const QUIET_MS = 8000;

/**
 * Shows a summary and does what its buttons say. Resolves when the notification is closed, so don't
 * wait for it.
 */
export async function showSummary(summary: Summary, log: Log): Promise<void> {
  if (summary.severity === 'quiet') {
    vscode.window.setStatusBarMessage(`$(circle-slash) ${summary.text}`, QUIET_MS);
    return;
  }
  const items = summary.actions.map((action) => ({ action, title: titleOf(action) }));
  const chosen = await notify(summary, items);
  if (chosen) await act(chosen.action, summary, log);
}

type Item = vscode.MessageItem & { readonly action: SummaryAction };

function notify({ severity, text }: Summary, items: readonly Item[]): Thenable<Item | undefined> {
  if (severity === 'error') return vscode.window.showErrorMessage(text, ...items);
  if (severity === 'warning') return vscode.window.showWarningMessage(text, ...items);
  return vscode.window.showInformationMessage(text, ...items);
}

function titleOf(action: SummaryAction): string {
  switch (action) {
    case 'open':
      return vscode.l10n.t('Open');
    case 'compare':
      return vscode.l10n.t('Compare');
    case 'reveal':
      return vscode.l10n.t('Reveal');
    case 'install':
      return vscode.l10n.t('Install…');
    case 'import':
      return vscode.l10n.t('Import…');
    case 'showLog':
      return vscode.l10n.t('Show Log');
  }
}

async function act(action: SummaryAction, { subject }: Summary, log: Log): Promise<void> {
  if (action === 'showLog') {
    log.show();
    return;
  }
  if (action === 'install' || action === 'import') {
    await vscode.commands.executeCommand(
      action === 'install' ? INSTALL_MODEL_COMMAND : IMPORT_MODEL_COMMAND,
    );
    return;
  }
  if (!subject) return;
  const output = vscode.Uri.file(subject.output);
  switch (action) {
    case 'open':
      await vscode.commands.executeCommand('vscode.open', output);
      return;
    case 'compare': {
      const args: CompareArguments = [
        vscode.Uri.file(subject.input),
        output,
        subject.skipped ? undefined : subject,
      ];
      await vscode.commands.executeCommand(COMPARE_COMMAND, ...args);
      return;
    }
    case 'reveal':
      // The explorer shows only what lies in the workspace.
      await vscode.commands.executeCommand(
        vscode.workspace.getWorkspaceFolder(output) ? 'revealInExplorer' : 'revealFileInOS',
        output,
      );
  }
}
