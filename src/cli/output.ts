import path from 'node:path';
import { RpcError } from '../shared/rpc';
import { printJson, tell } from './terminal';

/** An error as programs read it. */
export const errorObject = ({ code, message, list, hint }: RpcError): object => ({
  code,
  message: [message, ...list].join('\n'),
  ...(hint === undefined ? {} : { hint }),
});

/** Of what was asked for and not begun, or not ended, when the person ended the program. */
export const CANCELLED = new RpcError({ code: 'cancelled', message: 'Canceled.' });

/** Tells what happened and what to do; with `json` also as an object on stdout. */
export function reportFailure(error: RpcError, json: boolean, input?: string): void {
  const { message, list, hint } = error;
  if (json) printJson({ ...(input === undefined ? {} : { input }), error: errorObject(error) });
  const subject = input === undefined ? '' : `${path.relative(process.cwd(), input) || input}: `;
  if (list.length === 0) {
    tell(`${subject}${message}${hint === undefined ? '' : ` ${hint}`}`);
    return;
  }
  tell(`${subject}${message}`);
  for (const item of list) tell(`- ${item}`);
  if (hint !== undefined) tell(hint);
}
