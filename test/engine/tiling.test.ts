import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { Size } from '../../src/shared/geometry';
import type { TiledModel } from '../../src/engine/models/kinds/tiled';
import { openTileSession, type TileLayers } from '../../src/engine/runtime/session';
import { planTiles, planWithCore, type TilePlan } from '../../src/engine/tiling/plan';
import { mirroredIndices, tileInput } from '../../src/engine/upscale/tileInput';
import { keptPart, planningSize } from '../../src/engine/upscale/runTiles';
import { EMBEDDED_MODELS, TEST_MODELS, testPixels, tiledModel } from './support';

const PICTURE = { width: 250, height: 167 };
/** Enough for some tiles of a network of many layers. */
const SMALL = { width: 170, height: 121 };

/**
 * Runs a plan and stitches the float layers: what the pipeline does, before it rounds to 8 bits.
 */
async function stitched(
  { manifest, graph }: TiledModel,
  plan: TilePlan,
  { width, height }: Size = PICTURE,
): Promise<{ [layer: string]: Float32Array }> {
  const session = await openTileSession(graph, 'cpu', manifest.branches);
  const source = testPixels(width, height);
  const { scale, margin } = manifest;
  const result: { [layer: string]: Float32Array } = {};
  for (const row of plan.rows) {
    for (const column of plan.columns) {
      const image = tileInput(
        source,
        width,
        mirroredIndices(column.start - margin, plan.tile.width, width),
        mirroredIndices(row.start - margin, plan.tile.height, height),
      );
      const [kx, ky] = [keptPart(column, margin, width), keptPart(row, margin, height)];
      const layers: TileLayers = await session.run(image, plan.tile.width, plan.tile.height);
      for (const [name, layer] of Object.entries<Float32Array>(layers)) {
        const whole = (result[name] ??= new Float32Array(3 * width * height * scale * scale));
        for (let channel = 0; channel < 3; channel++) {
          for (let y = 0; y < ky.length * scale; y++) {
            const from =
              (channel * plan.tile.height * scale + y + ky.inTile * scale) *
                plan.tile.width *
                scale +
              kx.inTile * scale;
            const to =
              (channel * height * scale + y + ky.inPicture * scale) * width * scale +
              kx.inPicture * scale;
            whole.set(layer.subarray(from, from + kx.length * scale), to);
          }
        }
      }
    }
  }
  await session.release();
  return result;
}

function difference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

const ruleOf = ({ manifest }: TiledModel): { halo: number; multipleOf: number } => ({
  halo: manifest.halo,
  multipleOf: manifest.sizeRule.multipleOf,
});

test('two-branch test model: tiles of many sizes equal the untiled run (≤ 1e-4)', async () => {
  const model = await tiledModel(TEST_MODELS, 'two-branch-4x');
  const size = planningSize(model.manifest, PICTURE);
  const untiled = await stitched(model, planWithCore(size, 4096, ruleOf(model)));
  for (const core of [16, 37, 64, 101, 128, 167, 249]) {
    const plan = planWithCore(size, core, ruleOf(model));
    const tiled = await stitched(model, plan);
    for (const [name, layer] of Object.entries(untiled)) {
      const d = difference(layer, tiled[name]!);
      assert.ok(d <= 1e-4, `core ${core}, ${name}: ${d}`);
    }
  }
});

test('a halo that is too small shows: the comparison can fail', async () => {
  const model = await tiledModel(TEST_MODELS, 'two-branch-4x');
  const size = planningSize(model.manifest, PICTURE);
  const untiled = await stitched(model, planWithCore(size, 4096, ruleOf(model)));
  const tiled = await stitched(model, planWithCore(size, 64, { halo: 0, multipleOf: 4 }));
  assert.ok(difference(untiled.pixel!, tiled.pixel!) > 1e-4);
});

test('embedded model: 170×121 tiled equals untiled (≤ 1e-4)', async () => {
  const model = await tiledModel(EMBEDDED_MODELS, 'pisa-compact-4x');
  const size = planningSize(model.manifest, SMALL);
  const untiled = await stitched(model, planWithCore(size, 4096, ruleOf(model)), SMALL);
  const plans = {
    'budget of 140×140': planTiles(size, ruleOf(model), { pixels: 140 * 140, bandRows: 4096 }),
    'core 77': planWithCore(size, 77, ruleOf(model)),
  };
  for (const [name, plan] of Object.entries(plans)) {
    const d = difference(untiled.pixel!, (await stitched(model, plan, SMALL)).pixel!);
    console.log(
      `${path.basename(model.folder)}, ${name}: ${plan.columns.length}×${plan.rows.length} ` +
        `tiles, largest difference ${d.toExponential(2)}`,
    );
    assert.ok(plan.columns.length * plan.rows.length > 1);
    assert.ok(d <= 1e-4, `${name}: ${d}`);
  }
});
