import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { codeOf, isMissing, specialKind, type UnreadableKind } from '../files/kinds';
import { otherPictureNamed } from '../shared/otherPictures';
import { isImageName } from '../shared/settings';
import { isBeingWritten } from '../shared/temporaryFiles';
import { liesIn } from '../files/paths';
import { named } from '../files/systemError';
import { RpcError } from '../shared/rpc';
import { globMatcher, globReach } from './glob/globMatcher';
import { IgnoreFiles, isIgnored, isIgnoreFile, type Rules } from './gitignore';
import { relativePath } from './paths';
import { unreadableFolder, type Unreadable } from './unreadable';
import { say } from '../shared/phrase';

/** Never entered, whatever a .gitignore says. */
export const ALWAYS_EXCLUDED = new Set(['.git', '.hg', '.svn', 'node_modules', 'bower_components']);
const GLOB = /[*?[\]{}!]/;
/** Deeper trees are made to keep programs busy. */
const MOST_LEVELS = 100;
/** Entries that are looked at before others may have their turn, signals among them. */
const ENTRIES_A_TURN = 500;

export type ScanOptions = {
  /** Absolute. */
  readonly root: string;
  /** Absolute files and folders, or globs relative to the root with "/". */
  readonly inputs: readonly string[];
  /** Globs relative to the root of what is left out, such as VS Code's `files.exclude`. */
  readonly exclude: readonly string[];
  readonly respectGitignore: boolean;
  readonly signal?: AbortSignal;
};

export type Scan = {
  /** Relative to the root, with "/", in order. */
  readonly pictures: readonly string[];
  /** Of kinds that hold pictures, but none that can be upscaled, by their names; in order. */
  readonly otherPictures: readonly string[];
  readonly otherFiles: number;
  /** Files that were named themselves, whatever their names and whether they are there. */
  readonly named: ReadonlySet<string>;
  /** Links that lead out of the root. */
  readonly outside: readonly string[];
  /** What has a picture's name and is no file, and what it is: "named pipe", "link to nothing". */
  readonly special: readonly { readonly input: string; readonly kind: UnreadableKind }[];
  /** Folders that can't be read, "." for the root, and links that can't be followed, with the reason. */
  readonly unreadable: readonly Unreadable[];
  /** What was left out that concerns no single picture. */
  readonly notes: readonly string[];
  /** Globs that no picture matches. */
  readonly unmatched: readonly string[];
};

export const isGlob = (text: string): boolean => GLOB.test(text);

/**
 * Finds the pictures in folders and by globs. Links to folders are not followed, so there are no
 * loops; a link to a file is, if that lies in the root. A file that is named itself is taken
 * whatever is excluded, and whatever it is called. Opens no picture. Rejects with `GlobError`, or when the signal aborts.
 */
export async function scan(options: ScanOptions): Promise<Scan> {
  const { root, inputs, respectGitignore, signal } = options;
  const ignoreFiles = new IgnoreFiles(signal);
  const finder = new Finder(options, await realpath(root).catch(() => root), ignoreFiles);
  const outer = respectGitignore ? await ignoreFiles.rulesAbove(root) : [];
  const unmatched: string[] = [];
  for (const input of inputs) {
    signal?.throwIfAborted();
    if (!path.isAbsolute(input)) {
      const accept = globMatcher([input], { dot: false });
      const reach = globReach([input], { dot: false });
      let matched = 0;
      await finder.walk(root, outer, {
        reach,
        accept: (relative) => {
          const fits = accept(relative);
          if (fits && isImageName(relative)) matched++;
          return fits;
        },
      });
      // What can't be read may hold a match.
      if (matched === 0 && !finder.unreadable.some((folder) => reach(folder)))
        unmatched.push(input);
      continue;
    }
    const info = await stat(input).catch(() => undefined);
    if (info?.isDirectory())
      await finder.walk(
        input,
        respectGitignore ? await ignoreFiles.rulesBetween(root, input, outer) : outer,
        EVERYTHING,
      );
    else await finder.takeNamed(input, info);
  }
  return { ...finder.result(ignoreFiles.notes), unmatched };
}

/** What of a tree is looked at: by relative paths of folders, and of files. */
type Wanted = {
  readonly reach: (folder: string) => boolean;
  readonly accept: (file: string) => boolean;
};
const EVERYTHING: Wanted = { reach: () => true, accept: () => true };

/** What a link is whose target can't be found; undefined where nobody can say. */
const deadLink = (error: unknown): UnreadableKind | undefined =>
  codeOf(error) === 'ELOOP' ? 'link to itself' : isMissing(error) ? 'link to nothing' : undefined;

export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether a path, or a folder that it lies in, matches one of the globs. */
export function excludedBy(globs: readonly string[]): (relative: string) => boolean {
  const matches = globMatcher(globs, { dot: true });
  return (relative) => {
    const names = relative.split('/');
    return names.some((_, index) => matches(names.slice(0, index + 1).join('/')));
  };
}

class Finder {
  private readonly found = new Set<string>();
  private readonly outside = new Set<string>();
  private readonly otherPictures = new Set<string>();
  private readonly others = new Set<string>();
  private readonly named = new Set<string>();
  private readonly special = new Map<string, UnreadableKind>();
  private readonly problems = new Map<string, RpcError>();
  private readonly notes = new Set<string>();
  private readonly isExcluded: (relative: string) => boolean;
  private looked = 0;

  constructor(
    private readonly options: ScanOptions,
    private readonly realRoot: string,
    private readonly ignoreFiles: IgnoreFiles,
  ) {
    this.isExcluded = globMatcher(options.exclude, { dot: true });
  }

  /** Folders that could not be read, among others. */
  get unreadable(): readonly string[] {
    return [...this.problems.keys()];
  }

  result(notes: readonly string[]): Omit<Scan, 'unmatched'> {
    return {
      pictures: [...this.found].sort(byName),
      otherPictures: [...this.otherPictures].filter((one) => !this.found.has(one)).sort(byName),
      otherFiles: [...this.others].filter((one) => !this.found.has(one)).length,
      named: this.named,
      outside: [...this.outside].sort(byName),
      special: [...this.special]
        .map(([input, kind]) => ({ input, kind }))
        .sort((a, b) => byName(a.input, b.input)),
      unreadable: [...this.problems]
        .map(([input, problem]) => ({ input, problem }))
        .sort((a, b) => byName(a.input, b.input)),
      notes: [...notes, ...this.notes],
    };
  }

  async walk(folder: string, rules: readonly Rules[], wanted: Wanted, level = 0): Promise<void> {
    if (level > MOST_LEVELS) {
      this.notes.add(say`Not searched: folders more than ${MOST_LEVELS} levels deep.`);
      return;
    }
    const entries = await this.entriesOf(folder);
    const own =
      this.options.respectGitignore && entries.some(({ name }) => isIgnoreFile(name))
        ? await this.ignoreFiles.rulesIn(folder)
        : undefined;
    const all = own ? [...rules, own] : rules;
    for (const entry of entries.sort((a, b) => byName(a.name, b.name))) {
      if (++this.looked % ENTRIES_A_TURN === 0) await turn();
      this.options.signal?.throwIfAborted();
      const file = path.join(folder, entry.name);
      const relative = relativePath(this.options.root, file);
      const isFolder = entry.isDirectory();
      if (
        (isFolder && ALWAYS_EXCLUDED.has(entry.name)) ||
        this.isExcluded(relative) ||
        isIgnored(all, file, isFolder)
      )
        continue;
      if (!isFolder) {
        if (wanted.accept(relative)) await this.take(file, relative, entry);
      } else if (wanted.reach(relative)) await this.walk(file, all, wanted, level + 1);
    }
  }

  /** A folder that is gone by now is empty; one that can't be read may hold anything. */
  private async entriesOf(folder: string): Promise<Dirent[]> {
    try {
      return await readdir(folder, { withFileTypes: true });
    } catch (error) {
      const relative = relativePath(this.options.root, folder) || '.';
      if (!isMissing(error)) this.problems.set(relative, unreadableFolder(folder, error));
      return [];
    }
  }

  /**
   * A file that a person named, which may be missing, of a kind that is left out elsewhere, or of no
   * picture's name: what it is its bytes say, as where it is named alone.
   */
  async takeNamed(file: string, info: Stats | undefined): Promise<void> {
    const relative = relativePath(this.options.root, file);
    this.named.add(relative);
    if (!liesIn(this.options.root, file)) this.outside.add(relative);
    else if (info) this.sort(relative, info);
    else this.found.add(relative);
  }

  private async take(file: string, relative: string, entry: Dirent): Promise<void> {
    // Of another run here, or of one that was killed: it takes its own away.
    if (entry.isFile() && isBeingWritten(entry.name)) return;
    if (!isImageName(entry.name)) {
      if (entry.isFile() && otherPictureNamed(entry.name)) this.otherPictures.add(relative);
      else this.others.add(relative);
      return;
    }
    if (entry.isFile()) {
      this.found.add(relative);
      return;
    }
    if (entry.isSymbolicLink()) {
      try {
        if (!liesIn(this.realRoot, await realpath(file))) {
          this.outside.add(relative);
          return;
        }
      } catch (error) {
        const kind = deadLink(error);
        if (kind !== undefined) this.special.set(relative, kind);
        else this.problems.set(relative, RpcError.from(named(error, file)));
        return;
      }
    }
    try {
      const info = await stat(file);
      // A link to a folder is no picture, whatever its name.
      if (!info.isDirectory()) this.sort(relative, info);
    } catch (error) {
      if (!isMissing(error)) this.problems.set(relative, RpcError.from(named(error, file)));
    }
  }

  private sort(relative: string, info: Stats): void {
    const kind = specialKind(info);
    if (kind !== undefined) this.special.set(relative, kind);
    else this.found.add(relative);
  }
}
