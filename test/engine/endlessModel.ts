import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from '../../src/engine/graph/proto/onnx_pb';
import { oneLayerModel } from '../fixtures/models/testModels';
import { TEST_MODELS } from './support';

export const ENDLESS = 'endless-4x';

const INT64 = 7;
const BOOL = 9;

/** The smallest model with a loop behind its output whose condition never becomes false. */
function endlessGraph(): Uint8Array {
  const model = fromBinary(ModelProtoSchema, oneLayerModel());
  const { graph } = model;
  if (!graph) throw new Error('the model has no graph');
  for (const node of graph.node)
    node.output = node.output.map((name) => (name === 'pixel' ? 'before' : name));
  const named = (name: string) => create(ValueInfoProtoSchema, { name });
  const single = (name: string, elemType: number) =>
    create(ValueInfoProtoSchema, {
      name,
      type: { value: { case: 'tensorType', value: { elemType, shape: { dim: [] } } } },
    });
  const same = (from: string, to: string) =>
    create(NodeProtoSchema, { opType: 'Identity', input: [from], output: [to] });
  const body = create(GraphProtoSchema, {
    name: 'body',
    node: [same('goOn', 'goOnStill'), same('value', 'valueStill')],
    input: [single('round', INT64), single('goOn', BOOL), named('value')],
    output: [named('goOnStill'), named('valueStill')],
  });
  graph.initializer.push(
    create(TensorProtoSchema, { name: 'yes', dataType: BOOL, rawData: Uint8Array.of(1) }),
  );
  graph.node.push(
    create(NodeProtoSchema, {
      opType: 'Loop',
      name: 'endless',
      input: ['', 'yes', 'before'],
      output: ['pixel'],
      attribute: [
        create(AttributeProtoSchema, { name: 'body', type: AttributeType.GRAPH, g: body }),
      ],
    }),
  );
  return toBinary(ModelProtoSchema, model);
}

/** Puts a model that never comes to an end into a folder of models. */
export function writeEndlessModel(models: string): void {
  const onnx = endlessGraph();
  const folder = path.join(models, ENDLESS);
  mkdirSync(folder, { recursive: true });
  const manifest = JSON.parse(
    readFileSync(path.join(TEST_MODELS, 'one-layer-4x', 'manifest.json'), 'utf8'),
  ) as { graph: { path: string } };
  const graph = {
    path: manifest.graph.path,
    bytes: onnx.length,
    sha256: createHash('sha256').update(onnx).digest('hex'),
  };
  writeFileSync(
    path.join(folder, 'manifest.json'),
    JSON.stringify({ ...manifest, id: ENDLESS, graph }),
  );
  writeFileSync(path.join(folder, graph.path), onnx);
}
