/**
 * As much of VS Code as the files of src/extension/ui need. It keeps every text that it is given,
 * with the place where VS Code would show it.
 */

import { stat } from 'node:fs/promises';
import { posix } from 'node:path';

export type Told = { readonly where: string; readonly text: string };

export const told: Told[] = [];
const tell = (where: string, text: unknown): void => {
  if (typeof text === 'string') told.push({ where, text });
};

type Item = { readonly [key: string]: unknown };

/** The buttons that the person presses next, undefined for none; else it is always the first. */
export const answers: (string | undefined)[] = [];

const message =
  (where: string) =>
  async (text: string, { detail }: Item, ...items: readonly Item[]): Promise<Item | undefined> => {
    tell(where, text);
    tell('detail', detail);
    for (const { title } of items) tell('button', title);
    if (answers.length === 0) return items[0];
    const answer = answers.shift();
    return items.find(({ title }) => title === answer);
  };

/** Those that were opened. */
export const panels: { readonly dispose: () => void }[] = [];

export const window = {
  showInformationMessage: message('information'),
  showWarningMessage: message('warning'),
  showErrorMessage: message('error'),
  withProgress: async (
    { title }: Item,
    work: (progress: object, token: object) => Promise<unknown>,
  ): Promise<unknown> => {
    tell('progress title', title);
    return work({ report: (step: Item) => tell('progress message', step.message) }, {});
  },
  showQuickPick: async (items: readonly Item[], options: Item): Promise<unknown> => {
    for (const { label, description, detail } of items) {
      tell('quick pick label', label);
      tell('quick pick description', description);
      tell('quick pick detail', detail);
    }
    tell('quick pick title', options.title);
    tell('quick pick placeholder', options.placeHolder);
    return options.canPickMany === true ? items : items[0];
  },
  /** Everything is ticked and accepted as soon as nothing more is to come. */
  createQuickPick: () => {
    let accept: () => void = () => undefined;
    const pick = {
      items: [] as readonly Item[],
      buttons: [] as readonly Item[],
      selectedItems: [] as readonly Item[],
      activeItems: [] as readonly Item[],
      busy: false,
      title: undefined,
      placeholder: undefined,
      onDidAccept: (listener: () => void) => (accept = listener),
      onDidHide: () => undefined,
      onDidTriggerButton: () => undefined,
      onDidTriggerItemButton: () => undefined,
      show: () => {
        setImmediate(() => {
          if (pick.busy) {
            pick.show();
            return;
          }
          for (const { label, description, buttons } of pick.items) {
            tell('quick pick label', label);
            tell('quick pick description', description);
            for (const { tooltip } of (buttons ?? []) as readonly Item[])
              tell('quick pick button', tooltip);
          }
          for (const { tooltip } of pick.buttons) tell('quick pick button', tooltip);
          tell('quick pick title', pick.title);
          tell('quick pick placeholder', pick.placeholder);
          pick.selectedItems = pick.items;
          accept();
        });
      },
      dispose: () => undefined,
    };
    return pick;
  },
  showOpenDialog: async ({ title }: Item): Promise<Uri[] | undefined> => {
    tell('open dialog', title);
    const chosen = opened.splice(0).map((file) => Uri.parse(`file://${file}`));
    return chosen.length > 0 ? chosen : undefined;
  },
  showInputBox: async (options: Item): Promise<undefined> => {
    tell('input title', options.title);
    tell('input placeholder', options.placeHolder);
    tell('input complaint', (options.validateInput as (value: string) => unknown)('x'));
  },
  setStatusBarMessage: (text: string): void => tell('status', text),
  createStatusBarItem: () => ({
    set name(text: string) {
      tell('status name', text);
    },
    set tooltip(text: string) {
      tell('status tooltip', text);
    },
    set text(text: string) {
      tell('status', text);
    },
    show: () => undefined,
    hide: () => undefined,
    dispose: () => undefined,
  }),
  /** Once it is closed, nothing can be done with it any more. */
  createWebviewPanel: (_type: string, title: string) => {
    tell('tab', title);
    const gone: (() => void)[] = [];
    let isGone = false;
    const there = (): void => {
      if (isGone) throw new Error('Webview is disposed');
    };
    const panel = {
      set title(text: string) {
        there();
        tell('tab', text);
      },
      get webview() {
        there();
        return {
          cspSource: '',
          asWebviewUri: (uri: unknown) => uri,
          onDidReceiveMessage: () => ({ dispose: () => undefined }),
          postMessage: () => undefined,
        };
      },
      active: true,
      visible: true,
      onDidChangeViewState: () => ({ dispose: () => undefined }),
      onDidDispose: (listener: () => void) => {
        gone.push(listener);
        return { dispose: () => undefined };
      },
      reveal: () => {
        there();
        tell('revealed', title);
      },
      dispose: () => {
        if (isGone) return;
        isGone = true;
        for (const listener of gone) listener();
      },
    };
    panels.push(panel);
    return panel;
  },
  createOutputChannel: () => ({
    info: (text: string) => tell('log', text),
    warn: (text: string) => tell('log', text),
    error: (text: string) => tell('log', text),
    show: () => undefined,
    dispose: () => undefined,
  }),
};

export class ThemeIcon {
  constructor(readonly id: string) {}
}

/** Paths that the person chooses in the next dialog. */
export const opened: string[] = [];

/** Addresses as the tests need them. */
export class Uri {
  private constructor(private readonly url: URL) {}
  static parse(text: string, strict = false): Uri {
    if (strict && !URL.canParse(text)) throw new Error(`${text} has no scheme`);
    return new Uri(new URL(text));
  }
  static file(path: string): Uri {
    const url = new URL('file:');
    url.pathname = path;
    return new Uri(url);
  }
  static joinPath(base: Uri, ...parts: readonly string[]): Uri {
    return Uri.file(posix.join(base.path, ...parts));
  }
  get scheme(): string {
    return this.url.protocol.slice(0, -1);
  }
  get path(): string {
    return decodeURIComponent(this.url.pathname);
  }
  get fsPath(): string {
    return this.path;
  }
  with({
    scheme = this.scheme,
    query = '',
  }: {
    readonly scheme?: string;
    readonly query?: string;
  }): Uri {
    return new Uri(new URL(`${scheme}://${this.url.pathname}${query && `?${query}`}`));
  }
  toString(): string {
    return this.url.href;
  }
}

export const commands = {
  executeCommand: async (command: string, ...args: readonly unknown[]): Promise<void> =>
    tell(
      'command',
      [command, ...args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg)))].join(
        ' ',
      ),
    ),
};

export class RelativePattern {
  constructor(
    readonly base: Uri,
    readonly pattern: string,
  ) {}
}

type Listener = (file: Uri) => void;
/** What is watched, each folder's own entries; `happened` tells it as VS Code does. */
const watched: { readonly folder: string; readonly listeners: Map<string, Listener> }[] = [];
export const happened = (what: 'change' | 'create' | 'delete', path: string): void => {
  for (const { folder, listeners } of watched)
    if (path.slice(0, path.lastIndexOf('/')) === folder) listeners.get(what)?.(Uri.file(path));
};

/** Nothing is set. */
export const workspace = {
  createFileSystemWatcher: ({ base }: RelativePattern) => {
    const one = { folder: base.path, listeners: new Map<string, Listener>() };
    watched.push(one);
    const on = (what: string) => (listener: Listener) => {
      one.listeners.set(what, listener);
      return { dispose: () => one.listeners.delete(what) };
    };
    return {
      onDidChange: on('change'),
      onDidCreate: on('create'),
      onDidDelete: on('delete'),
      dispose: () => undefined,
    };
  },
  isTrusted: true,
  workspaceFolders: undefined,
  getWorkspaceFolder: (): undefined => undefined,
  getConfiguration: () => ({ get: (): undefined => undefined }),
  fs: {
    stat: async ({ fsPath }: Uri): Promise<{ mtime: number; size: number }> => {
      const { mtimeMs, size } = await stat(fsPath);
      return { mtime: mtimeMs, size };
    },
  },
};

/** `remoteName` is set where the window's files are on another machine. */
export const env: { remoteName: string | undefined } = { remoteName: undefined };

export const l10n = {
  t: (message: string, ...values: readonly (string | number)[]): string =>
    message.replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)])),
};

export const ProgressLocation = { Notification: 15, Window: 10 };
export const StatusBarAlignment = { Left: 1 };
export const ViewColumn = { Active: -1 };

/** Keeps Markdown apart from what is appended as code. */
export class MarkdownString {
  appendMarkdown(text: string): this {
    tell('Markdown', text);
    return this;
  }
  appendCodeblock(text: string): this {
    tell('Markdown code', text);
    return this;
  }
}

export class EventEmitter {
  private readonly listeners: ((value: unknown) => void)[] = [];
  readonly event = (listener: (value: unknown) => void): void => void this.listeners.push(listener);
  fire(value: unknown): void {
    tell('terminal', value);
    for (const listener of this.listeners) listener(value);
  }
}
