import * as vscode from 'vscode';
import { messageText } from '../../shared/safeText';

export type ProgressOptions = {
  /** In a notification that can cancel, or small in the status bar. */
  readonly where: 'notification' | 'statusBar';
  readonly title: string;
};

export type ProgressReport = (step: {
  readonly message: string;
  /** What is added to the bar, in percent. */
  readonly increment?: number;
}) => void;

/** Shows progress while `work` runs; title and messages are only words. */
export async function withProgress<T>(
  { where, title }: ProgressOptions,
  work: (report: ProgressReport, token: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  const options = {
    location:
      where === 'notification'
        ? vscode.ProgressLocation.Notification
        : vscode.ProgressLocation.Window,
    cancellable: where === 'notification',
    title: messageText(title),
  };
  return vscode.window.withProgress(options, (progress, token) =>
    work(
      ({ message, ...rest }) => progress.report({ message: messageText(message), ...rest }),
      token,
    ),
  );
}
