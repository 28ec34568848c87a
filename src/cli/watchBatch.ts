import type { EngineClient } from '../client/engineClient';
import { HashMemory } from '../batch/hashMemory';
import type { OutputRecord } from '../batch/types';
import { watchedPlaces } from '../batch/watch/watchedPlaces';
import { TurnNews, watchLoop } from '../batch/watch/watchLoop';
import { readInputs, type BatchInputs } from './batchInputs';
import { lockProblem } from './lockProblem';
import { reportFailure } from './output';
import { tell } from './terminal';
import { upscaleBatch, type UpscaleBatchOptions } from './upscaleBatch';

/**
 * Upscales as `upscaleBatch` does, and again whenever sources, the recipe or a `.gitignore` change,
 * until the signal aborts. A recipe that can't be followed meanwhile is told, and waited for.
 */
export async function watchBatch(
  client: EngineClient,
  files: readonly string[],
  { root, inputs, recipe }: BatchInputs,
  options: UpscaleBatchOptions,
  modelFolders: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const hashes = new HashMemory();
  const remembered = new Map<string, OutputRecord>();
  const news = new TurnNews();
  let isTold = true;
  await watchLoop(
    {
      places: watchedPlaces(root, inputs, recipe?.file),
      turn: async () => {
        const now = await readInputs(files, options, signal);
        await upscaleBatch(client, now, { ...options, wait: true }, modelFolders, signal, {
          hashes,
          remembered,
          news,
          onNews: () => {
            tell('watch: looking at changes');
            isTold = true;
          },
        });
      },
      onWaiting: () => {
        if (isTold) tell(`watch: waiting for changes in ${root}, Ctrl+C ends`);
        isTold = false;
      },
      onError: (error) => {
        reportFailure(lockProblem(error), options.json);
        isTold = true;
      },
    },
    signal,
  );
  return true;
}
