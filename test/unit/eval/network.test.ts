import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { enlargeBicubic } from '../../../eval/enlarge';
import { Network } from '../../../eval/network';
import { PixelFile } from '../../../src/engine/image/pixelFile';
import { EmbeddedModel } from '../../../src/engine/models/kinds/embedded';
import { openTileSession } from '../../../src/engine/runtime/session';
import { planWithCore } from '../../../src/engine/tiling/plan';
import { planningSize, runTiles } from '../../../src/engine/upscale/runTiles';
import { temporaryFolder } from './folder';
import { writeTwoBranchModel } from './models';
import { generatedPicture } from './pictures';

/** The test model's residuals are small; so much of them is well seen. */
const GUIDANCE = { pixel: 40, semantic: 60 };
/** Not a multiple of what the model wants. */
const PICTURE = generatedPicture(70, 50);

test('a picture in one tile comes out as from the engine with many tiles', async () => {
  const folder = temporaryFolder();
  const model = await writeTwoBranchModel(folder, 'two-branch-4x');
  const network = await Network.open(model);
  const actual = (await network.run(PICTURE)).blend(GUIDANCE);
  await network.release();

  const { manifest } = model;
  const rgb = await PixelFile.create(path.join(folder, 'rgb.tif'), {
    width: 70,
    height: 50,
    bands: 3,
  });
  await rgb.writeRows(0, PICTURE.data);
  const output = await PixelFile.create(path.join(folder, 'output.tif'), {
    width: 280,
    height: 200,
    bands: 3,
  });
  const plan = planWithCore(planningSize(manifest, PICTURE), 24, {
    halo: manifest.halo,
    multipleOf: manifest.sizeRule.multipleOf,
  });
  assert.ok(plan.columns.length > 1 && plan.rows.length > 1);
  const session = await openTileSession(model.graph, 'cpu', manifest.branches);
  await runTiles({
    manifest,
    plan,
    session,
    guidance: GUIDANCE,
    rgb,
    alpha: undefined,
    output,
    signal: new AbortController().signal,
    onTile: () => undefined,
  });
  const expected = await output.rows(0, 200);
  await Promise.all([session.release(), rgb.close(), output.close()]);

  assert.deepEqual([actual.width, actual.height], [280, 200]);
  assert.ok(largestDifference(actual.data, expected) <= 1);
});

test('without guidance the base is left: bicubic', async () => {
  const model = await writeTwoBranchModel(temporaryFolder(), 'two-branch-4x');
  const network = await Network.open(model);
  const { blend } = await network.run(PICTURE);
  await network.release();
  const base = enlargeBicubic(PICTURE);
  const inner = (data: Uint8Array): Uint8Array => data.filter((_, i) => inside(Math.floor(i / 3)));
  assert.ok(largestDifference(inner(blend({ pixel: 0, semantic: 0 }).data), inner(base.data)) <= 1);
  const pixelOnly = blend({ ...GUIDANCE, semantic: 0 }).data;
  assert.ok(largestDifference(inner(pixelOnly), inner(base.data)) > 10);
  assert.ok(largestDifference(pixelOnly, blend(GUIDANCE).data) > 10);
});

test('a picture that needs several tiles is refused', async () => {
  const model = await writeTwoBranchModel(temporaryFolder(), 'two-branch-4x');
  const small = new EmbeddedModel({ ...model.manifest, tilePixels: 4000 }, model.folder);
  const network = await Network.open(small);
  await assert.rejects(network.run(PICTURE), /70×50 does not fit into one tile/);
  await network.release();
});

/**
 * The model's base mirrors the picture at its edges where the base of the metrics leaves pixels
 * out.
 */
const inside = (pixel: number): boolean =>
  pixel % 280 >= 12 && pixel % 280 < 268 && pixel >= 280 * 12 && pixel < 280 * 188;

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? 0))), 0);
}
