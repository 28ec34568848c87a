import path from 'node:path';
import { liesIn } from '../files/paths';
import { fixedPart } from './glob/fixedPart';
import { globMatcher } from './glob/globMatcher';
import { relativePath } from './paths';
import type { Recipe, Rule } from './recipe';

/** Tells of a path the folder that something begins at; undefined where nothing names the path. */
export type BaseOf = (relative: string) => string | undefined;

/** The fixed part of the first glob that matches, and for each glob but once. */
export function baseOfGlobs(globs: readonly string[]): BaseOf {
  const matchers = globs.map((glob) => ({
    base: fixedPart(glob),
    matches: globMatcher([glob], { dot: true }),
  }));
  return (relative) => matchers.find(({ matches }) => matches(relative))?.base;
}

/** Where the tree of a picture begins, by the rule that it falls under. */
export function baseOfRules(): (rule: Rule, relative: string) => string {
  const known = new Map<Rule, BaseOf>();
  return (rule, relative) => {
    const baseOf = known.get(rule) ?? baseOfGlobs(rule.files);
    known.set(rule, baseOf);
    return baseOf(relative) ?? '';
  };
}

/**
 * Where the tree of a picture begins, by what was named: a folder, the fixed part of a glob, and of
 * a file its own folder. All relative to `root`; the first that names it decides.
 */
export function baseOfInputs(root: string, inputs: readonly string[]): BaseOf {
  const named = inputs.map((input): BaseOf => {
    if (!path.isAbsolute(input)) return baseOfGlobs([input]);
    const place = relativePath(root, input);
    const lies = folderMatcher(place);
    return (relative) =>
      relative === place ? path.posix.dirname(relative) : lies(relative) ? place : undefined;
  });
  return (relative) => {
    for (const baseOf of named) {
      const base = baseOf(relative);
      if (base !== undefined) return base === '.' ? '' : base;
    }
    return undefined;
  };
}

/** The folders that targets of a recipe have to themselves. */
export const ownFoldersOf = (
  { rules }: Recipe,
  ownFolder: (target: Rule['targets'][number]) => string | undefined,
): readonly string[] => [
  ...new Set(
    rules.flatMap(({ targets }) =>
      targets.flatMap((target) => {
        const folder = ownFolder(target);
        return folder === undefined ? [] : [folder];
      }),
    ),
  ),
];

/**
 * Whether a picture lies where results go, so that it is none to enlarge: below a folder of theirs,
 * unless what names the picture says so itself (`public/raw/**` beside results in `public`).
 */
export function resultFolderOf(
  picture: string,
  base: string,
  folders: readonly string[],
): string | undefined {
  return folders.find(
    (folder) => folderMatcher(folder)(picture) && base !== folder && !folderMatcher(folder)(base),
  );
}

/** Names that differ in case are one folder on many machines, and a recipe holds on all of them. */
function folderMatcher(folder: string): (relative: string) => boolean {
  if (folder === '') return () => true;
  const key = (text: string): string => text.normalize('NFC').toLowerCase();
  const start = `${key(folder)}/`;
  return (relative) => key(relative).startsWith(start);
}

/** The output root as a folder of results, where it lies below the root. */
export function outputRootFolder(root: string, outputRoot: string): readonly string[] {
  return outputRoot !== root && liesIn(root, outputRoot) ? [relativePath(root, outputRoot)] : [];
}
