/** npm as a program to start: its script, when npm started this, else its command. */
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * @param {readonly string[]} args
 * @returns {{ file: string, args: string[] }} for `execFile`, without a shell
 */
export function npmCommand(args) {
  const started = process.env.npm_execpath ?? '';
  // On Windows the command is a batch file, which takes a shell to start; npm lies beside Node.
  const beside = path.join(path.dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js');
  const script = [/npm-cli\.c?js$/.test(started) ? started : '', beside].find(existsSync);
  return script
    ? { file: process.execPath, args: [script, ...args] }
    : { file: 'npm', args: [...args] };
}
