import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readRecipe, RECIPE_NAME, RecipeError, type Recipe } from '../batch/recipe';
import { globProblem } from '../batch/glob/globMatcher';
import { relativePath } from '../batch/paths';
import { isGlob } from '../batch/scan';
import { liesIn } from '../files/paths';
import { codeOf, isMissing } from '../files/kinds';
import type { BatchOptions } from './batchOptions';
import { splitGlob } from './globText';
import { readOut } from './outPath';

/** Where the work is done, and by what rules. */
export type BatchInputs = {
  readonly root: string;
  readonly inputs: readonly string[];
  /** Globs, as they are sought → as they were typed. */
  readonly typed: ReadonlyMap<string, string>;
  readonly outputRoot: string;
  readonly recipe: { readonly file: string; readonly value: Recipe } | undefined;
};

/** A file, a folder or a glob that was named: where it begins, and what of it is a pattern. */
type Named = {
  readonly text: string;
  readonly base: string;
  /** The folder that it lies in, or is. */
  readonly folder: string;
  readonly glob?: string;
};

/**
 * Whether the arguments ask for more than single files: folders, globs, a recipe, or what only
 * batches have.
 */
export async function isBatch(files: readonly string[], options: BatchOptions): Promise<boolean> {
  if (files.length === 0 || typeof options.recipe === 'string') return true;
  if (options.check || options.shard || options.mergeLock || options.watch) return true;
  for (const file of files) {
    const info = await whatLiesAt(file);
    if (info === 'folder' || (info === 'nothing' && isGlob(file))) return true;
  }
  return false;
}

/** Finds the root of what was named and its recipe. Writes nothing. Throws `RecipeError`. */
export async function readInputs(
  files: readonly string[],
  options: BatchOptions & { readonly out?: string },
  signal: AbortSignal,
): Promise<BatchInputs> {
  const cwd = process.cwd();
  const ownRecipe = typeof options.recipe === 'string' ? path.resolve(options.recipe) : undefined;
  const recipeFile = ownRecipe ?? path.join(cwd, RECIPE_NAME);
  const value =
    options.recipe === false
      ? undefined
      : await readRecipe(recipeFile, { isNamed: ownRecipe !== undefined, signal });
  if (ownRecipe !== undefined && !value) throw new RecipeError(`${ownRecipe} does not exist.`);
  if (files.length === 0 && !value && !options.mergeLock)
    throw new RecipeError(`Name pictures, folders or globs; or write a recipe, ${RECIPE_NAME}.`);
  for (const glob of options.exclude) checkGlob(glob, '--exclude');
  const named = await Promise.all(files.map(readNamed));
  const bases = named.map(({ folder }) => folder);
  const root = value
    ? path.dirname(recipeFile)
    : bases.every((base) => liesIn(cwd, base))
      ? cwd
      : commonFolder(bases);
  const outside = named.find(({ base }) => !liesIn(root, base));
  if (outside)
    throw new RecipeError(
      `${outside.text} lies outside ${root}, the folder of the recipe. ` +
        'Use --no-recipe to go without it.',
    );
  return {
    root,
    typed: new Map(named.map((one) => [inputBelow(root, one), one.text])),
    inputs: named.length === 0 ? [root] : named.map((one) => inputBelow(root, one)),
    outputRoot: options.out === undefined ? root : (await readOut(options.out, true)).path,
    recipe: value ? { file: recipeFile, value } : undefined,
  };
}

/** What can't be looked at is there, perhaps, and so no glob; but no disk has names that are too long. */
const whatLiesAt = (file: string): Promise<'folder' | 'nothing' | 'other'> =>
  stat(file).then(
    (info) => (info.isDirectory() ? 'folder' : 'other'),
    (error: unknown) =>
      isMissing(error) || codeOf(error) === 'ENAMETOOLONG' ? 'nothing' : 'other',
  );

async function readNamed(text: string): Promise<Named> {
  const info = await whatLiesAt(text);
  if (info !== 'nothing' || !isGlob(text)) {
    const base = path.resolve(text);
    return { text, base, folder: info === 'folder' ? base : path.dirname(base) };
  }
  const { base, glob } = splitGlob(text);
  return { text, base, folder: base, glob: checkGlob(glob, 'the glob') };
}

/** As the scan takes it: an absolute path, or a glob relative to the root. */
function inputBelow(root: string, { base, glob }: Named): string {
  if (glob === undefined) return base;
  // What lies above the glob is meant as it is called.
  const prefix = relativePath(root, base).replace(/[\\*?[\]{}()!+@]/g, '\\$&');
  return path.posix.join(prefix, glob);
}

function checkGlob(glob: string, what: string): string {
  const problem = globProblem(glob);
  if (problem !== undefined)
    throw new RecipeError(`${what} "${glob.slice(0, 100)}" can't be used: it must be ${problem}.`);
  return glob;
}

/** The folder that holds all of these; a folder that is named alone holds itself. */
function commonFolder(files: readonly string[]): string {
  let [folder = process.cwd()] = files;
  while (!files.every((file) => liesIn(folder, file))) folder = path.dirname(folder);
  return folder;
}
