import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { GraphBuilder, type Value } from '../../src/engine/graph/graphBuilder';
import {
  FunctionProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  type ModelProto,
} from '../../src/engine/graph/proto/onnx_pb';
import { OpsetStays, opsetOf, upgradeOpset } from '../../src/engine/graph/upgradeOpset';
import { loadOnnxRuntime, type Ort } from '../../src/engine/runtime/onnxRuntime';
import { largestDifference } from './support';

let ort: typeof Ort;
before(async () => (ort = await loadOnnxRuntime()));

const DIMS = [1, 4, 6, 6] as const;
const VALUES = Float32Array.from({ length: 4 * 36 }, (_, i) => Math.sin(i * 1.7));

type Body = (graph: GraphBuilder, x: Value) => Value;

/** A model of one kind of node as opset `version` writes it. */
function modelOf(version: number, body: Body): ModelProto {
  const graph = new GraphBuilder('old');
  graph.output('y', body(graph, graph.input('x', [...DIMS])), []);
  const model = fromBinary(ModelProtoSchema, graph.toBytes('test'));
  for (const entry of model.opsetImport) if (entry.domain === '') entry.version = BigInt(version);
  return model;
}

async function result(model: ModelProto): Promise<Float32Array> {
  // What its shape is, ONNX Runtime finds out.
  for (const { type } of model.graph!.output)
    if (type?.value.case === 'tensorType') type.value.value.shape = undefined;
  const bytes = toBinary(ModelProtoSchema, model);
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  try {
    const { y } = await session.run({ x: new ort.Tensor('float32', VALUES, DIMS) });
    return y!.data as Float32Array;
  } finally {
    await session.release();
  }
}

const reduced =
  (opType: string): Body =>
  (graph, x) =>
    graph.node(opType, [x], { axes: [2, 3], keepdims: 1 });
const softmax =
  (opType: string, attributes: { axis?: number }): Body =>
  (graph, x) =>
    graph.node(opType, [x], attributes);
const grid = (graph: GraphBuilder, x: Value, mode: string): Value => {
  const places = Array.from({ length: 18 }, (_, i) => Math.cos(i));
  return graph.node('GridSample', [x, graph.float32('grid', [1, 3, 3, 2], places)], { mode });
};

const CASES: Readonly<Record<string, readonly [from: number, body: Body]>> = {
  Squeeze: [11, (graph, x) => graph.node('Squeeze', [x], { axes: [0] })],
  'Squeeze of all': [11, (graph, x) => graph.node('Squeeze', [x])],
  Unsqueeze: [12, (graph, x) => graph.node('Unsqueeze', [x], { axes: [0, 5] })],
  ReduceSum: [12, reduced('ReduceSum')],
  ...Object.fromEntries(
    ['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceL2', 'ReduceProd'].flatMap((name) =>
      [11, 17].map((from) => [`${name} of ${from}`, [from, reduced(name)]] as const),
    ),
  ),
  'Softmax over all that follows': [11, softmax('Softmax', { axis: 1 })],
  'Softmax without an axis': [12, softmax('Softmax', {})],
  'Softmax over the last axis': [11, softmax('Softmax', { axis: -1 })],
  LogSoftmax: [12, softmax('LogSoftmax', { axis: 2 })],
  'Softmax of 13': [13, softmax('Softmax', { axis: 1 })],
  'Split into parts that are told': [
    11,
    (graph, x) => graph.nodeWithOutputs('Split', [x], 2, { axis: 1, split: [1, 3] })[1]!,
  ],
  'Split into equal parts': [
    13,
    (graph, x) => graph.nodeWithOutputs('Split', [x], 2, { axis: 1 })[1]!,
  ],
  'Split of 11 into equal parts': [
    11,
    (graph, x) => graph.nodeWithOutputs('Split', [x], 4, { axis: 1 })[2]!,
  ],
  Dropout: [11, (graph, x) => graph.node('Dropout', [x], { ratio: { float: 0.5 } })],
  GridSample: [16, (graph, x) => grid(graph, x, 'bilinear')],
  'GridSample, cubic': [16, (graph, x) => grid(graph, x, 'bicubic')],
  'GridSample, nearest': [17, (graph, x) => grid(graph, x, 'nearest')],
  Resize: [
    11,
    (graph, x) =>
      graph.node(
        'Resize',
        [x, graph.float32('roi', [0], []), graph.float32('by', [4], [1, 1, 2, 2])],
        { mode: 'cubic', coordinate_transformation_mode: 'align_corners' },
      ),
  ],
  BatchNormalization: [
    11,
    (graph, x) => {
      const four = (name: string): Value => graph.float32(name, [4], [0.5, 1, 1.5, 2]);
      return graph.node('BatchNormalization', [x, ...['s', 'b', 'm', 'v'].map(four)]);
    },
  ],
};

for (const [name, [from, body]] of Object.entries(CASES))
  test(`${name} means the same in every later opset`, async () => {
    const expected = await result(modelOf(from, body));
    for (const to of [13, 14, 17, 18, 20, 21].filter((version) => version > from)) {
      const model = modelOf(from, body);
      upgradeOpset(model, BigInt(to));
      assert.equal(opsetOf(model), BigInt(to));
      const worst = largestDifference(await result(model), expected);
      assert.ok(worst < 1e-6, `opset ${to} differs by ${worst}`);
    }
  });

test('functions are written anew, too', async () => {
  const model = modelOf(12, (graph, x) => graph.node('ReduceSum', [x], { axes: [1] }));
  const expected = await result(
    modelOf(12, (graph, x) => graph.node('ReduceSum', [x], { axes: [1] })),
  );
  const [inner] = model.graph!.node;
  const [input = '', output = ''] = [inner!.input[0], inner!.output[0]];
  const own = { domain: 'mine', name: 'Sum' };
  model.functions.push(
    create(FunctionProtoSchema, {
      ...own,
      input: [input],
      output: [output],
      node: [inner!],
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 12n })],
    }),
  );
  const call = fromBinary(ModelProtoSchema, toBinary(ModelProtoSchema, model)).graph!.node[0]!;
  Object.assign(call, { domain: own.domain, opType: own.name, attribute: [] });
  model.graph!.node[0] = call;
  model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: own.domain, version: 1n }));
  upgradeOpset(model, 18n);
  assert.ok(largestDifference(await result(model), expected) < 1e-6);
});

test('what has no equal is refused by its name, and nothing goes back', () => {
  const kept = modelOf(17, (graph, x) => graph.node('Relu', [x]));
  upgradeOpset(kept, 13n);
  assert.equal(opsetOf(kept), 17n);
  const groups = modelOf(18, (graph, x) =>
    graph.node(
      'GroupNormalization',
      [x, graph.float32('s', [2], [1, 1]), graph.float32('b', [2], [0, 0])],
      {
        num_groups: 2,
      },
    ),
  );
  upgradeOpset(groups, 20n);
  assert.throws(
    () => upgradeOpset(groups, 21n),
    (error) => error instanceof OpsetStays && /GroupNormalization/.test(error.message),
  );
});
