import * as vscode from 'vscode';
import type { SourceChange } from '../../shared/panelProtocol';
import { Disposable } from '../disposable';

/** Programs write a file in several steps. */
const SETTLE_MS = 400;

/** Watches the files that a panel shows now. */
export class ShownFiles extends Disposable {
  private watchers: readonly SourceWatcher[] = [];

  constructor(private readonly onChanged: (change: SourceChange) => void) {
    super();
  }

  /** Watches these instead of those before. */
  watch(files: readonly vscode.Uri[]): void {
    this.stop();
    this.watchers = files.map((file) => new SourceWatcher(file, this.onChanged));
  }

  /** What is on disk now is what is shown. */
  seen(): void {
    for (const watcher of this.watchers) void watcher.seen();
  }

  override dispose(): void {
    this.stop();
    super.dispose();
  }

  private stop(): void {
    for (const watcher of this.watchers) watcher.dispose();
    this.watchers = [];
  }
}

/** Tells when a file's content changed on disk, and when it is gone. */
export class SourceWatcher extends Disposable {
  private timer: NodeJS.Timeout | undefined;
  private version: string | undefined;

  constructor(
    private readonly file: vscode.Uri,
    private readonly onChanged: (change: SourceChange) => void,
  ) {
    super();
    // The file's own name may hold what a pattern reads as wildcards.
    const watcher = this.register(
      vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.joinPath(file, '..'), '*'),
        false,
        false,
        false,
      ),
    );
    const look = (changed: vscode.Uri): void => {
      if (changed.fsPath === file.fsPath) this.lookSoon();
    };
    this.register(watcher.onDidChange(look));
    this.register(watcher.onDidCreate(look));
    this.register(watcher.onDidDelete(look));
    void this.seen();
  }

  /** What is on disk now is what is shown. */
  async seen(): Promise<void> {
    this.version = await versionOf(this.file);
  }

  override dispose(): void {
    clearTimeout(this.timer);
    super.dispose();
  }

  private lookSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), SETTLE_MS);
  }

  private async look(): Promise<void> {
    const version = await versionOf(this.file);
    if (this.isDisposed || version === this.version) return;
    this.version = version;
    this.onChanged(version === undefined ? 'deleted' : 'changed');
  }
}

/** Tells versions of a file apart; undefined when there is none. */
export async function versionOf(file: vscode.Uri): Promise<string | undefined> {
  return vscode.workspace.fs.stat(file).then(
    ({ mtime, size }) => `${mtime}|${size}`,
    () => undefined,
  );
}
