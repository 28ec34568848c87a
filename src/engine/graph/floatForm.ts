import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as DataType,
  type NodeProto,
  type TensorProto,
} from './proto/onnx_pb';
import { keepNeeded } from './pruneGraph';
import { integersOf, scalesOf } from './quantizedTensor';
import { float32Tensor } from './tensor';

/** A quantized graph whose float form can't be told; the message completes "…: ". */
export class NoFloatForm extends Error {}

/** The whole numbers that activations are rounded to, by the type of their zero point. */
const LEVELS: ReadonlyMap<number, readonly [least: number, most: number]> = new Map([
  [DataType.UINT8, [0, 255]],
  [DataType.INT8, [-128, 127]],
]);

/**
 * The same network in 32-bit floats, of a model that holds it in ONNX's form for 8 bits (QDQ):
 * whatever is rounded on its way between layers, `QuantizeLinear` and `DequantizeLinear`, is only
 * cut to the range that the 8 bits have, as it was in training; and weights that are stored in
 * 8 bits become floats. So both forms differ by the rounding of activations, and by nothing else.
 *
 * Undefined for a graph that rounds no activation. Throws `NoFloatForm` for one that does it
 * otherwise than by one constant scale a tensor.
 */
export function floatForm(bytes: Uint8Array): Uint8Array | undefined {
  const model = fromBinary(ModelProtoSchema, bytes);
  const { graph } = model;
  if (!graph) return undefined;
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const roundings = graph.node.filter(
    ({ opType, input: [x = ''] }) => opType === 'QuantizeLinear' && !constants.has(x),
  );
  if (roundings.length === 0) return undefined;
  const rounded = new Map(roundings.map((node) => [node.output[0] ?? '', node]));
  /** What each rounding became. */
  const clipped = new Map<string, string>();
  graph.node = graph.node.flatMap((node): NodeProto[] => {
    if (rounded.has(node.output[0] ?? '')) return [];
    if (node.opType !== 'DequantizeLinear') {
      if (node.input.some((name) => rounded.has(name)))
        throw new NoFloatForm(`${node.name} (${node.opType}) works on whole numbers`);
      return [node];
    }
    const [stored = ''] = node.input;
    const [output = ''] = node.output;
    const rounding = rounded.get(stored);
    if (!rounding) {
      graph.initializer.push(unpacked(node, constants));
      return [];
    }
    const known = clipped.get(stored);
    if (known !== undefined) return [identity(known, output)];
    clipped.set(stored, output);
    const limits = limitsOf(rounding, node, constants);
    graph.initializer.push(...limits);
    return [clip(rounding, limits, output)];
  });
  keepNeeded(
    graph,
    graph.output.map(({ name }) => name),
  );
  return toBinary(ModelProtoSchema, model);
}

/** The least and the most that a rounding can yield. */
function limitsOf(
  { name, input: [, scaleName = '', zeroName = ''] }: NodeProto,
  back: NodeProto,
  constants: ReadonlyMap<string, TensorProto>,
): TensorProto[] {
  if (back.input[1] !== scaleName || (back.input[2] ?? '') !== zeroName)
    throw new NoFloatForm(`${back.name} undoes ${name} with another scale`);
  const scale = constants.get(scaleName);
  const zero = constants.get(zeroName);
  const levels = zero && LEVELS.get(zero.dataType);
  const [step, ...steps] = scale ? scalesOf(scale) : [];
  const [origin = 0] = zero ? integersOf(zero) : [];
  if (step === undefined || steps.length > 0 || !levels)
    throw new NoFloatForm(`${name} has no constant scale and zero point of 8 bits`);
  return levels.map((level, i) =>
    float32Tensor(`${name}/${i === 0 ? 'least' : 'most'}`, [], [(level - origin) * step]),
  );
}

/** Cuts a value to limits, in the place of a rounding and its inverse. */
const clip = (
  { name, input: [x = ''] }: NodeProto,
  limits: readonly TensorProto[],
  output: string,
): NodeProto =>
  create(NodeProtoSchema, {
    name: `${name}/clip`,
    opType: 'Clip',
    input: [x, ...limits.map((limit) => limit.name)],
    output: [output],
  });

/** Weights in 8 bits, or a bias in 32, as floats. */
function unpacked(node: NodeProto, constants: ReadonlyMap<string, TensorProto>): TensorProto {
  const [storedName = '', scaleName = '', zeroName = ''] = node.input;
  const stored = constants.get(storedName);
  const scale = constants.get(scaleName);
  if (!stored || !scale)
    throw new NoFloatForm(`${node.name} makes floats of what is neither rounded nor constant`);
  const scales = scalesOf(scale);
  const zero = constants.get(zeroName);
  const zeros = zero ? integersOf(zero) : new Int32Array(scales.length);
  const dims = stored.dims.map(Number);
  const isPerChannel = scale.dims.length > 0;
  const axis = axisOf(node, dims.length);
  const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const channels = isPerChannel ? (dims[axis] ?? 1) : 1;
  if (scales.length !== channels || zeros.length !== channels)
    throw new NoFloatForm(`${node.name} has ${scales.length} scales for ${channels} channels`);
  const whole = integersOf(stored);
  const values = new Float32Array(whole.length);
  for (let i = 0; i < whole.length; i++) {
    const channel = isPerChannel ? Math.floor(i / inner) % channels : 0;
    values[i] = ((whole[i] ?? 0) - (zeros[channel] ?? 0)) * (scales[channel] ?? 0);
  }
  return float32Tensor(node.output[0] ?? '', dims, values);
}

/** The axis along which the scales lie; 1 unless the node says so. */
function axisOf({ attribute }: NodeProto, rank: number): number {
  const axis = Number(attribute.find(({ name }) => name === 'axis')?.i ?? 1n);
  return axis < 0 ? axis + rank : axis;
}

const identity = (from: string, to: string): NodeProto =>
  create(NodeProtoSchema, { name: `${to}/same`, opType: 'Identity', input: [from], output: [to] });
