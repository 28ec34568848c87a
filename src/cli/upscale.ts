import type { EngineClient } from '../client/engineClient';
import { RecipeError } from '../batch/recipe';
import { RecordsError } from '../batch/records';
import { RpcError } from '../shared/rpc';
import { isBatch, readInputs } from './batchInputs';
import { colourFixNote } from './idleOptions';
import { lockProblem } from './lockProblem';
import { optionProblem, type Mode } from './optionModes';
import { CallError } from './callError';
import { errorObject } from './output';
import type { Success } from './success';
import { printJson, tell } from './terminal';
import { upscaleBatch, type UpscaleBatchOptions } from './upscaleBatch';
import { upscaleFiles } from './upscaleFiles';
import { watchBatch } from './watchBatch';

/**
 * The command `upscale`: finds out what it is about, refuses options that can't be honoured there,
 * and does it. Returns whether all succeeded.
 */
export async function upscale(
  client: EngineClient,
  files: readonly string[],
  options: UpscaleBatchOptions,
  given: ReadonlySet<string>,
  modelFolders: readonly string[],
  signal: AbortSignal,
): Promise<Success> {
  const refuse = (mode: Mode): boolean => {
    const problem = optionProblem(mode, given);
    if (problem !== undefined) reportCall(problem, options.json);
    return problem !== undefined;
  };
  const remark = async (): Promise<void> => {
    const note = await colourFixNote(client, options, given);
    if (note !== undefined) tell(`note: ${note}`);
  };
  try {
    if (!(await isBatch(files, options))) {
      if (refuse('files')) return false;
      await remark();
      return await upscaleFiles(client, files, options, given, signal);
    }
    const inputs = await readInputs(files, options, signal);
    const mode = options.mergeLock ? 'merge' : inputs.recipe ? 'recipe' : 'folders';
    if (refuse(mode)) return false;
    await remark();
    return options.watch
      ? await watchBatch(client, files, inputs, options, modelFolders, signal)
      : await upscaleBatch(client, inputs, { ...options, given }, modelFolders, signal);
  } catch (error) {
    const isOfCall =
      error instanceof RecipeError || error instanceof RecordsError || error instanceof CallError;
    if (!isOfCall) throw error;
    reportCall(
      error instanceof RecordsError ? lockProblem(error).message : error.message,
      options.json,
    );
    return false;
  }
}

/** Tells what is wrong with the call as a whole. */
function reportCall(message: string, json: boolean): void {
  if (json) printJson({ error: errorObject(new RpcError({ code: 'bad-setting', message })) });
  tell(`error: ${message}`);
}
