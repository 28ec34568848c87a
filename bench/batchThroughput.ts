/**
 * Images a second over a batch of 100 pictures of 64–512 pixels a side, against the bare inference
 * of the same pixels: how busy the session is kept. And the engine's memory after ten pictures and
 * at the end.
 *
 *   npm run bench:batch [-- --count 100] [-- --model ID]
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { RunRegistry } from '../src/batch/runs/runRegistry';
import { runsFolder } from '../src/batch/stateRoot';
import { Batch } from '../src/batch/batch';
import { EngineClient } from '../src/client/engineClient';
import { TiledModel } from '../src/engine/models/kinds/tiled';
import { ModelRegistry } from '../src/engine/models/registry';
import { openTileSession } from '../src/engine/runtime/session';
import { planningSize } from '../src/engine/upscale/runTiles';
import { DEFAULT_MODEL, DEFAULT_SETTINGS } from '../src/shared/settings';

const TARGET = 0.85;
const FLAT = 1.1;
const root = path.dirname(__dirname);
const modelFolders = [path.join(root, 'models'), path.join(root, 'test/fixtures/models')];

/** Sides between 64 and 512, the same on every run. */
function sizes(count: number): { width: number; height: number }[] {
  let state = 11;
  const side = (): number =>
    64 + (((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8) % 449);
  return Array.from({ length: count }, () => ({ width: side(), height: side() }));
}

/** Resident memory of a process in MB; undefined where there is no /proc. */
function residentMB(pid: number | undefined): number | undefined {
  try {
    return (
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1]) / 1024
    );
  } catch {
    return undefined;
  }
}

async function bareSeconds(
  id: string,
  pictures: readonly { width: number; height: number }[],
): Promise<number> {
  const model = await new ModelRegistry(modelFolders).find(id);
  if (!(model instanceof TiledModel)) throw new Error(`${id} is no tiled model.`);
  const session = await openTileSession(model.graph, 'cpu', model.manifest.branches);
  let seconds = 0;
  for (const size of pictures) {
    const { width, height } = planningSize(model.manifest, size);
    const image = new Float32Array(3 * width * height).fill(0.5);
    const start = performance.now();
    await session.run(image, width, height);
    seconds += (performance.now() - start) / 1000;
  }
  await session.release();
  return seconds;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '100' },
      model: { type: 'string', default: DEFAULT_MODEL },
    },
  });
  const pictures = sizes(Number(values.count));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-bench-'));
  const client = new EngineClient({
    entry: path.join(root, 'dist/engine.js'),
    modelFolders,
    store: path.join(folder, 'store'),
    idleSeconds: 600,
    log: () => undefined,
  });
  try {
    const source = path.join(folder, 'in');
    mkdirSync(source);
    for (const [i, { width, height }] of pictures.entries()) {
      const picture = sharp(path.join(root, 'media/samples/photo.jpg')).resize(width, height, {
        fit: 'cover',
      });
      await picture.toFile(path.join(source, `p${i}.${i % 2 === 0 ? 'png' : 'jpg'}`));
    }
    const bare = await bareSeconds(values.model, pictures);
    const settings = { ...DEFAULT_SETTINGS, model: values.model, namePattern: 'out/{name}.{ext}' };
    const batch = new Batch(
      {
        root: source,
        inputs: [source],
        exclude: [],
        respectGitignore: false,
        minimumSide: 8,
        settingsFor: () => settings,
        stateFolder: path.join(folder, 'state'),
        device: 'cpu',
        runs: new RunRegistry(runsFolder()),
        place: 'terminal',
        modelFolders,
      },
      client,
    );
    const plan = await batch.plan();
    let finished = 0;
    let early: number | undefined;
    const { report } = await batch.start(plan, new Set(plan.items.map(({ id }) => id)), (event) => {
      if (event.kind === 'finished' && ++finished === 10) early = residentMB(client.processId);
    });
    const { outcomes, seconds } = await report;
    const late = residentMB(client.processId);
    const failed = outcomes.filter(({ state }) => state !== 'done').length;
    const inference = outcomes.reduce((sum, outcome) => sum + outcome.inferenceSeconds, 0);
    const ratio = bare / seconds;
    const pixels = pictures.reduce((sum, { width, height }) => sum + width * height, 0);
    console.log(
      `${pictures.length} pictures, ${(pixels / 1e6).toFixed(1)} ` +
        `megapixels${failed === 0 ? '' : `, ${failed} FAILED`}`,
    );
    console.log(
      `bare inference ${bare.toFixed(1)} s · batch ${seconds.toFixed(1)} s (inference in ` +
        `it ${inference.toFixed(1)} s) · ${(pictures.length / seconds).toFixed(2)} images/s`,
    );
    console.log(
      `ratio ${ratio.toFixed(3)} (target ${TARGET}): ${ratio >= TARGET ? 'met' : 'missed'}`,
    );
    if (early !== undefined && late !== undefined)
      console.log(
        `engine's memory after 10 pictures ${early.toFixed(0)} MB, at the end ` +
          `${late.toFixed(0)} MB: ${(late / early).toFixed(2)} (target ${FLAT}): ` +
          (late / early <= FLAT ? 'met' : 'missed'),
      );
  } finally {
    await client.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
