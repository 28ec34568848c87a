import * as vscode from 'vscode';
import { terminalText } from '../../shared/safeText';

const CTRL_C = '\x03';

/** A terminal of a task: it prints lines, obeys Ctrl+C, and ends with an exit code. */
export abstract class LineTerminal implements vscode.Pseudoterminal {
  private readonly written = new vscode.EventEmitter<string>();
  private readonly closed = new vscode.EventEmitter<number>();
  readonly onDidWrite = this.written.event;
  readonly onDidClose = this.closed.event;

  abstract open(): void;
  abstract close(): void;

  handleInput(data: string): void {
    if (data.includes(CTRL_C)) this.close();
  }

  /** One line, whatever is in it. */
  protected print(line: string): void {
    this.written.fire(`${terminalText(line)}\r\n`);
  }

  protected end(exitCode: number): void {
    this.closed.fire(exitCode);
  }
}
