import * as vscode from 'vscode';
import { RpcError } from '../shared/rpc';
import { lineText } from '../shared/safeText';
import { Disposable } from './disposable';

/**
 * The product's one logger: the output channel "PiSA Upscale". Names and errors are only words in
 * it, and can't begin an entry of their own.
 */
export class Log extends Disposable {
  private readonly channel = this.register(
    vscode.window.createOutputChannel('PiSA Upscale', { log: true }),
  );

  info(message: string): void {
    this.channel.info(entry(message));
  }

  warn(message: string): void {
    this.channel.warn(entry(message));
  }

  /** Everything an error carries; the notification shows only its message and advice. */
  error(what: string, error: unknown): void {
    const { code, message, list, hint, detail } = RpcError.from(error);
    this.channel.error(
      entry(
        [
          lineText(`${what}: ${message} [${code}]`),
          ...list.map((item) => `- ${lineText(item)}`),
          hint === undefined ? undefined : lineText(hint),
          detail,
        ]
          .filter((line) => line !== undefined)
          .join('\n'),
      ),
    );
  }

  show(): void {
    this.channel.show(true);
  }
}

/** Lines after the first are indented, so that none looks like an entry. */
const entry = (text: string): string => text.split('\n').map(lineText).join('\n    ');
