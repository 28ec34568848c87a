import { checkNamePattern } from '../shared/naming';
import { outputPathProblem } from '../shared/outputNames';
import { globProblem } from './glob/globMatcher';
import type { Reader } from './recipeReader';
import { inWords } from '../shared/phrase';

/** A name pattern that can be used. */
export function namePattern(reader: Reader, value: unknown, at: string): string {
  const pattern = reader.text(value, at);
  try {
    checkNamePattern(pattern);
  } catch (error) {
    reader.fail(
      at,
      `a pattern that can be used: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return pattern;
}

/** A folder for results inside the recipe's, without "./" before it and a slash behind it. */
export function insideFolder(reader: Reader, value: unknown, at: string): string {
  const text = reader.text(value, at);
  const folder = text.replace(/^(\.\/)+(?=.)/, '').replace(/\/$/, '');
  const problem = folder === '.' ? undefined : outputPathProblem(`${folder}/x.png`);
  if (/[{}*?]/.test(folder))
    reader.fail(at, 'a folder without {…}, * and ?: what differs goes into "output"');
  if (problem !== undefined || folder === '~' || folder.startsWith('~/'))
    reader.fail(
      at,
      `a folder inside that of the recipe, such as "public/img", without "..": ${problem === undefined ? `“${folder}” stands for another place.` : inWords(problem)}`.replace(
        /\.$/,
        '',
      ),
    );
  return folder;
}

/** Globs stay inside the workspace. */
export function insideGlob(reader: Reader, value: unknown, at: string): string {
  const glob = reader.text(value, at).replaceAll('\\', '/').replace(/^\.\//, '');
  if (
    glob.startsWith('/') ||
    /^[a-z]:/i.test(glob) ||
    glob.split('/').includes('..') ||
    glob.startsWith('~')
  )
    reader.fail(
      at,
      `a glob inside the folder of the recipe, without ".." and not absolute, but it is "${glob}"`,
    );
  const problem = globProblem(glob);
  if (problem !== undefined) reader.fail(at, problem);
  return glob;
}
