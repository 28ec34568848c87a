import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { floatForm, NoFloatForm } from '../../../src/engine/graph/floatForm';
import { pruneGraph } from '../../../src/engine/graph/pruneGraph';
import {
  ModelProtoSchema,
  NodeProtoSchema,
  type GraphProto,
  type NodeProto,
} from '../../../src/engine/graph/proto/onnx_pb';
import { integersOf, scalesOf } from '../../../src/engine/graph/quantizedTensor';
import { byteTensor, float32Tensor } from '../../../src/engine/graph/tensor';
import { eightBitModel } from '../../fixtures/models/eightBitModel';
import { twoBranchModel } from '../../fixtures/models/testModels';

const whole = eightBitModel();
const graphOf = (bytes: Uint8Array): GraphProto => fromBinary(ModelProtoSchema, bytes).graph!;
const formOf = (bytes: Uint8Array): GraphProto => graphOf(floatForm(bytes)!);
const typed = ({ node }: GraphProto, type: string): NodeProto[] =>
  node.filter(({ opType }) => opType === type);
const constant = (graph: GraphProto, name: string) =>
  graph.initializer.find((tensor) => tensor.name === name)!;

/** The model after `change`. */
function changed(change: (graph: GraphProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, whole);
  change(model.graph!);
  return toBinary(ModelProtoSchema, model);
}

describe('the form in floats of a model in 8 bits', () => {
  it('has a cut where there was a rounding, with its range, and no whole numbers', () => {
    const [before, after] = [graphOf(whole), formOf(whole)];
    const roundings = typed(before, 'QuantizeLinear');
    assert.equal(roundings.length, 8);
    assert.deepEqual(typed(after, 'QuantizeLinear'), []);
    assert.deepEqual(typed(after, 'DequantizeLinear'), []);
    for (const { input, output } of roundings) {
      const [x = '', scaleName = '', zeroName = ''] = input;
      const back = before.node.find((node) => node.input[0] === output[0])!;
      const clip = after.node.find((node) => node.output[0] === back.output[0])!;
      assert.equal(clip.opType, 'Clip');
      assert.equal(clip.input[0], x);
      const [scale = 0] = scalesOf(constant(before, scaleName));
      const [zero = 0] = integersOf(constant(before, zeroName));
      assert.deepEqual(
        clip.input.slice(1).map((name) => scalesOf(constant(after, name))[0]),
        [-zero, 255 - zero].map((level) => Math.fround(level * scale)),
      );
    }
    assert.deepEqual(
      after.output.map(({ name }) => name),
      ['base', 'pixel', 'semantic'],
    );
  });

  it('has the weights as floats, each channel by its own scale, and biases', () => {
    const [before, after] = [graphOf(whole), formOf(whole)];
    const stored = integersOf(constant(before, 'pixel.net.first.whole'));
    const scales = scalesOf(constant(before, 'pixel.net.first.scale'));
    const weights = scalesOf(constant(after, 'pixel.net.first.weight'));
    assert.equal(weights.length, stored.length);
    for (const i of [0, 1, 143, 144, 145, weights.length - 1])
      assert.equal(weights[i], Math.fround(stored[i]! * scales[Math.floor(i / 144)]!));
    const bias = scalesOf(constant(after, 'pixel.net.first.bias'));
    const biasScales = scalesOf(constant(before, 'pixel.net.first.bias.scale'));
    const biases = integersOf(constant(before, 'pixel.net.first.bias.whole'));
    assert.deepEqual(
      [...bias],
      [...biases].map((value, i) => Math.fround(value * biasScales[i]!)),
    );
    // Nothing is left that nobody reads.
    const read = new Set(after.node.flatMap(({ input }) => input));
    assert.deepEqual(
      after.initializer.filter(({ name }) => !read.has(name)),
      [],
    );
  });

  it('loses a branch that is not wanted, as every graph does', () => {
    const pruned = graphOf(pruneGraph(floatForm(whole)!, ['base', 'pixel'])!);
    assert.ok(pruned.node.length > 0);
    assert.ok(pruned.node.every(({ name }) => !name.startsWith('semantic')));
  });

  it('a rounding that two read is one cut', () => {
    const twice = changed((graph) => {
      const at = graph.node.findIndex(({ name }) => name === 'pixel.net.start');
      const again = create(NodeProtoSchema, {
        ...graph.node[at]!,
        name: 'again',
        output: ['again'],
      });
      graph.node.splice(at + 1, 0, again);
      const sum = graph.node.find(({ name }) => name === 'pixel.net.sum')!;
      sum.input[0] = 'again';
    });
    const after = formOf(twice);
    assert.equal(typed(after, 'Clip').length, typed(formOf(whole), 'Clip').length);
    assert.deepEqual(after.node.find(({ output }) => output[0] === 'again')?.input, [
      'pixel.net.start',
    ]);
  });

  it('signed activations have the signed range', () => {
    const signed = changed((graph) => {
      const at = graph.initializer.findIndex(({ name }) => name === 'pixel.net.inner.zero');
      graph.initializer[at] = byteTensor('pixel.net.inner.zero', [], Int8Array.of(-3));
    });
    const after = formOf(signed);
    const clip = after.node.find(({ output }) => output[0] === 'pixel.net.inner')!;
    const scale = Math.fround(0.012);
    assert.deepEqual(
      clip.input.slice(1).map((name) => scalesOf(constant(after, name))[0]),
      [-125, 130].map((level) => Math.fround(level * scale)),
    );
  });

  it('is not asked of a graph that rounds nothing', () => {
    assert.equal(floatForm(twoBranchModel()), undefined);
  });

  for (const [what, change] of [
    [
      'a scale that is computed',
      (graph: GraphProto) => (typed(graph, 'QuantizeLinear')[0]!.input[1] = 'image'),
    ],
    [
      'another scale on the way back',
      (graph: GraphProto) => {
        graph.initializer.push(float32Tensor('other', [], [2]));
        graph.node.find(({ name }) => name === 'pixel.net.start')!.input[1] = 'other';
      },
    ],
    [
      'a scale a channel',
      (graph: GraphProto) => {
        const at = graph.initializer.findIndex(({ name }) => name === 'pixel.net.start.scale');
        graph.initializer[at] = float32Tensor('pixel.net.start.scale', [16], new Float32Array(16));
      },
    ],
    [
      'an operator on whole numbers',
      (graph: GraphProto) =>
        (graph.node.find(({ name }) => name === 'pixel.net.start')!.opType = 'Cast'),
    ],
  ] as const)
    it(`is refused for ${what}`, () => {
      assert.throws(() => floatForm(changed(change)), NoFloatForm);
    });
});
