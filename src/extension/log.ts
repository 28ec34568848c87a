import * as vscode from 'vscode';
import { RpcError } from '../shared/rpc';
import { Disposable } from './disposable';

/** The product's one logger: the output channel "PiSA Upscale". */
export class Log extends Disposable {
  private readonly channel = this.register(
    vscode.window.createOutputChannel('PiSA Upscale', { log: true }),
  );

  info(message: string): void {
    this.channel.info(message);
  }

  warn(message: string): void {
    this.channel.warn(message);
  }

  /** Everything an error carries; the notification shows only its message and advice. */
  error(what: string, error: unknown): void {
    const { code, message, hint, detail } = RpcError.from(error);
    this.channel.error(
      [`${what}: ${message} [${code}]`, hint, detail]
        .filter((line) => line !== undefined)
        .join('\n'),
    );
  }

  show(): void {
    this.channel.show(true);
  }
}
