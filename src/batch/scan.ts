import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { specialKind, type UnreadableKind } from '../files/kinds';
import { otherPictureNamed } from '../shared/otherPictures';
import { isImageName } from '../shared/settings';
import { isBeingWritten } from '../shared/temporaryFiles';
import { liesIn } from '../files/paths';
import { globMatcher } from './glob/globMatcher';
import { IgnoreFiles, isIgnored, type Rules } from './gitignore';
import { relativePath } from './paths';
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
  /** Links that lead out of the root. */
  readonly outside: readonly string[];
  /** What has a picture's name and is no file, and what it is: "named pipe", "link to nothing". */
  readonly special: readonly { readonly input: string; readonly kind: UnreadableKind }[];
  /** What was left out that concerns no single picture. */
  readonly notes: readonly string[];
  /** Globs that no picture matches. */
  readonly unmatched: readonly string[];
};

export const isGlob = (text: string): boolean => GLOB.test(text);

/**
 * Finds the pictures in folders and by globs. Links to folders are not followed, so there are no
 * loops; a link to a file is, if that lies in the root. A file that is named itself is taken
 * whatever is excluded. Opens no picture. Rejects with `GlobError`, or when the signal aborts.
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
      const matched = { count: 0 };
      await finder.walk(root, outer, (relative) => {
        const fits = accept(relative);
        if (fits && isImageName(relative)) matched.count++;
        return fits;
      });
      if (matched.count === 0) unmatched.push(input);
      continue;
    }
    const info = await stat(input).catch(() => undefined);
    if (info?.isDirectory())
      await finder.walk(
        input,
        respectGitignore ? await ignoreFiles.rulesBetween(root, input, outer) : outer,
        () => true,
      );
    else await finder.takeNamed(input, info);
  }
  return { ...finder.result(ignoreFiles.notes), unmatched };
}

/** What a link is whose target can't be found. */
const asDeadLink = (error: unknown): { readonly kind: UnreadableKind } => ({
  kind: (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'link to itself' : 'link to nothing',
});

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
  private readonly special = new Map<string, UnreadableKind>();
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

  result(notes: readonly string[]): Omit<Scan, 'unmatched'> {
    return {
      pictures: [...this.found].sort(byName),
      otherPictures: [...this.otherPictures].filter((one) => !this.found.has(one)).sort(byName),
      otherFiles: this.others.size,
      outside: [...this.outside].sort(byName),
      special: [...this.special]
        .map(([input, kind]) => ({ input, kind }))
        .sort((a, b) => byName(a.input, b.input)),
      notes: [...notes, ...this.notes],
    };
  }

  async walk(
    folder: string,
    rules: readonly Rules[],
    accept: (relative: string) => boolean,
    level = 0,
  ): Promise<void> {
    if (level > MOST_LEVELS) {
      this.notes.add(say`Not searched: folders more than ${MOST_LEVELS} levels deep.`);
      return;
    }
    const own = this.options.respectGitignore ? await this.ignoreFiles.rulesIn(folder) : undefined;
    const all = own ? [...rules, own] : rules;
    const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
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
      if (isFolder) await this.walk(file, all, accept, level + 1);
      else if (accept(relative)) await this.take(file, relative, entry);
    }
  }

  /** A file that a person named, which may be missing, or of a kind that is left out elsewhere. */
  async takeNamed(file: string, info: Stats | undefined): Promise<void> {
    const relative = relativePath(this.options.root, file);
    if (!liesIn(this.options.root, file)) this.outside.add(relative);
    else if (info) this.sort(file, relative, info);
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
      const target = await realpath(file).catch(asDeadLink);
      if (typeof target !== 'string') {
        this.special.set(relative, target.kind);
        return;
      }
      if (!liesIn(this.realRoot, target)) {
        this.outside.add(relative);
        return;
      }
    }
    const info = await stat(file).catch(() => undefined);
    // A link to a folder is no picture, whatever its name.
    if (info && !info.isDirectory()) this.sort(file, relative, info);
  }

  private sort(file: string, relative: string, info: Stats): void {
    const kind = specialKind(info);
    const name = path.basename(file);
    if (!isImageName(name) && !otherPictureNamed(name)) this.others.add(relative);
    else if (kind !== undefined) this.special.set(relative, kind);
    else this.found.add(relative);
  }
}
