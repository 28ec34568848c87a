import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { GraphBuilder, type Dimension, type Value } from '../../src/engine/graph/graphBuilder';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
  ModelProtoSchema,
  type ModelProto,
  type NodeProto,
} from '../../src/engine/graph/proto/onnx_pb';
import { warmCli, type WarmRun } from '../harness/warmCli';
import { CLI, largestDifference, pixelsOf, temporaryFolder, writePng } from './support';

const folder = temporaryFolder();
const STORE = path.join(folder, 'store');
const picture = path.join(folder, 'picture.png');
before(() => writePng(picture, 70, 50));

type Kind = {
  readonly channels?: number;
  readonly range?: number;
  readonly half?: boolean;
  readonly side?: number;
  /** Sides must be a multiple of this. */
  readonly multiple?: number;
  readonly external?: string;
};

const SCALE = 2;

/** A graph as somebody else exports one: each pixel becomes four, and bright ones a little darker. */
function exported({
  channels = 3,
  range = 1,
  half = false,
  side,
  multiple,
  external,
}: Kind = {}): Uint8Array {
  const graph = new GraphBuilder('theirs');
  const free = (name: string): Dimension => side ?? name;
  const dims = [1, channels, free('h'), free('w')];
  const type = half ? 'float16' : 'float32';
  let x = graph.input('image', dims, type);
  if (half) x = graph.node('Cast', [x], { to: 1 }, { name: 'float' });
  if (multiple !== undefined) {
    // As networks do that cut a picture into windows.
    const windows = graph.node('Reshape', [x, graph.int64([1, channels, -1, multiple * multiple])]);
    x = graph.node('Reshape', [windows, graph.node('Shape', [x])]);
    const blocks = graph.node('SpaceToDepth', [x], { blocksize: multiple });
    x = graph.node('DepthToSpace', [blocks], { blocksize: multiple, mode: 'DCR' });
  }
  const weight =
    external === undefined
      ? graph.float32('weight', [], [0.9])
      : graph.external('weight', 'float32', [], { location: external, offset: 4, length: 4 });
  x = graph.node('Mul', [x, weight]);
  const sizes = graph.float32('sizes', [4], [1, 1, SCALE, SCALE]);
  x = graph.node('Resize', [x, '' as Value, sizes], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
  if (range === 255) x = graph.node('Mul', [x, graph.float32('one', [], [1])]);
  if (half) x = graph.node('Cast', [x], { to: 10 }, { name: 'half' });
  graph.output('base', x, [1, channels, free('H'), free('W')], type);
  return graph.toBytes('theirs');
}

/** The same graph where white is 255: an even grey of 0.5 is nothing to it. */
function of255(): Uint8Array {
  const model = fromBinary(ModelProtoSchema, exported({ range: 255 }));
  const graph = new GraphBuilder('more');
  graph.output('y', graph.node('Identity', ['x' as Value]), []);
  const nodes = model.graph!.node;
  // Subtracts 100 and adds it again, cut to [0,255]: what lies in [0,1] becomes 100.
  const extra = new GraphBuilder('cut');
  const x = extra.input('image', [1, 3, 'h', 'w']);
  const dark = extra.node('Max', [x, extra.float32('least', [], [60])], {}, { name: 'cut.max' });
  const part = extra.toGraph();
  for (const node of nodes) node.input = node.input.map((name) => (name === 'image' ? dark : name));
  model.graph!.node = [...part.node, ...nodes];
  model.graph!.initializer.push(...part.initializer);
  return toBinary(ModelProtoSchema, model);
}

function changed(change: (model: ModelProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, exported());
  change(model);
  return toBinary(ModelProtoSchema, model);
}

/** Normalization whose strength is nothing: its result is the offset, which is grey. */
function groupsOf(model: ModelProto, end: NodeProto): void {
  const graph = new GraphBuilder('groups');
  const [s, b] = [
    graph.float32('s', [3], [0.1, 0.1, 0.1]),
    graph.float32('b', [3], [0.5, 0.5, 0.5]),
  ];
  const x = graph.input('x', [1, 3, 'h', 'w']);
  const made = graph.node('GroupNormalization', [x, s, b], { num_groups: 3 });
  graph.output('y', made, []);
  const part = graph.toGraph();
  end.attribute = part.node[0]!.attribute;
  model.graph!.initializer.push(...part.initializer);
}

const quick = warmCli(CLI);
const cli = (...args: readonly string[]): Promise<WarmRun> =>
  quick(folder, {}, '--store', STORE, ...args);

function write(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
}

async function enlarged(id: string, scale = SCALE): Promise<Awaited<ReturnType<typeof pixelsOf>>> {
  const output = path.join(folder, `out-${id.replace('+', '_')}.png`);
  const { status, stderr } = await cli(
    picture,
    '-m',
    id,
    '-s',
    String(scale),
    '-o',
    output,
    '--overwrite',
  );
  assert.equal(status, 0, stderr);
  return pixelsOf(output);
}

const ACCEPTED: Readonly<Record<string, () => Uint8Array>> = {
  plain: () => exported(),
  grey: () => exported({ channels: 1 }),
  rgba: () => exported({ channels: 4 }),
  half: () => exported({ half: true }),
  'one-size': () => exported({ side: 48 }),
  'multiple-of-16': () => exported({ multiple: 16 }),
  'white-is-255': of255,
  'with-data': () => exported({ external: 'weights/data.bin' }),
};

test('an ONNX model runs whatever its type, channels, sizes and range', async () => {
  const data = Buffer.alloc(8);
  data.writeFloatLE(0.9, 4);
  write('weights/data.bin', data);
  let plain: Buffer | undefined;
  for (const [name, bytes] of Object.entries(ACCEPTED)) {
    const added = await cli('models', 'add', write(`${name}.onnx`, bytes()), '--yes', '--json');
    assert.equal(added.status, 0, `${name}: ${added.stderr}`);
    const { id, architecture, scale } = JSON.parse(added.stdout) as Record<string, unknown>;
    assert.deepEqual([id, architecture, scale], [name, 'ONNX', SCALE]);
    const { data: pixels, width, height } = await enlarged(name);
    assert.deepEqual([width, height], [70 * SCALE, 50 * SCALE], name);
    plain ??= pixels;
    const compared =
      name === 'white-is-255'
        ? // What is dark is cut there.
          [...pixels].map((value, i) => (plain![i]! < 56 ? plain![i]! : value))
        : pixels;
    const worst = largestDifference(compared, plain);
    assert.ok(worst <= 1, `${name}: differs by ${worst}`);
  }
  const source = (await pixelsOf(picture)).data;
  assert.ok(Math.abs(plain![0]! - 0.9 * source[0]!) <= 1);
});

test('an ONNX model is paired with another, in one graph', async () => {
  const { data } = await enlarged('plain+grey');
  const { data: plain } = await enlarged('plain');
  assert.ok(largestDifference(data, plain) <= 1);
});

test('models of two opsets are paired, each way round; one that cannot be says why', async () => {
  const ofOpset = (version: bigint, opType = 'Identity'): Uint8Array =>
    changed((model) => {
      model.opsetImport[0]!.version = version;
      const last = model.graph!.node.at(-1)!;
      const [output] = last.output;
      last.output = ['last'];
      const [mean, ones] = ['ReduceMean', 'Sub'].map((name) =>
        create(NodeProtoSchema, { opType: name, name }),
      );
      // Adds nothing, by an operator that has another form in each of the two.
      Object.assign(mean!, { input: ['last'], output: ['mean'] });
      Object.assign(ones!, { input: ['mean', 'mean'], output: ['nothing'] });
      const add = create(NodeProtoSchema, {
        opType: 'Add',
        name: 'add',
        input: ['last', 'nothing'],
        output: ['sum'],
      });
      const end = create(NodeProtoSchema, {
        opType,
        name: 'end',
        input: opType === 'Identity' ? ['sum'] : ['sum', 's', 'b'],
        output: [output!],
      });
      model.graph!.node.push(mean!, ones!, add, end);
      if (opType !== 'Identity') groupsOf(model, end);
    });
  for (const [name, bytes] of [
    ['plain', exported()],
    ['opset-14', ofOpset(14n)],
    ['opset-20', ofOpset(20n)],
    ['opset-18-groups', ofOpset(18n, 'GroupNormalization')],
    ['opset-21', ofOpset(21n)],
  ] as const) {
    const { status, stderr } = await cli('models', 'add', write(`${name}.onnx`, bytes), '--yes');
    assert.equal(status, 0, `${name}: ${stderr}`);
  }
  const { data: plain } = await enlarged('plain');
  for (const pair of ['opset-14+plain', 'plain+opset-14', 'opset-14+opset-20', 'opset-20+plain'])
    assert.ok(largestDifference((await enlarged(pair)).data, plain) <= 1, pair);
  const { status, stderr } = await cli(picture, '-m', 'opset-18-groups+opset-21');
  assert.equal(status, 1);
  assert.match(stderr, /opset 18 and the other in 21, and its operator GroupNormalization means/);
});

test('weights beside a model belong to it: a change is told', async () => {
  write('weights/data.bin', Buffer.alloc(8));
  const { status, stderr } = await cli(
    picture,
    '-m',
    'with-data',
    '-o',
    path.join(folder, 'no.png'),
  );
  assert.equal(status, 1);
  assert.match(stderr, /data\.bin changed: it has another SHA-256/);
});

const withLoop = (model: ModelProto): void => {
  const node = model.graph!.node.find(({ opType }) => opType === 'Mul')!;
  node.opType = 'If';
  node.attribute = [
    create(AttributeProtoSchema, {
      name: 'then_branch',
      type: AttributeType.GRAPH,
      g: create(GraphProtoSchema, { name: 'then' }),
    }),
  ];
};

const REFUSED: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  nothing: [Buffer.from('no model'), /not an ONNX model, or it is cut off/],
  'cut-off': [exported().subarray(0, 120), /not an ONNX model|can't open it|has 0 inputs|outputs/],
  loop: [changed(withLoop), /operator If runs other graphs/],
  custom: [
    changed(
      (model) => (model.graph!.node.find(({ opType }) => opType === 'Mul')!.domain = 'my.ops'),
    ),
    /needs the operator Mul of "my\.ops"/,
  ],
  old: [
    changed((model) => (model.opsetImport[0]!.version = 9n)),
    /opset 9; export it again with 17/,
  ],
  'two-inputs': [
    changed((model) => {
      model.graph!.input.push({ ...model.graph!.input[0]!, name: 'second' });
    }),
    /inputs is 2 and of its outputs 1/,
  ],
  outside: [exported({ external: '../outside.bin' }), /outside its folder/],
  absolute: [exported({ external: '/etc/passwd' }), /outside its folder/],
  missing: [exported({ external: 'missing.bin' }), /which is not there; put it beside the model/],
  video: [
    (() => {
      const graph = new GraphBuilder('video');
      const x = graph.input('x', [1, 5, 3, 'h', 'w']);
      graph.output('y', x, [1, 5, 3, 'h', 'w']);
      return graph.toBytes('theirs');
    })(),
    /has 5 dimensions where a picture has four/,
  ],
  inverse: [
    (() => {
      const graph = new GraphBuilder('inverse');
      const x = graph.input('x', [1, 3, 'h', 'w']);
      graph.output('y', graph.node('Mul', [x, graph.float32('k', [], [-1])]), [1, 3, 'h', 'w']);
      return graph.toBytes('theirs');
    })(),
    /turns an even gray into something else/,
  ],
  smaller: [
    (() => {
      const graph = new GraphBuilder('smaller');
      const x = graph.input('x', [1, 3, 'h', 'w']);
      const pool = graph.node('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
      graph.output('y', pool, [1, 3, 'H', 'W']);
      return graph.toBytes('theirs');
    })(),
    /not an enlargement by 1 to 8/,
  ],
};

for (const [name, [bytes, reason]] of Object.entries(REFUSED))
  test(`an ONNX model that can't be used says why: ${name}`, async () => {
    const file = write(`wrong/${name}.onnx`, bytes);
    const { status, stdout, stderr } = await cli('models', 'add', file, '--yes', '--json');
    assert.equal(status, 1);
    assert.match(stdout + stderr, reason);
  });
