import * as vscode from 'vscode';

/** What this extension needs of VS Code's Git extension (its API, version 1). */
export type Repository = {
  readonly rootUri: vscode.Uri;
  /** The content of a file at a commit. Rejects where there is none. */
  buffer(ref: string, path: string): Promise<Buffer>;
  getCommit(ref: string): Promise<Commit>;
  /** Commits that touched a file, the newest first. */
  log(options: { readonly path: string; readonly maxEntries: number }): Promise<readonly Commit[]>;
  /** What differs from HEAD, renamed files with what they were called before. */
  readonly renamed: ReadonlyMap<string, string>;
};

export type Commit = {
  readonly hash: string;
  readonly message: string;
  readonly authorName?: string;
  readonly authorDate?: Date;
};

/**
 * The repository that a file lies in; undefined where Git, or its extension, knows none: it isn't
 * installed, is switched off, or the workspace is not trusted.
 */
export async function repositoryOf(file: vscode.Uri): Promise<Repository | undefined> {
  const extension = vscode.extensions.getExtension<unknown>('vscode.git');
  if (!extension) return undefined;
  try {
    const api = call(await extension.activate(), 'getAPI', 1);
    const open = call(api, 'getRepository', file);
    const found =
      open ?? (await Promise.resolve(call(api, 'openRepository', vscode.Uri.joinPath(file, '..'))));
    return isRawRepository(found) ? guarded(found) : undefined;
  } catch {
    return undefined;
  }
}

type RawRepository = {
  readonly rootUri: vscode.Uri;
  readonly state: object;
} & Record<'buffer' | 'getCommit' | 'log', (...args: unknown[]) => Promise<unknown>>;

function guarded(raw: RawRepository): Repository {
  return {
    rootUri: raw.rootUri,
    async buffer(ref, path) {
      const content = await raw.buffer(ref, path);
      if (!(content instanceof Uint8Array)) throw new TypeError('Git returned no content.');
      return Buffer.from(content);
    },
    getCommit: async (ref) => commitFrom(await raw.getCommit(ref)),
    async log(options) {
      const commits = await raw.log(options);
      return Array.isArray(commits) ? commits.map(commitFrom) : [];
    },
    get renamed() {
      return renames(raw.state);
    },
  };
}

/** Files' paths now, and before they were renamed since HEAD. */
function renames(state: object): ReadonlyMap<string, string> {
  const changes = ['indexChanges', 'workingTreeChanges'].flatMap((name): unknown[] => {
    const list: unknown = Reflect.get(state, name);
    return Array.isArray(list) ? list : [];
  });
  return new Map(
    changes.flatMap((change) => {
      const [before, now] = [field(change, 'originalUri'), field(change, 'renameUri')];
      return before instanceof vscode.Uri && now instanceof vscode.Uri
        ? [[now.fsPath, before.fsPath] as const]
        : [];
    }),
  );
}

function commitFrom(value: unknown): Commit {
  const [hash, message] = [field(value, 'hash'), field(value, 'message')];
  if (typeof hash !== 'string' || typeof message !== 'string')
    throw new TypeError('Git returned no commit.');
  const [authorName, authorDate] = [field(value, 'authorName'), field(value, 'authorDate')];
  return {
    hash,
    message,
    ...(typeof authorName === 'string' ? { authorName } : {}),
    ...(authorDate instanceof Date ? { authorDate } : {}),
  };
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;

function call(value: unknown, name: string, ...args: unknown[]): unknown {
  const method = field(value, name);
  return typeof method === 'function' ? (Reflect.apply(method, value, args) as unknown) : undefined;
}

const isRawRepository = (value: unknown): value is RawRepository =>
  field(value, 'rootUri') instanceof vscode.Uri &&
  typeof field(value, 'state') === 'object' &&
  ['buffer', 'getCommit', 'log'].every((name) => typeof field(value, name) === 'function');
