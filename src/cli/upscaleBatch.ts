import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import envPaths from 'env-paths';
import { Batch } from '../batch/batch';
import { globProblem } from '../batch/glob/globMatcher';
import { liesIn } from '../files/paths';
import { readRecipe, RECIPE_NAME, RecipeError, type Recipe } from '../batch/recipe';
import { LOCK_NAME, mergeLocks, RecordsError } from '../batch/records';
import { isGlob } from '../batch/scan';
import type { Outcome, Plan, PlanItem, Reason, Report } from '../batch/types';
import type { EngineClient } from '../client/engineClient';
import type { BatchSettings } from '../batch/targets';
import { DEFAULT_SETTINGS } from '../shared/settings';
import type { BatchOptions } from './batchOptions';
import { BatchProgress } from './batchProgress';
import { print, printJson, tell } from './terminal';
import { callFor, type UpscaleOptions } from './upscaleFiles';

/** What `--check` does not let pass: nobody can say that these are up to date. */
const UNFIT: readonly Reason[] = ['collision', 'outside', 'not-readable'];
/** Reasons that need no word: they hold for most files of a folder. */
const EXPECTED: readonly Reason[] = ['up-to-date', 'density', 'previous-output', 'no-rule'];

export type UpscaleBatchOptions = UpscaleOptions & BatchOptions;

/** Where the work is done, and by what rules. */
type Place = {
  readonly root: string;
  readonly inputs: readonly string[];
  readonly outputRoot: string;
  readonly recipe: { readonly file: string; readonly value: Recipe } | undefined;
};

/**
 * Whether the arguments ask for more than single files: folders, globs, a recipe, or what only
 * batches have.
 */
export async function isBatch(
  files: readonly string[],
  options: UpscaleBatchOptions,
): Promise<boolean> {
  if (
    files.length === 0 ||
    typeof options.recipe === 'string' ||
    options.check ||
    options.shard ||
    options.mergeLock ||
    options.dryRun
  )
    return true;
  for (const file of files) {
    const info = await stat(file).catch(() => undefined);
    if (info?.isDirectory() || (!info && isGlob(file))) return true;
  }
  return false;
}

/**
 * Upscales what lies in folders, matches globs, or is named by a recipe. Returns whether all is
 * well: nothing failed, or with `check` nothing is stale.
 */
export async function upscaleBatch(
  client: EngineClient,
  files: readonly string[],
  options: UpscaleBatchOptions,
  modelFolders: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const place = await placeFor(files, options, signal);
    if (options.mergeLock) return await merge(place);
    const { root, outputRoot, inputs, recipe } = place;
    const settings = settingsFrom(options);
    const batch = new Batch(
      {
        root,
        outputRoot,
        inputs,
        exclude: options.exclude,
        respectGitignore: options.gitignore,
        minimumSide: options.minSide,
        settingsFor: () => settings,
        stateFolder: stateFolder(root, outputRoot),
        ...(recipe ? { recipe, lockFolder: path.dirname(recipe.file) } : {}),
        ...(options.shard ? { shard: options.shard } : {}),
        ...(options.force ? { force: true } : {}),
        device: options.device,
        modelFolders,
      },
      client,
    );
    const plan = await batch.plan(signal);
    for (const note of plan.notes) tell(`note: ${note}`);
    if (options.check) return reportCheck(plan, options.json);
    if (options.dryRun) {
      reportPlan(plan, options.json);
      return true;
    }
    if (batch.unfinished)
      tell(
        `Going on with an interrupted run: ${Object.keys(batch.unfinished.records).length} ` +
          `of ${batch.unfinished.header.ids.length} are done.`,
      );
    return await carryOut(batch, plan, options, signal);
  } catch (error) {
    if (signal.aborted) return false;
    if (!(error instanceof RecipeError) && !(error instanceof RecordsError)) throw error;
    tell(error.message);
    return false;
  }
}

async function placeFor(
  files: readonly string[],
  options: UpscaleBatchOptions,
  signal: AbortSignal,
): Promise<Place> {
  const cwd = process.cwd();
  const named = typeof options.recipe === 'string' ? path.resolve(options.recipe) : undefined;
  const recipeFile = named ?? path.join(cwd, RECIPE_NAME);
  const value =
    options.recipe === false
      ? undefined
      : await readRecipe(recipeFile, { isNamed: named !== undefined, signal });
  if (named !== undefined && !value) throw new RecipeError(`${named} does not exist.`);
  if (files.length === 0 && !value && !options.mergeLock)
    throw new RecipeError(`Name pictures, folders or globs; or write a recipe, ${RECIPE_NAME}.`);
  for (const glob of options.exclude) checkGlob(glob, '--exclude');
  const inputs = await Promise.all(
    files.map(async (file) =>
      (await stat(file).catch(() => undefined)) || !isGlob(file)
        ? path.resolve(file)
        : checkGlob(file.replaceAll('\\', '/'), 'the glob'),
    ),
  );
  const absolute = inputs.filter((input) => path.isAbsolute(input));
  const root = value
    ? path.dirname(recipeFile)
    : absolute.every((input) => liesIn(cwd, input))
      ? cwd
      : commonFolder([...absolute, ...(absolute.length < inputs.length ? [cwd] : [])]);
  if (value && options.out !== undefined)
    throw new RecipeError(
      'The recipe says where outputs go, so there is no --out. Use --no-recipe to go without it.',
    );
  const outputRoot = options.out === undefined ? root : path.resolve(options.out);
  if (options.out !== undefined) await mkdir(outputRoot, { recursive: true });
  return {
    root,
    inputs: inputs.length === 0 ? [root] : inputs,
    outputRoot,
    recipe: value ? { file: recipeFile, value } : undefined,
  };
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

/** Journals and the records of folders without a recipe are no part of a repository. */
function stateFolder(root: string, outputRoot: string): string {
  const key = createHash('sha256').update(`${root}\0${outputRoot}`).digest('hex').slice(0, 24);
  return path.join(
    process.env.PISA_UPSCALE_STATE ?? envPaths('pisa-upscale', { suffix: '' }).cache,
    'batches',
    key,
  );
}

function settingsFrom(options: UpscaleBatchOptions): BatchSettings {
  const {
    model,
    device,
    scale,
    guidance,
    colourFix,
    format,
    quality,
    output,
    asset,
    size,
    notBeyond,
  } = callFor('', 1, options);
  return {
    ...DEFAULT_SETTINGS,
    model,
    device,
    scale,
    guidance,
    colourFix,
    format,
    quality,
    namePattern: options.name,
    overwrite: options.overwrite ? 'overwrite' : 'skip',
    maxInputMegapixels: options.maxMegapixels,
    maxOutputMegapixels: options.maxOutputMegapixels,
    maxFrames: options.maxFrames,
    output: output ?? {},
    asset: asset ?? {},
    ...(size ? { size } : {}),
    ...(notBeyond ? { notBeyond } : {}),
  };
}

async function merge({ root }: Place): Promise<boolean> {
  const { parts, outputs, missing } = await mergeLocks(root);
  if (missing.length > 0) {
    tell(
      `Shards ${missing.join(', ')} of ${parts + missing.length} are missing. Run them, or ` +
        'collect their lock files here.',
    );
    return false;
  }
  print(`${LOCK_NAME}  ${outputs} outputs from ${parts} shards`);
  return true;
}

/** In CI: says what would have to be made again. */
function reportCheck({ items, orphans, leftovers = [] }: Plan, json: boolean): boolean {
  const stale = items.filter(({ status }) => status === 'todo');
  const wrong = items.filter(({ reason }) => reason !== undefined && UNFIT.includes(reason));
  const unmade = leftovers.filter((output) => !orphans.includes(output));
  if (json) for (const item of [...stale, ...wrong]) printJson(planLine(item));
  else {
    for (const { output, input, reason } of stale)
      print(
        `stale  ${output}  (${reason === 'hand-edited' ? 'changed by hand' : `from ${input}`})`,
      );
    for (const output of orphans) print(`orphan  ${output}  (its source is gone)`);
    for (const output of unmade) print(`leftover  ${output}  (no rule makes it any more)`);
    for (const { input, message } of wrong) print(`wrong  ${input}  ${message ?? ''}`);
  }
  const upToDate = items.filter(({ status }) => status === 'done').length;
  const isFine = stale.length + wrong.length + orphans.length + unmade.length === 0;
  tell(
    isFine
      ? `${upToDate} outputs are up to date.`
      : `${stale.length} outputs are stale, ${orphans.length} have no source any more, ` +
          (unmade.length === 0 ? '' : `${unmade.length} no rule any more, `) +
          `${wrong.length} can’t be made or judged; ${upToDate} are up to date.`,
  );
  return isFine;
}

const planLine = ({
  input,
  output,
  status,
  selected,
  reason,
  message,
  size,
  outputSize,
}: PlanItem): object => ({
  input,
  ...(output === '' ? {} : { output }),
  status,
  selected,
  reason,
  message,
  size,
  outputSize,
});

function reportPlan({ items, otherFiles }: Plan, json: boolean): void {
  if (json) {
    for (const item of items) printJson(planLine(item));
    return;
  }
  for (const { input, output, status, selected, outputSize, message } of items) {
    print(
      status === 'todo' && selected
        ? `todo  ${input} → ${output}  ${outputSize?.width ?? 0}×${outputSize?.height ?? 0}`
        : `${status === 'done' ? 'done' : 'skip'}  ${input}  ${message ?? ''}`,
    );
  }
  tell(`${summary(items)}${otherFiles === 0 ? '' : `, ${otherFiles} other files`}`);
}

function summary(items: readonly PlanItem[]): string {
  const todo = items.filter(({ status, selected }) => status === 'todo' && selected).length;
  const done = items.filter(({ status }) => status === 'done').length;
  // What earlier batches made is no input, so there is nothing to say of it.
  const others = items.filter(({ reason }) => reason === 'previous-output').length;
  return `${todo} to do, ${done} up to date, ${items.length - todo - done - others} left alone`;
}

async function carryOut(
  batch: Batch,
  plan: Plan,
  options: UpscaleBatchOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const chosen = plan.items.filter(({ status, selected }) => status === 'todo' && selected);
  if (!options.json) {
    for (const { input, reason, message } of plan.items)
      if (reason !== undefined && !EXPECTED.includes(reason))
        tell(
          `left alone: ${input}  ` +
            `${message ?? ''}${reason === 'hand-edited' || reason === 'exists' ? ' --force replaces it.' : ''}`,
        );
  }
  if (chosen.length === 0) {
    await batch.tidy(plan);
    tell(`${summary(plan.items)}.`);
    return true;
  }
  const progress = new BatchProgress(chosen);
  const { run, report } = await batch.start(plan, new Set(chosen.map(({ id }) => id)), (event) => {
    progress.add(event);
    if (event.kind !== 'finished') return;
    progress.clear();
    reportOutcome(event.outcome, plan, options.json);
  });
  const cancel = (): void => run.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const result = await report.finally(() => progress.stop());
  tell(
    `${reportSentence(result)}; ` +
      `${summary(plan.items.filter(({ status, selected }) => status !== 'todo' || !selected)).replace('0 to do, ', '')}.`,
  );
  return (
    !result.cancelled &&
    result.outcomes.every(({ state }) => state === 'done' || state === 'skipped')
  );
}

function reportOutcome(outcome: Outcome, { root, outputRoot }: Plan, json: boolean): void {
  const { input, output, state, message, hint, notes, seconds, size, bytes } = outcome;
  if (json) {
    const error =
      state === 'failed' ? { error: { message, ...(hint === undefined ? {} : { hint }) } } : {};
    printJson({
      input: path.join(root, input),
      output: path.join(outputRoot, output),
      state,
      ...size,
      bytes,
      seconds,
      notes,
      ...error,
    });
  } else if (state === 'done') {
    print(`${output}  ${size?.width ?? 0}×${size?.height ?? 0}  ${seconds.toFixed(1)} s`);
    for (const note of notes) tell(`  note: ${note}`);
  } else if (state === 'failed')
    tell(`${input}: ${message ?? ''}${hint === undefined ? '' : ` ${hint}`}`);
}

function reportSentence({ outcomes, seconds, cancelled }: Report): string {
  const count = (state: Outcome['state']): number =>
    outcomes.filter((outcome) => outcome.state === state).length;
  const failed = count('failed');
  return (
    `${cancelled ? 'Cancelled: ' : ''}${count('done')} upscaled in ` +
    `${seconds.toFixed(1)} s${failed === 0 ? '' : `, ${failed} failed`}`
  );
}
