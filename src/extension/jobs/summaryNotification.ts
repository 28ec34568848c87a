import * as vscode from 'vscode';
import {
  COMPARE_COMMAND,
  IMPORT_MODEL_COMMAND,
  INSTALL_MODEL_COMMAND,
  type CompareArguments,
} from '../commands/commandIds';
import type { Log } from '../log';
import { notify } from '../ui/notifications';
import { passingStatus } from '../ui/statusBar';
import type { Summary, SummaryAction } from './summary';

/**
 * Shows a summary and does what its buttons say. Resolves when the notification is closed, so don't
 * wait for it.
 */
export async function showSummary(summary: Summary, log: Log): Promise<void> {
  if (summary.severity === 'quiet') {
    passingStatus('circle-slash', summary.text);
    return;
  }
  const chosen = await notify(summary.severity, summary.text, ...summary.actions.map(titleOf));
  const action = summary.actions.find((one) => titleOf(one) === chosen);
  if (action) await act(action, summary, log);
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
