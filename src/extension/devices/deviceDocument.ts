import * as vscode from 'vscode';
import { Disposable } from '../disposable';

const SCHEME = 'pisa-upscale';
const LOCATION = vscode.Uri.from({ scheme: SCHEME, path: '/PiSA Upscale Devices.txt' });

/** A read-only document with the last findings: it can be searched and copied like any text. */
export class DeviceDocument extends Disposable implements vscode.TextDocumentContentProvider {
  private readonly changed = this.register(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.changed.event;
  private text = '';

  constructor() {
    super();
    this.register(vscode.workspace.registerTextDocumentContentProvider(SCHEME, this));
  }

  provideTextDocumentContent(): string {
    return this.text;
  }

  async show(text: string): Promise<void> {
    this.text = text;
    this.changed.fire(LOCATION);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(LOCATION));
  }
}
