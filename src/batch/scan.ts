import type { Dirent } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import picomatch from 'picomatch';
import { isImageName } from '../shared/settings';
import { liesIn, relativePath } from './paths';

/** Never entered, whatever a .gitignore says. */
const ALWAYS_EXCLUDED = new Set(['.git', '.hg', '.svn', 'node_modules', 'bower_components']);
const GLOB = /[*?[\]{}!]/;

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
  readonly otherFiles: number;
  /** Links that lead out of the root, or nowhere. */
  readonly outside: readonly string[];
};

export const isGlob = (text: string): boolean => GLOB.test(text);

/**
 * Finds the pictures in folders and by globs. Links to folders are not followed, so there are no
 * loops; a link to a file is, if that lies in the root. A file that is named itself is taken
 * whatever is excluded.
 */
export async function scan({
  root,
  inputs,
  exclude,
  respectGitignore,
  signal,
}: ScanOptions): Promise<Scan> {
  const found = new Set<string>();
  const outside = new Set<string>();
  const others = new Set<string>();
  const isExcluded = picomatch([...exclude], { dot: true });
  const realRoot = await realpath(root).catch(() => root);

  const take = async (file: string, isLink: boolean): Promise<void> => {
    const relative = relativePath(root, file);
    if (!isImageName(path.basename(file))) {
      others.add(relative);
      return;
    }
    if (isLink) {
      const target = await realpath(file).catch(() => undefined);
      if (target === undefined || !liesIn(realRoot, target)) {
        outside.add(relative);
        return;
      }
      if (!(await stat(file)).isFile()) return;
    }
    found.add(relative);
  };

  const walk = async (
    folder: string,
    rules: readonly Rules[],
    accept: (relative: string) => boolean,
  ): Promise<void> => {
    signal?.throwIfAborted();
    const own = respectGitignore ? await rulesIn(folder) : undefined;
    const all = own ? [...rules, own] : rules;
    const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = path.join(folder, entry.name);
      const relative = relativePath(root, file);
      const isFolder = entry.isDirectory();
      if (
        (isFolder && ALWAYS_EXCLUDED.has(entry.name)) ||
        isExcluded(relative) ||
        isIgnored(all, file, isFolder)
      )
        continue;
      if (isFolder) await walk(file, all, accept);
      else if ((entry.isFile() || entry.isSymbolicLink()) && accept(relative))
        await take(file, entry.isSymbolicLink());
    }
  };

  const outer = respectGitignore ? await rulesAbove(root) : [];
  for (const input of inputs) {
    if (!path.isAbsolute(input)) {
      const accept = picomatch(input.replace(/^\.\//, ''), { dot: false });
      await walk(root, outer, accept);
      continue;
    }
    const info = await stat(input).catch(() => undefined);
    if (info?.isDirectory())
      await walk(input, await rulesBetween(root, input, outer, respectGitignore), () => true);
    else if (liesIn(root, input)) await take(input, false);
    else outside.add(relativePath(root, input));
  }
  return {
    pictures: [...found].sort(byName),
    otherFiles: others.size,
    outside: [...outside].sort(byName),
  };
}

export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A .gitignore and its folder. */
type Rules = { readonly folder: string; readonly matcher: Ignore };

async function rulesIn(folder: string, file = '.gitignore'): Promise<Rules | undefined> {
  const text = await readFile(path.join(folder, file), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : { folder, matcher: ignore().add(text) };
}

/** The rules of the folders above, up to the repository's root. */
async function rulesAbove(root: string): Promise<readonly Rules[]> {
  const rules: Rules[] = [];
  for (let folder = root; ; folder = path.dirname(folder)) {
    if (folder !== root) {
      const own = await rulesIn(folder);
      if (own) rules.unshift(own);
    }
    if (
      await stat(path.join(folder, '.git')).then(
        () => true,
        () => false,
      )
    ) {
      const local = await rulesIn(folder, path.join('.git', 'info', 'exclude'));
      return local ? [local, ...rules] : rules;
    }
    // Outside a repository nobody's rules hold.
    if (path.dirname(folder) === folder) return [];
  }
}

async function rulesBetween(
  root: string,
  folder: string,
  outer: readonly Rules[],
  respect: boolean,
): Promise<readonly Rules[]> {
  if (!respect || folder === root || !liesIn(root, folder)) return outer;
  const rules = [...outer];
  for (let at = root; at !== folder;) {
    const own = await rulesIn(at);
    if (own) rules.push(own);
    at = path.join(at, path.relative(at, folder).split(path.sep)[0] ?? '');
  }
  return rules;
}

/** The innermost rule that says anything decides. */
function isIgnored(rules: readonly Rules[], file: string, isFolder: boolean): boolean {
  let ignored = false;
  for (const { folder, matcher } of rules) {
    const result = matcher.test(`${relativePath(folder, file)}${isFolder ? '/' : ''}`);
    if (result.ignored) ignored = true;
    else if (result.unignored) ignored = false;
  }
  return ignored;
}
