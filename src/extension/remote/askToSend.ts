import * as vscode from 'vscode';
import { ask } from '../ui/notifications';

/** Asks whether pictures may be sent to a host. */
export async function askToSend(host: string): Promise<boolean> {
  const send = vscode.l10n.t('Send Pictures');
  const answer = await ask('warning', {
    text: vscode.l10n.t('Send pictures to {0}?', host),
    detail: vscode.l10n.t(
      'The device "remote" is chosen: this inference server computes, and gets every picture that is upscaled or compared. This is asked once for each server.',
    ),
    buttons: [send],
  });
  return answer === send;
}
