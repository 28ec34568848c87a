import * as vscode from 'vscode';
import { COMPARE_COMMAND, type CompareArguments } from '../commands/commandIds';
import { carryOut, remedyButtons, type RemedyContext } from '../errors/carryOut';
import { notify } from '../ui/notifications';
import { passingStatus } from '../ui/statusBar';
import type { Summary, SummaryAction } from './summary';

/**
 * Shows a summary and does what its buttons say. Resolves when the notification is closed, so don't
 * wait for it.
 */
export async function showSummary(summary: Summary, context: RemedyContext): Promise<void> {
  if (summary.severity === 'quiet') {
    passingStatus('circle-slash', summary.text);
    return;
  }
  const buttons = remedyButtons(summary.remedies, context);
  const titles = [...summary.actions.map(titleOf), ...buttons.map(({ title }) => title)];
  const chosen = await notify(summary.severity, summary.text, ...titles);
  const action = summary.actions.find((one) => titleOf(one) === chosen);
  const button = buttons.find(({ title }) => title === chosen);
  if (action) await act(action, summary);
  else if (button) await carryOut(button, context);
}

function titleOf(action: SummaryAction): string {
  switch (action) {
    case 'open':
      return vscode.l10n.t('Open');
    case 'compare':
      return vscode.l10n.t('Compare');
    case 'reveal':
      return vscode.l10n.t('Reveal');
  }
}

async function act(action: SummaryAction, { subject }: Summary): Promise<void> {
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
