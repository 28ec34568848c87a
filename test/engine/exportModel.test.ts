import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import type { BuiltGraph } from '../../src/engine/runtime/session';
import { openTileSession } from '../../src/engine/runtime/session';
import { packGraph } from '../../src/engine/models/export/packGraph';
import { ModelRegistry } from '../../src/engine/models/registry';
import { randomTensor } from '../../src/engine/trust/operators/pseudoRandom';
import { GraphBuilder } from '../../src/engine/graph/graphBuilder';
import { referenceTensors, writeSafetensors } from '../harness/networks';
import { writeTorchZip } from '../harness/torchFiles';
import { pythonWith } from '../harness/serverProcess';
import { TritonServer } from '../harness/tritonServer';
import { warmCli, type WarmRun } from '../harness/warmCli';
import { CLI, EMBEDDED_MODELS, temporaryFolder, TEST_MODELS, writePng } from './support';

const folder = temporaryFolder();
const STORE = path.join(folder, 'store');

type Exported = { name: string; folder: string; files: string[]; checksum: string };

const quick = warmCli(CLI);
const cli = (...args: readonly string[]): Promise<WarmRun> =>
  quick(folder, {}, '--store', STORE, '--models-dir', TEST_MODELS, ...args);

async function exported(id: string, ...options: readonly string[]): Promise<Exported> {
  const { status, stdout, stderr } = await cli('models', 'export', id, '--json', ...options);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Exported;
}

/** The same tile through a model here and through the graph that was written. */
async function compare(id: string, graph: string): Promise<void> {
  const model = (await new ModelRegistry([EMBEDDED_MODELS, TEST_MODELS, STORE], STORE).find(id))
    .served!;
  const { branches } = model.manifest;
  const image = randomTensor([3, 32, 32], 5, [0, 1]).data;
  const [here, there] = [
    await openTileSession(model.graph, 'cpu', branches),
    await openTileSession(graph, 'cpu', branches),
  ];
  assert.deepEqual(await there.run(image, 32, 32), await here.run(image, 32, 32));
  await here.release();
  await there.release();
}

before(async () => {
  mkdirSync(path.join(folder, 'files'));
  const zip = path.join(folder, 'files', 'Smooth.pth');
  const safe = path.join(folder, 'files', 'Sharp.safetensors');
  writeTorchZip(zip, await referenceTensors('compact-4x'));
  writeSafetensors(safe, await referenceTensors('esrgan-new-4x'));
  for (const file of [zip, safe]) {
    const { status, stderr } = await cli('models', 'add', file, '--yes');
    assert.equal(status, 0, stderr);
  }
});

describe('models export', () => {
  for (const [id, files] of [
    ['pisa-compact-4x', ['model.onnx']],
    ['smooth', ['model.onnx', 'model.onnx.data']],
    ['smooth+sharp', ['model.onnx', 'model.onnx.data']],
  ] as const)
    test(`${id}: a repository that needs nothing else, and computes the same`, async () => {
      const { name, folder: place } = await exported(id, '-o', 'repository');
      assert.equal(name, id.replace('+', '--'));
      assert.deepEqual(readdirSync(place).sort(), ['1', 'config.pbtxt']);
      assert.deepEqual(readdirSync(path.join(place, '1')), files);
      // Elsewhere: what names a file of this machine would not be found.
      const moved = path.join(folder, `moved-${name}`);
      renameSync(place, moved);
      await compare(id, path.join(moved, '1/model.onnx'));
      renameSync(moved, place);
      const config = readFileSync(path.join(place, 'config.pbtxt'), 'utf8');
      for (const line of [
        `name: "${name}"`,
        'backend: "onnxruntime"',
        'max_batch_size: 0',
        '{ name: "image" data_type: TYPE_FP32 dims: [ 1, 3, -1, -1 ] }',
      ])
        assert.ok(config.includes(line), line);
      assert.match(config, /key: "sha256" value: { string_value: "[0-9a-f]{64}" }/);
      assert.ok(!config.includes(folder), 'no path of this machine');
    });

  test('for KServe: the service beside, under a name that Kubernetes takes', async () => {
    const { files } = await exported('smooth+sharp', '--for', 'kserve', '-o', 'kserve');
    assert.deepEqual(
      files.map((file) => path.relative(path.join(folder, 'kserve'), file)),
      [
        'models/smooth--sharp/config.pbtxt',
        'models/smooth--sharp/1/model.onnx',
        'models/smooth--sharp/1/model.onnx.data',
        'smooth--sharp.yaml',
      ],
    );
    const service = readFileSync(files.at(-1)!, 'utf8');
    assert.match(service, /kind: InferenceService\nmetadata:\n {2}name: smooth-sharp\n/);
    assert.match(service, /protocolVersion: v2/);
  });

  test('nothing is replaced, and what no server runs is refused', async () => {
    const again = await cli('models', 'export', 'smooth', '-o', 'repository');
    assert.equal(again.status, 1, again.stderr);
    assert.match(again.stderr, /smooth is there already/);
    const unknown = await cli('models', 'export', 'nobody');
    assert.match(unknown.stderr, /There is no model called "nobody"/);
    assert.ok(!existsSync(path.join(folder, 'model-repository')));
  });

  test('a graph that names a file of somebody else as its weights gets nothing of it', async () => {
    const secret = path.join(folder, 'secret');
    writeFileSync(secret, Buffer.alloc(64));
    const graph = new GraphBuilder('hostile');
    const image = graph.input('image', [1, 3, 'height', 'width']);
    const weights = graph.external('w', 'float32', [16], {
      location: '../secret',
      offset: 0,
      length: 64,
    });
    graph.output('pixel', graph.node('Add', [image, weights], {}, { name: 'add' }), [1, 3, 4, 4]);
    const built: BuiltGraph = {
      onnx: graph.toBytes('test'),
      folder: path.join(folder, 'files'),
    };
    const target = path.join(folder, 'hostile');
    mkdirSync(target);
    const mayRead = (file: string): boolean => file.endsWith('Smooth.pth');
    await assert.rejects(
      packGraph(built, target, mayRead, new AbortController().signal),
      /which is not a file of the model/,
    );
    assert.deepEqual(readdirSync(target), []);
  });

  test('a real Triton takes what was written, and a pair runs there as here', async (context) => {
    const python = pythonWith('triton', context);
    if (python === undefined) return;
    const { folder: place } = await exported('smooth+sharp', '-o', 'served');
    // The build on PyPI has the Python backend only; everything else is as it was written.
    const config = path.join(place, 'config.pbtxt');
    writeFileSync(
      config,
      readFileSync(config, 'utf8')
        .replace('backend: "onnxruntime"', 'backend: "python"')
        .replace(/^default_model_filename: .*$/m, ''),
    );
    const graph = path.join(place, '1/model.onnx');
    appendFileSync(config, `parameters { key: "graph" value: { string_value: "${graph}" } }\n`);
    copyFileSync(
      path.join(__dirname, '../harness/triton/model.py'),
      path.join(place, '1/model.py'),
    );
    const server = await TritonServer.start(python, path.join(folder, 'served'), []);
    try {
      const picture = await writePng(path.join(folder, 'in.png'), 40, 30);
      const run = async (...options: readonly string[]): Promise<Buffer> => {
        const out = path.join(folder, `${options.length}.png`);
        const ended = await cli(
          picture,
          '-m',
          'smooth+sharp',
          '-o',
          out,
          '--overwrite',
          ...options,
        );
        assert.equal(ended.status, 0, ended.stderr);
        return readFileSync(out);
      };
      assert.ok(
        (await run('--remote', server.url)).equals(await run('--device', 'cpu', '--verbose')),
      );
    } finally {
      await server.kill();
    }
  });
});
