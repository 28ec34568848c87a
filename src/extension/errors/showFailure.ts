import * as vscode from 'vscode';
import { remediesOf } from '../../shared/remedies';
import type { RpcError } from '../../shared/rpc';
import { notify } from '../ui/notifications';
import { carryOut, remedyButtons, type RemedyContext } from './carryOut';
import { sentences } from '../../shared/sentences';

/**
 * Shows a failure with the buttons that mend it. Resolves when the notification is closed, so don't
 * wait for it.
 */
export async function showFailure(error: RpcError, context: RemedyContext): Promise<void> {
  const remedies = remediesOf(error);
  const buttons = remedyButtons(
    remedies.some(({ kind }) => kind === 'show-log')
      ? remedies
      : [...remedies, { kind: 'show-log' }],
    error.list.length > 0 ? context : withoutDetails(context),
  );
  const [first] = error.list;
  const more = error.list.length - 1;
  const text = [
    error.message,
    first === undefined
      ? ''
      : `${first}${more > 0 ? ` ${vscode.l10n.t('(and {0} more)', more)}` : ''}.`,
    error.hint ?? '',
  ];
  const chosen = await notify('error', sentences(text), ...buttons.map(({ title }) => title));
  const button = buttons.find(({ title }) => title === chosen);
  if (button) await carryOut(button, context);
}

const withoutDetails = ({ again }: RemedyContext): RemedyContext => (again ? { again } : {});
