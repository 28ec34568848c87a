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

/** Tells when a file's content changed on disk, and when it is gone, also with its folder. */
export class SourceWatcher extends Disposable {
  private timer: NodeJS.Timeout | undefined;
  private version: string | undefined;

  constructor(
    private readonly file: vscode.Uri,
    private readonly onChanged: (change: SourceChange) => void,
  ) {
    super();
    const concerns = (changed: vscode.Uri): boolean =>
      file.path === changed.path || file.path.startsWith(`${changed.path}/`);
    const look = (changed: vscode.Uri): void => {
      if (concerns(changed)) this.lookSoon();
    };
    for (const [index, folder] of foldersOver(file).entries()) {
      // Names may hold what a pattern reads as wildcards.
      const pattern = new vscode.RelativePattern(folder, '*');
      const isOwn = index === 0;
      const watcher = this.register(
        vscode.workspace.createFileSystemWatcher(pattern, false, !isOwn, false),
      );
      this.register(watcher.onDidChange(look));
      this.register(watcher.onDidCreate(look));
      this.register(watcher.onDidDelete(look));
    }
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

/**
 * A file's own folder, and those over it up to the workspace's, or one outside of it: of a folder
 * that goes or comes VS Code names neither files nor folders in it.
 */
function foldersOver(file: vscode.Uri): readonly vscode.Uri[] {
  const root = vscode.workspace.getWorkspaceFolder(file)?.uri.path;
  const folders = [vscode.Uri.joinPath(file, '..')];
  for (let folder = folders[0]; folder && folder.path !== root;) {
    const over = vscode.Uri.joinPath(folder, '..');
    if (over.path === folder.path) break;
    folders.push(over);
    folder = root === undefined ? undefined : over;
  }
  return folders;
}

/** Tells versions of a file apart; undefined when there is none. */
export async function versionOf(file: vscode.Uri): Promise<string | undefined> {
  return vscode.workspace.fs.stat(file).then(
    ({ mtime, size }) => `${mtime}|${size}`,
    () => undefined,
  );
}
