// A model in the form for 8 bits, beside its form in floats, both from the one file.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { EmbeddedModel } from '../../src/engine/models/kinds/embedded';
import { PairModel } from '../../src/engine/models/kinds/pair';
import { ModelRegistry } from '../../src/engine/models/registry';
import {
  openTileSession,
  placedGraph,
  type GraphSource,
  type TileLayers,
} from '../../src/engine/runtime/session';
import { compareForms } from '../../src/engine/trust/compareForms';
import { precisionPicture } from '../../src/engine/trust/precisionPicture';
import { precisionVerdict } from '../../src/engine/trust/precisionVerdict';
import { CPU_PRECISIONS, DEFAULT_SETTINGS } from '../../src/shared/settings';
import {
  EMBEDDED_MODELS,
  largestDifference,
  pixelsOf,
  requestFor,
  temporaryFolder,
  TEST_MODELS,
  tiledModel,
  writePng,
} from './support';
import { newEngine, quiet, runPreview } from './previewSupport';
import { hasExternalData } from '../../src/engine/graph/externalData';
import { inWords } from '../../src/shared/phrase';

const SIDE = 32;

async function layersOf(
  graph: GraphSource,
  image: Float32Array,
  branches: readonly string[] = ['pixel', 'semantic'],
  side = SIDE,
): Promise<TileLayers> {
  const session = await openTileSession(graph, 'cpu', branches);
  try {
    const { base, pixel, semantic } = await session.run(image, side, side);
    return {
      base: base.slice(),
      pixel: pixel.slice(),
      ...(semantic ? { semantic: semantic.slice() } : {}),
    };
  } finally {
    await session.release();
  }
}

test('both forms come from one file, and differ by rounding alone', async () => {
  const model = await tiledModel(TEST_MODELS, 'eight-bit-4x');
  assert.equal(model.cpuPrecision, 'fp32');
  assert.deepEqual(model.cpuPrecisions, CPU_PRECISIONS);
  const image = precisionPicture(SIDE, SIDE);
  const floats = await layersOf(model.graph, image);
  const bytes = await layersOf(model.inPrecision('int8').graph, image);
  assert.deepEqual(bytes.base, floats.base);
  for (const branch of ['pixel', 'semantic'] as const) {
    const difference = 255 * largestDifference(bytes[branch]!, floats[branch]!);
    const size = 255 * Math.max(...floats[branch]!.map(Math.abs));
    assert.ok(difference > 0.05, `${branch} is rounded: ${difference}`);
    assert.ok(difference < 4 && size > 20, `${branch}: ${difference} of ${size} levels`);
  }
  const compared = await compareForms(model);
  const { agrees, reason } = precisionVerdict('eight-bit-4x', compared);
  assert.ok(agrees, inWords(reason));
  assert.match(inWords(await model.open()), /in floats and in 8 bits/);
});

test('a branch that is not wanted is left out of either form', async () => {
  const model = await tiledModel(TEST_MODELS, 'eight-bit-4x');
  const image = precisionPicture(SIDE, SIDE);
  for (const precision of CPU_PRECISIONS) {
    const { graph } = model.inPrecision(precision);
    const [all, some] = [await layersOf(graph, image), await layersOf(graph, image, ['pixel'])];
    assert.equal(some.semantic, undefined);
    assert.deepEqual(some.pixel, all.pixel);
  }
});

/** Models whose flat fields are flat in both forms by how they are made. */
async function gatedModels(): Promise<EmbeddedModel[]> {
  const embedded = await tiledModel(EMBEDDED_MODELS, DEFAULT_SETTINGS.model);
  const small = await tiledModel(TEST_MODELS, 'eight-bit-4x');
  return embedded.cpuPrecisions.includes('int8') ? [small, embedded] : [small];
}

test('a flat field stays one colour, that colour, at any dials, in both forms', async () => {
  const levels = [0, 1, 30, 90, 127, 128, 200, 250, 254, 255];
  const colours = Array.from({ length: 50 }, (_, i) =>
    [i, 3 * i + 1, 7 * i + 4].map((at) => levels[at % levels.length]!),
  );
  const dials = [
    [1, 0],
    [1, 1],
    [0.5, 1.5],
    [1.5, 0],
    [1.5, 1.5],
  ] as const;
  for (const model of await gatedModels()) {
    for (const precision of CPU_PRECISIONS) {
      const session = await openTileSession(model.inPrecision(precision).graph, 'cpu', [
        'pixel',
        'semantic',
      ]);
      try {
        // One that does much work shows it by fewer.
        const shownAt =
          model.manifest.id === DEFAULT_SETTINGS.model ? colours.slice(0, 20) : colours;
        for (const colour of shownAt) {
          const area = SIDE * SIDE;
          const image = new Float32Array(3 * area);
          colour.forEach((value, c) => image.fill(value / 255, c * area, (c + 1) * area));
          const { base, pixel, semantic } = await session.run(image, SIDE, SIDE);
          for (const [lambda, mu] of dials) {
            const shown = new Set<string>();
            for (let i = 0; i < 16 * area; i++)
              shown.add(
                [0, 1, 2]
                  .map((c) => {
                    const at = c * 16 * area + i;
                    const value = base[at]! + lambda * pixel[at]! + mu * semantic![at]!;
                    return Math.round(255 * Math.min(1, Math.max(0, value)));
                  })
                  .join(),
              );
            assert.deepEqual(
              [...shown],
              [colour.join()],
              `${model.manifest.id} in ${precision} at ${lambda}, ${mu}`,
            );
          }
        }
      } finally {
        await session.release();
      }
    }
  }
});

test('in a pair, and for a server, the model is in floats', async () => {
  const model = await tiledModel(TEST_MODELS, 'eight-bit-4x');
  const second = await tiledModel(TEST_MODELS, 'two-branch-4x');
  const pair = new PairModel(model, second);
  assert.deepEqual(pair.cpuPrecisions, ['fp32']);
  const image = precisionPicture(SIDE, SIDE);
  const joined = await layersOf(pair.graph, image);
  const alone = await layersOf(model.graph, image);
  assert.ok(largestDifference(joined.pixel, alone.pixel) < 1e-6);
  const { onnx } = await placedGraph(model.served.graph);
  assert.ok(!hasExternalData(onnx));
  assert.ok(!Buffer.from(onnx).includes('QuantizeLinear'));
});

test('a comparison shows what is saved, in either form, and mixes none with the other', async () => {
  const folder = temporaryFolder();
  const input = await writePng(path.join(folder, 'a.png'), 28, 24);
  const api = newEngine();
  const shown: Uint8Array[] = [];
  // In one folder, where tiles of an earlier comparison are kept.
  for (const precision of [...CPU_PRECISIONS, ...CPU_PRECISIONS]) {
    const choice = { model: 'eight-bit-4x', precision } as const;
    const preview = await runPreview(api, input, path.join(folder, 'scratch'), choice);
    const scratch = path.join(folder, `save-${shown.length}`);
    mkdirSync(scratch);
    const target = { kind: 'file', path: path.join(folder, `${shown.length}.png`) } as const;
    const request = requestFor(input, scratch, { ...choice, target, overwrite: 'overwrite' });
    const saved = await api.upscale(request, quiet);
    const expected = precision === 'int8' ? 'int8' : undefined;
    assert.deepEqual([preview.result.precision, saved.precision], [expected, expected]);
    const [, , full] = preview.layers;
    assert.deepEqual(Buffer.from(full!), (await pixelsOf(saved.output)).data);
    shown.push(full!);
  }
  assert.deepEqual(shown.slice(2), shown.slice(0, 2));
  assert.notDeepEqual(shown[0], shown[1]);
});

describe('a manifest that names a form which the file has not', () => {
  const folder = temporaryFolder();
  const made = (id: string, from: string, precisions: unknown): void => {
    mkdirSync(path.join(folder, id));
    copyFileSync(path.join(TEST_MODELS, from, 'model.onnx'), path.join(folder, id, 'model.onnx'));
    const manifest = JSON.parse(
      readFileSync(path.join(TEST_MODELS, from, 'manifest.json'), 'utf8'),
    ) as object;
    writeFileSync(
      path.join(folder, id, 'manifest.json'),
      JSON.stringify({ ...manifest, id, precisions }),
    );
  };

  test('is damage, told when it is opened', async () => {
    made('no-form', 'two-branch-4x', ['fp32', 'int8']);
    const model = await tiledModel(folder, 'no-form');
    await assert.rejects(model.open(), {
      code: 'model-damaged',
      message: /has no form in 8 bits, which its manifest names/,
    });
  });

  test('or names none that is known', async () => {
    for (const [id, precisions, message] of [
      ['odd', ['fp32', 'int4'], /the precision "int4" is not known/],
      ['alone', ['int8'], /needs the precision "fp32"/],
      ['word', 'int8', /"precisions" must be a list/],
    ] as const) {
      made(id, 'eight-bit-4x', precisions);
      await assert.rejects(new ModelRegistry([folder]).find(id), {
        code: 'model-damaged',
        message,
      });
    }
  });

  test('one that is silent runs its file as it is', async () => {
    made('silent', 'eight-bit-4x', undefined);
    const model = await tiledModel(folder, 'silent');
    assert.deepEqual(model.cpuPrecisions, ['fp32']);
    assert.equal(model.graph, model.file);
    assert.throws(() => model.inPrecision('int8'), /has no form in int8/);
  });
});
