import path from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataLocation as DataLocation,
  type GraphProto,
  type ModelProto,
  type NodeProto,
} from './proto/onnx_pb';
import { keepNeeded } from './pruneGraph';
import { OpsetStays, opsetOf, upgradeOpset } from './upgradeOpset';
import { phrase, WordedError } from '../../shared/phrase';

/** A graph and the folder that its external weights are relative to. */
export type PlacedGraph = { readonly onnx: Uint8Array; readonly folder: string };

/** Two graphs that can't become one; the message completes "They can't be used together: …". */
export class GraphsDiffer extends WordedError {}

const OUTPUTS = ['base', 'pixel', 'semantic'] as const;

/**
 * One graph of two that take the same `image`: `base` and `pixel` are the first one's, `semantic` is
 * what the second adds to its base more than the first (with all of its own branches). What both
 * make of the picture alike, the base, is computed once.
 */
export function mergePair(first: PlacedGraph, second: PlacedGraph): PlacedGraph {
  const folder = commonFolder(first.folder, second.folder);
  const p = parse(first, folder);
  const s = parse(second, folder);
  toOneOpset(p.model, s.model);
  for (const [{ model }, by] of [[p, 'p/'] as const, [s, 's/'] as const]) ownFunctions(model, by);
  prefix(p.graph, 'p/');
  prefix(s.graph, 's/');
  shareBase(p.graph, s.graph);
  const semantic = s.graph.output.some(({ name }) => name === 's/semantic')
    ? ([node('Add', ['s/pixel', 's/semantic'], 's/both'), 's/both'] as const)
    : ([undefined, 's/pixel'] as const);
  const nodes = [
    ...p.graph.node,
    ...s.graph.node,
    node('Identity', ['p/base'], 'base'),
    node('Identity', ['p/pixel'], 'pixel'),
    ...(semantic[0] ? [semantic[0]] : []),
    node('Sub', [semantic[1], 'p/pixel'], 'semantic'),
  ];
  p.graph.node = nodes;
  p.graph.initializer.push(...s.graph.initializer);
  p.graph.valueInfo = [];
  p.graph.output = OUTPUTS.map((name) => {
    const like = p.graph.output[0];
    if (!like) throw new GraphsDiffer(phrase`one of them has no result`);
    return { ...like, name };
  });
  p.model.functions.push(...s.model.functions);
  p.model.opsetImport = mergedImports(p.model, s.model);
  if (s.model.irVersion > p.model.irVersion) p.model.irVersion = s.model.irVersion;
  keepNeeded(p.graph, OUTPUTS);
  return { onnx: toBinary(ModelProtoSchema, p.model), folder };
}

function parse(
  { onnx, folder }: PlacedGraph,
  root: string,
): { readonly model: ModelProto; readonly graph: GraphProto } {
  const model = fromBinary(ModelProtoSchema, onnx);
  if (!model.graph) throw new GraphsDiffer(phrase`one of them holds no graph`);
  const way = path.relative(root, folder).split(path.sep).join('/');
  for (const { dataLocation, externalData } of model.graph.initializer)
    if (dataLocation === DataLocation.EXTERNAL && way !== '')
      for (const entry of externalData)
        if (entry.key === 'location') entry.value = `${way}/${entry.value}`;
  return { model, graph: model.graph };
}

/** Gives every value of a graph but `shared` a name of its own. */
export function prefix(graph: GraphProto, by: string, shared = 'image'): void {
  const named = (name: string): string => (name === '' || name === shared ? name : by + name);
  for (const one of graph.node) {
    one.name = named(one.name);
    one.input = one.input.map(named);
    one.output = one.output.map(named);
  }
  for (const one of [...graph.initializer, ...graph.output, ...graph.valueInfo])
    one.name = named(one.name);
  for (const one of graph.input) one.name = named(one.name);
  for (const one of graph.sparseInitializer)
    if (one.values) one.values.name = named(one.values.name);
  graph.quantizationAnnotation = [];
}

/** Lets the second graph use the first one's base wherever it would use its own. */
function shareBase(p: GraphProto, s: GraphProto): void {
  const own = sourceOf(s, 's/base');
  if (own === undefined || own === 'image') return;
  const shared = sourceOf(p, 'p/base') ?? 'p/base';
  for (const one of s.node)
    if (!one.output.includes('s/base'))
      one.input = one.input.map((name) => (name === own || name === 's/base' ? shared : name));
}

/** The value that an output passes on. */
const sourceOf = (graph: GraphProto, output: string): string | undefined =>
  graph.node.find((one) => one.opType === 'Identity' && one.output[0] === output)?.input[0];

const node = (opType: string, input: readonly string[], output: string): NodeProto =>
  create(NodeProtoSchema, { opType, name: output, input: [...input], output: [output] });

function toOneOpset(p: ModelProto, s: ModelProto): void {
  const [own, other] = [opsetOf(p), opsetOf(s)];
  try {
    if (own < other) upgradeOpset(p, other);
    else upgradeOpset(s, own);
  } catch (error) {
    if (!(error instanceof OpsetStays)) throw error;
    throw new GraphsDiffer(
      phrase`one is written in ONNX opset ${String(own)} and the other in ${String(other)}, and ${error.words}`,
    );
  }
}

/** Gives the functions of a model domains of their own: another may have some of the same names. */
function ownFunctions(model: ModelProto, by: string): void {
  const own = new Set(model.functions.map(({ domain }) => domain));
  if (own.size === 0) return;
  const rename = (one: { domain: string }): void => {
    if (own.has(one.domain)) one.domain = by + one.domain;
  };
  for (const nodes of [model.graph?.node ?? [], ...model.functions.map(({ node }) => node)])
    for (const node of nodes)
      if (model.functions.some((each) => each.name === node.opType && each.domain === node.domain))
        node.domain = by + node.domain;
  for (const one of model.functions) {
    rename(one);
    one.opsetImport.forEach(rename);
  }
  model.opsetImport.forEach(rename);
}

function mergedImports(p: ModelProto, s: ModelProto): ModelProto['opsetImport'] {
  const known = new Set(p.opsetImport.map(({ domain }) => domain));
  return [...p.opsetImport, ...s.opsetImport.filter(({ domain }) => !known.has(domain))];
}

/** The folder that holds both. On Windows two volumes have none. */
function commonFolder(a: string, b: string): string {
  if (path.parse(a).root.toLowerCase() !== path.parse(b).root.toLowerCase())
    throw new GraphsDiffer(phrase`their files lie on two volumes; move them to one`);
  let folder = a;
  while (path.relative(folder, b).startsWith('..')) folder = path.dirname(folder);
  return folder;
}
