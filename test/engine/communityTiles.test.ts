import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { before, test } from 'node:test';
import { referenceTensors, writeSafetensors } from '../harness/networks';
import { CLI, largestDifference, pixelsOf, temporaryFolder, writePng } from './support';

const folder = temporaryFolder();
const picture = path.join(folder, 'picture.png');
before(() => writePng(picture, 144, 128));

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
  // These sum over the whole tile, or let its channels attend to each other.
  'dat-light-2x': 24,
  'rcan-4x': 80,
  'omnisr-4x': 100,
};

function run(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [CLI, '--store', path.join(folder, 'store'), ...args],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  return stdout;
}

async function upscaled(id: string, scale: number, ...options: readonly string[]): Promise<Buffer> {
  const output = path.join(folder, `${id}${options.join('')}.png`);
  const result = run(picture, '-m', id, '-s', String(scale), '-o', output, '--json', ...options);
  const { tiles } = JSON.parse(result) as { tiles: number };
  assert.equal(tiles > 1, options.length > 0, `${tiles} tiles`);
  return (await pixelsOf(output)).data;
}

for (const [name, levels] of Object.entries(LEVELS))
  test(`${name}: tiles differ from the whole by at most ${levels} levels`, async () => {
    const file = path.join(folder, `${name}.safetensors`);
    writeSafetensors(file, await referenceTensors(name));
    const { scale } = JSON.parse(run('models', 'add', file, '--yes', '--json')) as {
      scale: number;
    };
    const tiled = await upscaled(name, scale, '--tile', '48');
    const worst = largestDifference(tiled, await upscaled(name, scale));
    assert.ok(worst <= levels, `differs by ${worst}`);
  });
