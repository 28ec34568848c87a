import { stat } from 'node:fs/promises';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { readSmallTextIfAny } from '../files/readSmall';
import { liesIn } from '../files/paths';
import { named } from '../files/systemError';
import { GitCase } from './gitCase';
import { relativePath } from './paths';
import { wordsOf } from '../shared/rpc';
import { say } from '../shared/phrase';
import { byCount } from '../shared/locale';

/** A .gitignore and its folder. */
export type Rules = {
  readonly folder: string;
  readonly matcher: Ignore;
  /** "A" is "a" to them. */
  readonly ignoresCase: boolean;
};

/** Git takes the letters of ASCII for one another, and no others. */
const folded = (text: string): string =>
  text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

const NAME = '.gitignore';

/** Whether a name is that of a file with rules, as disks have it that take case for nothing. */
export const isIgnoreFile = (name: string): boolean => name.toLowerCase() === NAME;

const LIMIT = 2 ** 20;
/** Rules with more of them take a time that grows with a power of the path's length. */
const MOST_STARS = 3;
const MOST_LENGTH = 1000;

/**
 * Reads the files that say what Git ignores. One that can't be read, or a rule that would take for
 * ever, is left out and noted.
 */
export class IgnoreFiles {
  private readonly noted = new Set<string>();
  private readonly gitCase: GitCase;

  /** `platform`: as `process.platform`; that of this machine unless given. */
  constructor(
    private readonly signal: AbortSignal | undefined,
    platform?: NodeJS.Platform,
  ) {
    this.gitCase = new GitCase(
      (file) => this.textOf(file, true).catch(() => undefined),
      (folder) => exists(path.join(folder, '.git')),
      platform,
    );
  }

  /** What was left out, for a person to read. */
  get notes(): readonly string[] {
    return [...this.noted];
  }

  /** The rules of a folder's own file. Links are not followed, as Git does not. */
  async rulesIn(folder: string, name = NAME): Promise<Rules | undefined> {
    const file = path.join(folder, name);
    let text: string | undefined;
    try {
      text = await this.textOf(file, false);
    } catch (error) {
      this.signal?.throwIfAborted();
      this.noted.add(say`Not applied: ${wordsOf(named(error, file))}`);
    }
    if (text === undefined) return undefined;
    const ignoresCase = await this.gitCase.isIgnoredIn(folder);
    const lines = this.usable(text, file);
    const matcher = ignore({ ignorecase: false }).add(ignoresCase ? lines.map(folded) : lines);
    return { folder, matcher, ignoresCase };
  }

  private textOf(file: string, followLinks: boolean): Promise<string | undefined> {
    return readSmallTextIfAny(file, {
      limit: LIMIT,
      followLinks,
      ...(this.signal ? { signal: this.signal } : {}),
    });
  }

  /** The rules of the folders above, up to the repository's root; none outside a repository. */
  async rulesAbove(root: string): Promise<readonly Rules[]> {
    const folders = await foldersUpToRepository(root);
    if (folders.length === 0) return [];
    const rules: Rules[] = [];
    for (const folder of folders) {
      const own = folder === root ? undefined : await this.rulesIn(folder);
      if (own) rules.unshift(own);
    }
    const top = folders.at(-1) ?? root;
    const local = await this.rulesIn(top, path.join('.git', 'info', 'exclude'));
    return local ? [{ ...local, folder: top }, ...rules] : rules;
  }

  /** The rules of the folders from the root to one in it, behind the outer ones. */
  async rulesBetween(
    root: string,
    folder: string,
    outer: readonly Rules[],
  ): Promise<readonly Rules[]> {
    if (folder === root || !liesIn(root, folder)) return outer;
    const rules = [...outer];
    for (let at = root; at !== folder;) {
      const own = await this.rulesIn(at);
      if (own) rules.push(own);
      at = path.join(at, path.relative(at, folder).split(path.sep)[0] ?? '');
    }
    return rules;
  }

  private usable(text: string, file: string): string[] {
    const lines = text.split(/\r?\n/);
    const usable = lines.filter(
      (line) => line.length <= MOST_LENGTH && (line.match(/\*\*/g)?.length ?? 0) <= MOST_STARS,
    );
    if (usable.length < lines.length)
      this.noted.add(
        byCount(
          lines.length - usable.length,
          say`Not applied: ${lines.length - usable.length} rule of ${file} that is longer than ${MOST_LENGTH} characters or has more than ${MOST_STARS} "**".`,
          say`Not applied: ${lines.length - usable.length} rules of ${file} that are longer than ${MOST_LENGTH} characters or have more than ${MOST_STARS} "**".`,
        ),
      );
    return usable;
  }
}

/** From a folder up to the one that has a `.git`; empty when none has. */
async function foldersUpToRepository(root: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (let folder = root; ; folder = path.dirname(folder)) {
    folders.push(folder);
    if (await exists(path.join(folder, '.git'))) return folders;
    if (path.dirname(folder) === folder) return [];
  }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

/** The innermost rule that says anything decides. */
export function isIgnored(rules: readonly Rules[], file: string, isFolder: boolean): boolean {
  let ignored = false;
  for (const { folder, matcher, ignoresCase } of rules) {
    const name = `${relativePath(folder, file)}${isFolder ? '/' : ''}`;
    const result = matcher.test(ignoresCase ? folded(name) : name);
    if (result.ignored) ignored = true;
    else if (result.unignored) ignored = false;
  }
  return ignored;
}
