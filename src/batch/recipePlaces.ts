import { checkNamePattern } from '../shared/naming';
import { outputPathProblem } from '../shared/outputNames';
import { globProblem } from './glob/globMatcher';
import type { Reader } from './recipeReader';
import { clause, phrase } from '../shared/phrase';
import { wordsOf } from '../shared/rpc';

/** A name pattern that can be used. */
export function namePattern(reader: Reader, value: unknown, at: string): string {
  const pattern = reader.text(value, at);
  try {
    checkNamePattern(pattern);
  } catch (error) {
    reader.fail(at, phrase`a pattern that can be used: ${clause(wordsOf(error))}`);
  }
  return pattern;
}

/** A folder for results inside the recipe's, without "./" before it and a slash behind it. */
export function insideFolder(reader: Reader, value: unknown, at: string): string {
  const text = reader.text(value, at);
  const folder = text.replace(/^(\.\/)+(?=.)/, '').replace(/\/$/, '');
  const problem = folder === '.' ? undefined : outputPathProblem(`${folder}/x.png`);
  if (/[{}*?]/.test(folder))
    reader.fail(at, phrase`a folder without {…}, * and ?: what differs goes into "output"`);
  if (problem !== undefined || folder === '~' || folder.startsWith('~/'))
    reader.fail(
      at,
      phrase`a folder inside that of the recipe, such as "public/img", without "..": ${clause(problem ?? phrase`"${folder}" stands for another place.`)}`,
    );
  return folder;
}

/** Globs stay inside the workspace. */
export function insideGlob(reader: Reader, value: unknown, at: string): string {
  const glob = reader.text(value, at).replaceAll('\\', '/').replace(/^\.\//, '');
  if (
    glob === '' ||
    glob.startsWith('/') ||
    /^[a-z]:/i.test(glob) ||
    glob.split('/').includes('..') ||
    glob.startsWith('~')
  )
    reader.fail(
      at,
      phrase`a glob inside the folder of the recipe, without ".." and not absolute, but it is "${glob}"`,
    );
  const problem = globProblem(glob);
  if (problem !== undefined) reader.fail(at, problem);
  return glob;
}
