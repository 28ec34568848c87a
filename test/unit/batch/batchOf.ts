import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Batch, type BatchClient, type BatchRequest } from '../../../src/batch/batch';
import { parseRecipe } from '../../../src/batch/recipe';
import { RunRegistry } from '../../../src/batch/runs/runRegistry';
import type { Report } from '../../../src/batch/types';
import type { UpscaleCall } from '../../../src/client/engineClient';
import type { PictureFacts } from '../../../src/shared/engineProtocol';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import { judgeHere } from './judging';

const MODELS = path.resolve(__dirname, '../../../models');
const FACTS: PictureFacts = { ok: true, size: { width: 64, height: 64 }, frames: 1, border: 0 };

/** An engine for which every file is a picture. `upscaled` learns of each result once it is there. */
export function fakeClient(upscaled: (call: UpscaleCall) => void | Promise<void>): BatchClient {
  const client: Partial<BatchClient> = {
    inspect: async ({ inputs }) => inputs.map(() => FACTS),
    judge: (calls) => judgeHere(calls),
    models: async () => [],
    precision: async () => 'fp32',
    upscale: async (call) => {
      if (call.target.kind === 'file') {
        mkdirSync(path.dirname(call.target.path), { recursive: true });
        writeFileSync(call.target.path, `made of ${call.input}`);
      }
      await upscaled(call);
      const seconds = { inference: 0, total: 0 };
      return { width: 256, height: 256, notes: [], seconds, bytes: 3, device: 'cpu' } as never;
    },
  };
  return client as BatchClient;
}

/** The batch of a folder; with a recipe, its JSON, of all that lies there. `state`: the user's cache. */
export function batchOf(
  root: string,
  state: string,
  client: BatchClient,
  recipe?: string,
  part: Partial<BatchRequest> = {},
): Batch {
  return new Batch(
    {
      root,
      inputs: [root],
      exclude: [],
      respectGitignore: true,
      minimumSide: 8,
      settingsFor: () => DEFAULT_SETTINGS,
      stateFolder: path.join(state, 'batch'),
      device: 'auto',
      runs: new RunRegistry(path.join(state, 'runs')),
      place: 'window',
      modelFolders: [MODELS],
      ...(recipe === undefined
        ? {}
        : {
            recipe: { file: path.join(root, '.pisa-upscale.json'), value: parseRecipe(recipe) },
            lockFolder: root,
          }),
      ...part,
    },
    client,
  );
}

/** Plans a batch and makes what is ticked from the start. */
export async function runOf(batch: Batch): Promise<Report> {
  const plan = await batch.plan();
  const ids = plan.items.filter(({ selected }) => selected).map(({ id }) => id);
  return (await batch.start(plan, new Set(ids), () => undefined)).report;
}
