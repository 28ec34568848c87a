import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '../../src/engine/graph/proto/onnx_pb';
import { manifestOf } from '../../src/engine/models/community/manifestOf';
import { recogniseFile } from '../../src/engine/models/community/recognise';
import { CheckpointModel } from '../../src/engine/models/kinds/checkpoint';
import { OnnxFileModel } from '../../src/engine/models/kinds/onnxFile';
import { RpcError } from '../../src/shared/rpc';
import { oneLayerModel } from '../fixtures/models/testModels';
import { referenceTensors, writeSafetensors, type Tensor } from '../harness/networks';
import { stopwatch } from '../harness/stopwatch';
import { writeTorchLegacy, writeTorchZip } from '../harness/torchFiles';
import { damagedCount, mutations } from '../unit/engine/mutations';
import { GraphBuilder } from '../../src/engine/graph/graphBuilder';
import { temporaryFolder } from './support';

/** Of each container. Most of what is damaged in ONNX makes it useless. */
const CASES = damagedCount(100);
const ONNX_CASES = damagedCount(300);
/** Other damage than usual. */
const SEED = Number(process.env.FUZZ_SEED ?? 0);
const LONGEST_MS = 2000;
const MOST_BYTES = 700 * 2 ** 20;
const LONGEST_MESSAGE = 700;
const NETWORKS = ['compact-4x', 'esrgan-old-4x', 'span-norm-4x', 'swinir-direct-2x', 'rcan-4x'];

const folder = temporaryFolder();

/** An ONNX file as somebody else exports one. */
function onnx(): Buffer {
  const graph = new GraphBuilder('theirs');
  const x = graph.input('input', [1, 3, 'h', 'w']);
  const weight = graph.float32('weight', [12, 3, 1, 1], new Array<number>(36).fill(1 / 3));
  const y = graph.node('Conv', [x, weight], { kernel_shape: [1, 1] });
  const large = graph.node('DepthToSpace', [y], { blocksize: 2, mode: 'CRD' });
  graph.output('output', large, [1, 3, 'H', 'W']);
  return Buffer.from(graph.toBytes('theirs'));
}

function fileOf(
  write: (file: string, tensors: ReadonlyMap<string, Tensor>) => void,
  tensors: ReadonlyMap<string, Tensor>,
): Buffer {
  const file = path.join(folder, 'original');
  write(file, tensors);
  return readFileSync(file);
}

/** Where a file's own structure is, which is worth changing more than its weights. */
type Container = { readonly files: readonly Buffer[]; readonly until: (file: Buffer) => number };

async function containers(): Promise<Readonly<Record<string, Container>>> {
  const tensors: ReadonlyMap<string, Tensor>[] = [];
  for (const name of NETWORKS) tensors.push(await referenceTensors(name));
  const of = (write: Parameters<typeof fileOf>[0]): Buffer[] =>
    tensors.map((one) => fileOf(write, one));
  const before = (mark: Buffer) => (file: Buffer) => Math.max(64, file.indexOf(mark));
  return {
    'older torch': {
      files: of(writeTorchLegacy),
      until: (file) => Math.min(file.length, 40_000),
    },
    'torch archive': {
      files: of(writeTorchZip),
      until: before(Buffer.from('archive/data/0')),
    },
    safetensors: {
      files: of(writeSafetensors),
      until: (file) => 8 + Number(file.readBigUInt64LE()),
    },
    onnx: { files: [onnx(), Buffer.from(oneLayerModel())], until: (file) => file.length },
  };
}

/** Reads a file as adding it does; every weight of what it makes lies inside the file. */
async function use(file: string, bytes: number): Promise<void> {
  const manifest = manifestOf(await recogniseFile(file));
  const model =
    manifest.kind === 'onnx'
      ? new OnnxFileModel(manifest, folder)
      : new CheckpointModel(manifest, folder);
  assert.ok(typeof model.graph !== 'string');
  const { graph } = fromBinary(ModelProtoSchema, (await model.graph.build()).onnx);
  for (const { externalData } of graph?.initializer ?? []) {
    const value = new Map(externalData.map(({ key, value }) => [key, value]));
    if (value.size === 0) continue;
    assert.equal(value.get('location'), path.basename(file));
    const [offset, length] = [Number(value.get('offset')), Number(value.get('length'))];
    assert.ok(offset >= 0 && length >= 0 && offset + length <= bytes, `${offset}+${length}`);
  }
}

describe('damaged models: each runs or is refused, soon, small, and within its file', () => {
  for (const [number, name] of ['older torch', 'torch archive', 'safetensors', 'onnx'].entries())
    it(name, async () => {
      const { files, until } = (await containers())[name]!;
      const counts = { used: 0, refused: 0 };
      const before = process.memoryUsage.rss();
      let [slowest, most] = [0, before];
      const each = Math.ceil((name === 'onnx' ? ONNX_CASES : CASES) / files.length);
      const file = path.join(folder, `case.${name === 'onnx' ? 'onnx' : 'pth'}`);
      for (const [index, original] of files.entries())
        for (const damaged of mutations(
          original,
          each,
          until(original),
          0,
          7 + number + index + 100 * SEED,
        )) {
          writeFileSync(file, damaged);
          const taken = stopwatch();
          try {
            await use(file, damaged.length);
            counts.used++;
          } catch (error) {
            if (error instanceof assert.AssertionError) throw error;
            assert.ok(error instanceof RpcError, error instanceof Error ? error.stack : '');
            assert.match(error.code, /^(checkpoint-damaged|model-unsupported|model-damaged)$/);
            assert.ok(error.message.length <= LONGEST_MESSAGE, error.message);
            counts.refused++;
          }
          slowest = Math.max(slowest, taken());
          most = Math.max(most, process.memoryUsage.rss());
        }
      assert.ok(counts.used > 10 && counts.refused > 10, JSON.stringify(counts));
      assert.ok(slowest < LONGEST_MS, `${slowest.toFixed(0)} ms`);
      assert.ok(most - before < MOST_BYTES, `${((most - before) / 2 ** 20).toFixed(0)} MB`);
    });
});
