import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  type AttributeProto,
  type ModelProto,
  type NodeProto,
} from './proto/onnx_pb';
import { phrase, WordedError } from '../../shared/phrase';

/** A graph that can't be written in a later opset; the message completes "They can't be …: ". */
export class OpsetStays extends WordedError {}

/** What a node becomes; `fresh` names values that the graph does not have. */
type Rule = (node: NodeProto, fresh: (what: string) => string) => readonly NodeProto[];

/** Operators whose list of axes became an input, and when. */
const AXES_SINCE: ReadonlyMap<string, bigint> = new Map([
  ...['Squeeze', 'Unsqueeze', 'ReduceSum'].map((name) => [name, 13n] as const),
  ...['Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'LogSum', 'LogSumExp', 'SumSquare'].map(
    (name) => [`Reduce${name}`, 18n] as const,
  ),
]);
const FLATTENING: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax', 'Hardmax']);
/** Names that opset 20 gave to the ways of sampling. */
const SAMPLING: ReadonlyMap<string, string> = new Map([
  ['bilinear', 'linear'],
  ['bicubic', 'cubic'],
]);

/** The version of ONNX's own operators that a model is written in; 0 where it does not say. */
export const opsetOf = ({ opsetImport }: Pick<ModelProto, 'opsetImport'>): bigint =>
  opsetImport.find(isOwn)?.version ?? 0n;

/**
 * Writes a model of opset 11 or later in a later one, up to 21, with the same results: what
 * changed between them is rewritten. Throws `OpsetStays` for what has no equal there.
 */
export function upgradeOpset(model: ModelProto, to: bigint): void {
  const from = opsetOf(model);
  if (from >= to) return;
  if (model.graph) model.graph.node = upgraded(model.graph.node, from, to);
  for (const one of model.functions) {
    const own = opsetOf(one);
    one.node = upgraded(one.node, own === 0n ? from : own, to);
    for (const entry of one.opsetImport.filter(isOwn)) if (entry.version < to) entry.version = to;
  }
  for (const entry of model.opsetImport.filter(isOwn)) entry.version = to;
}

function upgraded(nodes: readonly NodeProto[], from: bigint, to: bigint): NodeProto[] {
  const crosses = (version: bigint): boolean => from < version && to >= version;
  return nodes.flatMap((node, i) => {
    if (!isOwn(node)) return [node];
    const rule = ruleFor(node, crosses);
    return rule ? rule(node, (what) => `opset${to}/${i}/${what}`) : [node];
  });
}

function ruleFor(node: NodeProto, crosses: (version: bigint) => boolean): Rule | undefined {
  const { opType } = node;
  const axesSince = AXES_SINCE.get(opType);
  if (axesSince !== undefined && crosses(axesSince)) return listAsInput('axes');
  if (opType === 'Split') {
    if (crosses(13n) && has(node, 'split')) return listAsInput('split');
    return crosses(18n) && !node.input[1] ? countedSplit : undefined;
  }
  if (FLATTENING.has(opType) && crosses(13n)) return flattened;
  if (opType === 'Dropout' && crosses(12n)) return withoutRatio;
  if (opType === 'GridSample' && crosses(20n)) return renamedSampling;
  if (opType === 'GroupNormalization' && crosses(21n)) return refused;
  if (opType === 'BatchNormalization' && crosses(14n) && node.output.length > 1) return refused;
  const coordinates = text(node, 'coordinate_transformation_mode');
  if (opType === 'Resize' && crosses(13n) && coordinates === 'tf_half_pixel_for_nn') return refused;
  return undefined;
}

/** An attribute that lists whole numbers becomes the second input. */
const listAsInput =
  (name: string): Rule =>
  (node, fresh) => {
    const values = node.attribute.find((one) => one.name === name)?.ints;
    if (!values) return [node];
    node.attribute = node.attribute.filter((one) => one.name !== name);
    const constant = integers(fresh(name), values);
    node.input = [node.input[0] ?? '', constant.output[0] ?? ''];
    return [constant, node];
  };

/** Parts of one size: since opset 18 their number is said. */
const countedSplit: Rule = (node) => {
  const count = BigInt(node.output.length);
  node.attribute.push(
    create(AttributeProtoSchema, { name: 'num_outputs', type: AttributeType.INT, i: count }),
  );
  return [node];
};

/** Before opset 13 all axes from `axis` on are one to these operators. */
const flattened: Rule = (node, fresh) => {
  const axis = node.attribute.find(({ name }) => name === 'axis')?.i ?? 1n;
  const [from = '', to = ''] = [node.input[0], node.output[0]];
  const [flat, result, shape] = [fresh('flat'), fresh('result'), fresh('shape')];
  return [
    operator('Flatten', [from], flat, [integer('axis', axis)]),
    operator(node.opType, [flat], result, [integer('axis', 1n)]),
    operator('Shape', [from], shape),
    operator('Reshape', [result, shape], to),
  ];
};

/** How much would be dropped in training does not matter afterwards. */
const withoutRatio: Rule = (node) => {
  node.attribute = node.attribute.filter(({ name }) => name !== 'ratio');
  return [node];
};

const renamedSampling: Rule = (node) => {
  for (const one of node.attribute)
    if (one.name === 'mode') one.s = Buffer.from(SAMPLING.get(textOf(one)) ?? textOf(one));
  return [node];
};

const refused: Rule = ({ opType }) => {
  throw new OpsetStays(
    phrase`its operator ${opType} means something else in the other's; export both with the same`,
  );
};

const isOwn = ({ domain }: { readonly domain: string }): boolean =>
  domain === '' || domain === 'ai.onnx';

const has = (node: NodeProto, name: string): boolean =>
  node.attribute.some((one) => one.name === name);

const textOf = ({ s }: AttributeProto): string => Buffer.from(s).toString();

const text = (node: NodeProto, name: string): string | undefined => {
  const found = node.attribute.find((one) => one.name === name);
  return found && textOf(found);
};

const integer = (name: string, i: bigint): AttributeProto =>
  create(AttributeProtoSchema, { name, type: AttributeType.INT, i });

const operator = (
  opType: string,
  input: string[],
  output: string,
  attribute: AttributeProto[] = [],
): NodeProto =>
  create(NodeProtoSchema, { opType, name: output, input, output: [output], attribute });

/** As a node, since functions have no initializers. */
function integers(output: string, values: readonly bigint[]): NodeProto {
  const t = create(TensorProtoSchema, {
    dataType: DataType.INT64,
    dims: [BigInt(values.length)],
    int64Data: [...values],
  });
  const value = create(AttributeProtoSchema, { name: 'value', type: AttributeType.TENSOR, t });
  return operator('Constant', [], output, [value]);
}
