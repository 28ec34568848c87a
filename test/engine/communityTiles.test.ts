import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { EngineClient } from '../../src/client/engineClient';
import { referenceTensors, writeSafetensors } from '../harness/networks';
import { callFor, ENGINE, largestDifference, pixelsOf, temporaryFolder, writePng } from './support';

/**
 * Levels by which tiles of 48 pixels may differ from the whole picture, for each family; of random
 * networks, which see further than trained ones.
 */
const LEVELS: Readonly<Record<string, number>> = {
  // No pixel depends on what lies beyond their halo.
  'compact-4x': 0,
  'span-norm-4x': 0,
  'compact-1x': 0,
  // Measured halos.
  'esrgan-new-4x': 1,
  'cugan-2x': 2,
  'swinir-direct-2x': 4,
  'mosr-4x': 1,
  'realplksr-layernorm-2x': 2,
  // These sum over the whole tile, or let its channels attend to each other.
  'realplksr-4x': 180,
  'dat-light-2x': 24,
  'rcan-4x': 80,
  'omnisr-4x': 100,
};

const folder = temporaryFolder();
const models = path.join(folder, 'models');
const picture = path.join(folder, 'picture.png');
const wide = path.join(folder, 'wide.png');
/** Of these 48 pixels and their halo fill the other picture. */
const WIDE: ReadonlySet<string> = new Set(['mosr-4x', 'realplksr-layernorm-2x', 'realplksr-4x']);
let client: EngineClient;
let scales: ReadonlyMap<string, number>;

before(async () => {
  mkdirSync(models);
  await writePng(picture, 144, 128);
  await writePng(wide, 240, 64);
  for (const name of Object.keys(LEVELS))
    writeSafetensors(path.join(models, `${name}.safetensors`), await referenceTensors(name));
  client = new EngineClient({
    entry: ENGINE,
    modelFolders: [models],
    store: path.join(folder, 'store'),
    idleSeconds: 60,
    log: () => undefined,
  });
  scales = new Map((await client.models()).map(({ id, scale }) => [id, scale]));
});
after(() => client.dispose());

async function upscaled(model: string, tile?: number): Promise<Buffer> {
  const scale = scales.get(model);
  assert.ok(scale !== undefined, 'it is found without a manifest');
  const file = path.join(folder, `${model}-${tile ?? 'whole'}.png`);
  const { tiles } = await client.upscale(
    callFor(WIDE.has(model) ? wide : picture, {
      model,
      scale,
      target: { kind: 'file', path: file },
      ...(tile === undefined ? {} : { tile }),
    }),
  );
  assert.equal(tiles > 1, tile !== undefined, `${tiles} tiles`);
  return (await pixelsOf(file)).data;
}

for (const [name, levels] of Object.entries(LEVELS))
  test(`${name}: tiles differ from the whole by at most ${levels} levels`, async () => {
    const worst = largestDifference(await upscaled(name, 48), await upscaled(name));
    assert.ok(worst <= levels, `differs by ${worst}`);
  });
