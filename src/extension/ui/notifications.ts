import * as vscode from 'vscode';
import { detailText, messageText } from '../../shared/safeText';

export type Severity = 'information' | 'warning' | 'error';

/** What a modal dialog says and offers; Cancel is there by itself. */
export type Question = {
  readonly text: string;
  readonly detail: string;
  readonly buttons: readonly string[];
};

/**
 * Shows a notification, in which names and errors are only words. Resolves with the button that was
 * clicked when it is closed, so don't wait for it before going on.
 */
export async function notify(
  severity: Severity,
  text: string,
  ...buttons: readonly string[]
): Promise<string | undefined> {
  return show(severity, text, {}, buttons);
}

/** Asks in a modal dialog. Resolves with the button; undefined for Cancel. */
export async function ask(
  severity: Severity,
  { text, detail, buttons }: Question,
): Promise<string | undefined> {
  return show(severity, text, { modal: true, detail: detailText(detail) }, buttons);
}

async function show(
  severity: Severity,
  text: string,
  options: vscode.MessageOptions,
  buttons: readonly string[],
): Promise<string | undefined> {
  const items = buttons.map((button) => ({ title: messageText(button), button }));
  const message = messageText(text);
  const chosen =
    severity === 'error'
      ? await vscode.window.showErrorMessage(message, options, ...items)
      : severity === 'warning'
        ? await vscode.window.showWarningMessage(message, options, ...items)
        : await vscode.window.showInformationMessage(message, options, ...items);
  return chosen?.button;
}
