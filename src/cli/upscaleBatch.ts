import path from 'node:path';
import { Batch } from '../batch/batch';
import type { HashMemory } from '../batch/hashMemory';
import { LOCK_NAME, mergeLocks } from '../batch/records';
import { RunBusyError, RunRegistry } from '../batch/runs/runRegistry';
import { scopeOf } from '../batch/runs/scope';
import { runsFolder, stateFolder, STATE_VARIABLE } from '../batch/stateRoot';
import type { BatchSettings } from '../batch/targets';
import type { OutputRecord, Plan } from '../batch/types';
import type { TurnNews } from '../batch/watch/watchLoop';
import type { EngineClient } from '../client/engineClient';
import { RpcError } from '../shared/rpc';
import { DEFAULT_SETTINGS } from '../shared/settings';
import type { BatchInputs } from './batchInputs';
import type { BatchOptions } from './batchOptions';
import { BatchProgress } from './batchProgress';
import {
  reportCheck,
  reportLeftAlone,
  reportOrphan,
  reportOutcome,
  reportPlan,
  reportSentence,
  summary,
} from './batchReports';
import { settingsFor, type UpscaleOptions } from './callSettings';
import { formatProblem } from './idleOptions';
import { CallError } from './callError';
import { reportFailure } from './output';
import { LongRunNote } from './longRunNote';
import { successOf, type Success } from './success';
import { print, printJson, tell } from './terminal';
import { busySentence, WaitProgress } from './waitProgress';

export type UpscaleBatchOptions = UpscaleOptions & BatchOptions;

/** Those that were written, which at least one of the results must honour. */
type Given = { readonly given?: ReadonlySet<string> };

/** Of a run that is one of many. */
export type Watching = {
  readonly hashes: HashMemory;
  readonly remembered: Map<string, OutputRecord>;
  readonly news: TurnNews;
  /** Something is about to be told. */
  readonly onNews: () => void;
};

/**
 * Upscales what lies in folders, matches globs, or is named by a recipe. Returns whether all is
 * well: nothing failed, or with `check` nothing is stale.
 */
export async function upscaleBatch(
  client: EngineClient,
  { root, outputRoot, inputs, typed, recipe }: BatchInputs,
  options: UpscaleBatchOptions & Given,
  modelFolders: readonly string[],
  signal: AbortSignal,
  watching?: Watching,
): Promise<Success> {
  try {
    if (options.mergeLock) return await mergeWhenFree(root, outputRoot, options, signal);
    const { shard } = options;
    if (shard?.from !== undefined)
      tell(`Shard ${shard.index} of ${shard.count}, from ${shard.from}.`);
    const settings = batchSettings(options);
    const batch = new Batch(
      {
        root,
        outputRoot,
        inputs,
        exclude: options.exclude,
        respectGitignore: options.gitignore,
        treeFrom: 'inputs',
        minimumSide: options.minSide,
        settingsFor: () => settings,
        stateFolder: stateFolder(root, outputRoot),
        ...(recipe ? { recipe, lockFolder: path.dirname(recipe.file) } : {}),
        ...(shard ? { shard: { index: shard.index, count: shard.count } } : {}),
        ...(options.force ? { force: true } : {}),
        ...(options.again ? { again: true } : {}),
        ...(options.skipExisting ? { keepExisting: true } : {}),
        ...(options.density === undefined ? {} : { density: options.density }),
        ...(watching ? { hashes: watching.hashes, remembered: watching.remembered } : {}),
        device: options.device,
        runs: new RunRegistry(runsFolder()),
        place: 'terminal',
        modelFolders,
        onOrphan: (orphan) => reportOrphan(orphan, options.json),
        onWarning: ({ message }) =>
          tell(
            `warning: ${message} The environment variable ${STATE_VARIABLE} names another folder.`,
          ),
      },
      client,
    );
    if (!options.check && !options.dryRun) await claim(batch, options, signal);
    try {
      return await planAndCarryOut(batch, typed, options, signal, watching);
    } finally {
      await batch.giveBack();
    }
  } catch (error) {
    if (signal.aborted) return false;
    if (!(error instanceof RunBusyError)) throw error;
    const message = await busySentence(error.other);
    reportFailure(
      new RpcError({ code: 'run-busy', message, hint: '--wait waits for it.' }),
      options.json,
    );
    return false;
  }
}

/** Others that are at the same folder are waited for where that was asked. */
async function claim(
  batch: Batch,
  { wait = false }: UpscaleBatchOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!wait) return batch.claim();
  const progress = new WaitProgress();
  await batch
    .claim({ signal, onWait: (other) => void progress.show(other) })
    .finally(() => progress.stop());
}

async function planAndCarryOut(
  batch: Batch,
  typed: BatchInputs['typed'],
  options: UpscaleBatchOptions & Given,
  signal: AbortSignal,
  watching: Watching | undefined,
): Promise<Success> {
  const found = await batch.plan(signal);
  const plan = { ...found, unmatched: found.unmatched.map((glob) => typed.get(glob) ?? glob) };
  const todo = plan.items.filter(({ status, selected }) => status === 'todo' && selected);
  const outputs = todo.map(({ output }) => output);
  const problem = formatProblem(options.given ?? new Set(), options, outputs);
  if (problem !== undefined) throw new CallError(problem);
  if (watching && !watching.news.isNews(plan, todo.length)) {
    await batch.tidy(plan);
    return true;
  }
  watching?.onNews();
  for (const note of plan.notes) tell(`note: ${note}`);
  if (options.check) return reportCheck(plan, options.json);
  if (options.dryRun) return reportPlan(plan, options.json);
  if (batch.unfinished)
    tell(
      `Going on with an interrupted run: ${Object.keys(batch.unfinished.records).length} ` +
        `of ${batch.unfinished.header.ids.length} are done.`,
    );
  return carryOut(batch, plan, options, signal);
}

function batchSettings(options: UpscaleBatchOptions): BatchSettings {
  // Whether a file is taken is the plan's business, and says nothing of how it looks.
  const { output = {}, asset = {}, ...settings } = settingsFor({ ...options, again: false });
  return {
    ...DEFAULT_SETTINGS,
    ...settings,
    namePattern: options.name,
    overwrite: options.overwrite ? 'overwrite' : 'skip',
    output,
    asset,
  };
}

/** A shard that is under way writes its lock anew after each picture: it must have ended. */
async function mergeWhenFree(
  root: string,
  outputRoot: string,
  { wait = false, json }: UpscaleBatchOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const runs = new RunRegistry(runsFolder());
  const request = {
    place: 'terminal',
    root,
    scope: await scopeOf({ root, outputRoot, inputs: [] }),
    stateFolder: stateFolder(root, outputRoot),
  } as const;
  const progress = new WaitProgress();
  const hold = wait
    ? await runs
        .enterWhenFree(request, { signal, onWait: (other) => void progress.show(other) })
        .finally(() => progress.stop())
    : await runs.enter(request);
  try {
    return await merge(root, outputRoot, json);
  } finally {
    await hold.giveBack();
  }
}

async function merge(root: string, outputRoot: string, json: boolean): Promise<boolean> {
  const { parts, outputs, missing } = await mergeLocks(root, outputRoot);
  if (missing.length > 0) {
    const error = new RpcError({
      code: 'shards-missing',
      message: `Shards ${missing.join(', ')} of ${parts + missing.length} are missing.`,
      hint: 'Run them, or collect their lock files here.',
    });
    reportFailure(error, json);
    return false;
  }
  if (json) printJson({ output: path.join(root, LOCK_NAME), outputs, shards: parts });
  else print(`${LOCK_NAME}  ${outputs} outputs from ${parts} shards`);
  return true;
}

async function carryOut(
  batch: Batch,
  plan: Plan,
  options: UpscaleBatchOptions,
  signal: AbortSignal,
): Promise<Success> {
  const chosen = plan.items.filter(({ status, selected }) => status === 'todo' && selected);
  const isComplete = reportLeftAlone(plan, options.json);
  if (chosen.length === 0) {
    await batch.tidy(plan);
    tell(`${summary(plan.items)}.`);
    return isComplete;
  }
  const progress = new BatchProgress(chosen);
  const note = new LongRunNote(() => progress.clear());
  const items = new Map(chosen.map((item) => [item.id, item]));
  const { run, report } = await batch.start(plan, new Set(chosen.map(({ id }) => id)), (event) => {
    progress.add(event);
    if (event.kind === 'progress') {
      const item = items.get(event.id);
      if (item?.settings) note.see(event.progress, path.basename(item.input), item.settings);
    }
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
  if (result.problem) reportFailure(result.problem, options.json);
  const unfinished = result.outcomes.filter(({ state }) => state !== 'done' && state !== 'skipped');
  if (!isComplete || result.cancelled || result.problem) return false;
  return successOf(unfinished.map(({ code }) => code));
}
