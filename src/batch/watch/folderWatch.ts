import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { isTemporaryName } from '../../shared/temporaryFiles';
import { isImageName } from '../../shared/settings';
import { RECIPE_NAME } from '../recipe';
import { ALWAYS_EXCLUDED } from '../scan';

/** Nothing must have changed for so long before it is told: editors save in several steps. */
const QUIET_MS = 300;
/** But no longer than this after the first change. */
const PATIENCE_MS = 10_000;
/** How often it is looked whether watched folders are still those that they were. */
const LOOK_MS = 2000;
/** That look takes at most this part of the time. */
const LOOK_SHARE = 50;
const POLL_MS = 2000;

/**
 * Watches folders and files for changes of pictures, recipes and `.gitignore`. A change is only a
 * hint that something is to be looked at again, so one too many does no harm. What is missing is
 * waited for; a folder that was removed and made again is watched again; where the system has no
 * watches left, it is looked every two seconds instead.
 */
export class FolderWatch {
  private watcher: FSWatcher | undefined;
  private polls = false;
  private first: number | undefined;
  private last = 0;
  private wake: () => void = () => undefined;
  private looks: NodeJS.Timeout | undefined;
  private marks = new Map<string, string>();
  private isClosed = false;

  private constructor(
    private readonly places: readonly string[],
    private readonly onTrouble: (error: unknown) => void,
  ) {}

  /** Begins. What changes from the moment on that this resolves is told. */
  static async begin(
    places: readonly string[],
    onTrouble: (error: unknown) => void,
  ): Promise<FolderWatch> {
    const folders = new FolderWatch(places, onTrouble);
    await folders.open();
    folders.lookLater(LOOK_MS);
    return folders;
  }

  /**
   * Resolves when something has changed since this was last asked, and nothing more does. Rejects
   * when the signal aborts.
   */
  async changed(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const now = performance.now();
      const isQuiet = now - this.last >= QUIET_MS;
      if (this.first !== undefined && (isQuiet || now - this.first >= PATIENCE_MS)) {
        this.first = undefined;
        return;
      }
      await this.woken(this.first === undefined ? undefined : QUIET_MS, signal);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.looks);
    await this.watcher?.close();
  }

  /** Until a change is told, the time is over, or the signal aborts. */
  private woken(milliseconds: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.wake = () => undefined;
        resolve();
      };
      const timer = milliseconds === undefined ? undefined : setTimeout(done, milliseconds);
      signal.addEventListener('abort', done, { once: true });
      this.wake = done;
    });
  }

  private note(): void {
    this.last = performance.now();
    this.first ??= this.last;
    this.wake();
  }

  private async open(): Promise<void> {
    const watcher = watch([...this.places], {
      ignoreInitial: true,
      followSymlinks: false,
      ignorePermissionErrors: true,
      ignored: (file) => !this.places.includes(file) && ALWAYS_EXCLUDED.has(path.basename(file)),
      ...(this.polls ? { usePolling: true, interval: POLL_MS, binaryInterval: POLL_MS } : {}),
    });
    this.watcher = watcher;
    watcher.on('all', (event, file) => {
      // What was named itself counts whatever its name.
      if (event.endsWith('Dir') || concerns(file) || this.places.includes(file)) this.note();
    });
    const ready = new Promise<void>((resolve) => {
      watcher.on('ready', () => resolve());
      watcher.on('error', (error) => {
        void this.failed(error, watcher).finally(resolve);
      });
    });
    await ready;
    this.marks = await this.look();
  }

  /** The system may have no watches left, or take none at such a place. */
  private async failed(error: unknown, watcher: FSWatcher): Promise<void> {
    if (this.isClosed || this.watcher !== watcher) return;
    this.onTrouble(error);
    if (this.polls) return;
    this.polls = true;
    await this.again();
  }

  private async again(): Promise<void> {
    const { watcher } = this;
    this.watcher = undefined;
    await watcher?.close();
    if (this.isClosed) return;
    await this.open();
    this.note();
  }

  private lookLater(milliseconds: number): void {
    if (this.isClosed) return;
    this.looks = setTimeout(() => {
      const begun = performance.now();
      void this.checkFolders()
        .catch((error: unknown) => this.onTrouble(error))
        .finally(() => this.lookLater(Math.max(LOOK_MS, (performance.now() - begun) * LOOK_SHARE)));
    }, milliseconds);
  }

  /** A folder that is removed and made again at once is watched where it was, which is nowhere. */
  private async checkFolders(): Promise<void> {
    const now = await this.look();
    const isOther = [...this.marks].some(([folder, mark]) => {
      const found = now.get(folder);
      return found !== undefined && found !== mark;
    });
    this.marks = now;
    if (isOther && !this.isClosed) await this.again();
  }

  /** Which folders and files the watched ones are. */
  private async look(): Promise<Map<string, string>> {
    const watched = Object.keys(this.watcher?.getWatched() ?? {});
    const marks = new Map<string, string>();
    for (const folder of new Set([...this.places, ...watched])) {
      const info = await lstat(folder).catch(() => undefined);
      if (info?.isDirectory() === true) marks.set(folder, `${info.dev} ${info.ino}`);
      else if (this.places.includes(folder) && !info) marks.set(folder, 'missing');
    }
    return marks;
  }
}

/** What decides about the pictures that are made, or is one; but nothing that is being made. */
function concerns(file: string): boolean {
  const name = path.basename(file);
  return (
    (isImageName(name) && !isTemporaryName(name)) || name === RECIPE_NAME || name === '.gitignore'
  );
}
