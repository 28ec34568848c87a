import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { hasExternalData } from '../../../src/engine/graph/externalData';
import {
  AttributeProto_AttributeType as Type,
  ModelProtoSchema,
  TensorProto_DataLocation as Location,
  type TensorProtoSchema,
} from '../../../src/engine/graph/proto/onnx_pb';
import { ModelRegistry } from '../../../src/engine/models/registry';
import { RpcError } from '../../../src/shared/rpc';
import { temporaryFolder, TEST_MODELS } from '../../engine/support';

type Model = MessageInitShape<typeof ModelProtoSchema>;
type Tensor = MessageInitShape<typeof TensorProtoSchema>;
const bytes = (model: Model): Uint8Array =>
  toBinary(ModelProtoSchema, create(ModelProtoSchema, model));

describe('weights in other files are found wherever an ONNX model can name them', () => {
  const external: Tensor = {
    name: 'w',
    dataLocation: Location.EXTERNAL,
    externalData: [{ key: 'location', value: 'w.bin' }],
  };
  const inner = { initializer: [external] };
  const places: Readonly<Record<string, Model>> = {
    'an initializer': { graph: { initializer: [external] } },
    'an initializer that names a file but no location': {
      graph: { initializer: [{ ...external, dataLocation: Location.DEFAULT }] },
    },
    'a sparse initializer': { graph: { sparseInitializer: [{ values: external }] } },
    'a constant': { graph: { node: [{ attribute: [{ type: Type.TENSOR, t: external }] }] } },
    'a list of tensors': {
      graph: { node: [{ attribute: [{ type: Type.TENSORS, tensors: [external] }] }] },
    },
    'a branch': { graph: { node: [{ attribute: [{ type: Type.GRAPH, g: inner }] }] } },
    'a branch in a branch': {
      graph: {
        node: [{ attribute: [{ g: { node: [{ attribute: [{ graphs: [inner] }] }] } }] }],
      },
    },
    'a function': { functions: [{ node: [{ attribute: [{ t: external }] }] }] },
  };
  for (const [place, model] of Object.entries(places))
    it(place, () => assert.equal(hasExternalData(bytes(model)), true));

  it('and not where there are none', () => {
    assert.equal(
      hasExternalData(readFileSync(path.join(TEST_MODELS, 'two-branch-4x/model.onnx'))),
      false,
    );
    assert.throws(() => hasExternalData(Buffer.from('ORTM is no protobuf of ONNX')));
  });

  it('a model of which the manifest names only the graph is refused', async () => {
    const root = temporaryFolder();
    const folder = path.join(root, 'outside-4x');
    mkdirSync(folder);
    const source = path.join(TEST_MODELS, 'two-branch-4x/manifest.json');
    const graph = bytes(places['a branch']!);
    writeFileSync(path.join(folder, 'model.onnx'), graph);
    writeFileSync(
      path.join(folder, 'manifest.json'),
      JSON.stringify({
        ...(JSON.parse(readFileSync(source, 'utf8')) as object),
        id: 'outside-4x',
        graph: {
          path: 'model.onnx',
          bytes: graph.length,
          sha256: createHash('sha256').update(graph).digest('hex'),
        },
      }),
    );
    await assert.rejects(
      new ModelRegistry([root]).find('outside-4x'),
      (error) =>
        error instanceof RpcError &&
        error.code === 'model-damaged' &&
        /lie in other files/.test(error.message),
    );
  });
});
