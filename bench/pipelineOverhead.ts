/**
 * End-to-end time of the pipeline over the bare session time for the same pixels, on a 512×512
 * picture: what decode, tiling, guidance, stitching and encode cost together. Both are measured in
 * this run, in alternation, by the same engine build.
 *
 *   npm run bench [-- --rounds 3] [-- --model ID]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { EngineClient } from '../src/client/engineClient';
import { TiledModel } from '../src/engine/models/kinds/tiled';
import { ModelRegistry } from '../src/engine/models/registry';
import { openTileSession } from '../src/engine/runtime/session';
import { DEFAULT_MODEL, DEFAULT_SETTINGS } from '../src/shared/settings';
import { mirroredIndices, tileInput } from '../src/engine/upscale/tileInput';

const SIDE = 512;
const TARGET = 1.1;
const root = path.dirname(__dirname);
const modelFolders = [path.join(root, 'models'), path.join(root, 'test/fixtures/models')];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      model: { type: 'string', default: DEFAULT_MODEL },
    },
  });
  const rounds = Number(values.rounds);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-bench-'));
  const client = new EngineClient({
    entry: path.join(root, 'dist/engine.js'),
    modelFolders,
    store: path.join(root, 'dist/no-store'),
    idleSeconds: 600,
    log: () => undefined,
  });
  try {
    const input = path.join(folder, 'photo.png');
    await sharp(path.join(root, 'media/samples/photo.jpg'))
      .resize(SIDE, SIDE, { fit: 'cover' })
      .png()
      .toFile(input);
    const pixels = await sharp(input).raw().toBuffer();
    const model = await new ModelRegistry(modelFolders).find(values.model);
    if (!(model instanceof TiledModel)) throw new Error(`${values.model} is no tiled model.`);
    const { graph, manifest } = model;
    const session = await openTileSession(graph, 'cpu', manifest.branches);
    const image = tileInput(
      pixels,
      SIDE,
      mirroredIndices(0, SIDE, SIDE),
      mirroredIndices(0, SIDE, SIDE),
    );

    const bare = async (): Promise<number> => {
      const start = performance.now();
      await session.run(image, SIDE, SIDE);
      return (performance.now() - start) / 1000;
    };
    const endToEnd = async (): Promise<{ total: number; inference: number }> => {
      const { scale, guidance, colourFix, format, quality, maxInputMegapixels, namePattern } =
        DEFAULT_SETTINGS;
      const start = performance.now();
      const result = await client.upscale({
        input,
        target: { kind: 'pattern', directory: folder, pattern: namePattern },
        model: values.model,
        device: 'cpu',
        scale,
        guidance,
        colourFix,
        format,
        quality,
        overwrite: 'overwrite',
        maxInputMegapixels,
      });
      return { total: (performance.now() - start) / 1000, inference: result.seconds.inference };
    };

    await bare();
    await endToEnd();
    const times: { bare: number; total: number; inference: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const one = { bare: await bare(), ...(await endToEnd()) };
      times.push(one);
      console.log(
        `round ${round + 1}: bare session ${one.bare.toFixed(2)} s, end to end ` +
          `${one.total.toFixed(2)} s (its own session time ${one.inference.toFixed(2)} s)`,
      );
    }
    await session.release();
    const median = (values_: number[]): number =>
      values_.sort((a, b) => a - b)[Math.floor(values_.length / 2)] ?? Number.NaN;
    const ratio = median(times.map((t) => t.total)) / median(times.map((t) => t.bare));
    const own = median(times.map((t) => t.total / t.inference));
    console.log(
      `\n${values.model}, ${SIDE}×${SIDE} → ` +
        `${SIDE * manifest.scale}×${SIDE * manifest.scale} PNG, CPU, ` +
        `${os.availableParallelism()} threads`,
    );
    console.log(
      `end to end / bare session: ${ratio.toFixed(3)} (target ≤ ${TARGET.toFixed(2)}); ` +
        `over its own session time: ${own.toFixed(3)}`,
    );
  } finally {
    await client.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
