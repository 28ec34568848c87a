import path from 'node:path';
import type { RpcError } from '../shared/rpc';

/** Results go to stdout, everything else to stderr. */
export const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Tells what happened and what to do; with `json` also as an object on stdout. */
export function reportFailure(
  { code, message, hint }: RpcError,
  json: boolean,
  input?: string,
): void {
  if (json)
    print(
      JSON.stringify({
        ...(input === undefined ? {} : { input }),
        error: { code, message, ...(hint === undefined ? {} : { hint }) },
      }),
    );
  const subject = input === undefined ? '' : `${path.relative(process.cwd(), input) || input}: `;
  console.error(
    `${subject}${message}${hint === undefined ? '' : `${message.includes('\n') ? '\n' : ' '}${hint}`}`,
  );
}
