import path from 'node:path';
import type { RpcError } from '../shared/rpc';
import { printJson, tell } from './terminal';

/** Tells what happened and what to do; with `json` also as an object on stdout. */
export function reportFailure(
  { code, message, list, hint }: RpcError,
  json: boolean,
  input?: string,
): void {
  if (json)
    printJson({
      ...(input === undefined ? {} : { input }),
      error: {
        code,
        message: [message, ...list].join('\n'),
        ...(hint === undefined ? {} : { hint }),
      },
    });
  const subject = input === undefined ? '' : `${path.relative(process.cwd(), input) || input}: `;
  if (list.length === 0) {
    tell(`${subject}${message}${hint === undefined ? '' : ` ${hint}`}`);
    return;
  }
  tell(`${subject}${message}`);
  for (const item of list) tell(`- ${item}`);
  if (hint !== undefined) tell(hint);
}
