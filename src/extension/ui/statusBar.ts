import * as vscode from 'vscode';
import { messageText, nameText } from '../../shared/safeText';
import { Disposable } from '../disposable';

/** Icons of VS Code that the status bar uses. */
export type StatusIcon = 'chip' | 'circle-slash' | 'clippy' | 'debug-pause' | 'sync~spin';

const PASSING_MS = 8000;

/** Says something in the status bar for a while. */
export function passingStatus(icon: StatusIcon, text: string): void {
  vscode.window.setStatusBarMessage(`$(${icon}) ${messageText(text)}`, PASSING_MS);
}

/** An entry of the status bar that runs a command. */
export class StatusEntry extends Disposable {
  private readonly item: vscode.StatusBarItem;

  constructor(id: string, name: string, command: string) {
    super();
    this.item = this.register(
      vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Left),
    );
    this.item.name = messageText(name);
    this.item.command = command;
  }

  show(icon: StatusIcon, text: string, tooltip: string): void {
    this.item.text = `$(${icon}) ${nameText(text)}`;
    this.item.tooltip = messageText(tooltip);
    this.item.show();
  }

  hide(): void {
    this.item.hide();
  }
}
