import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  TensorProto_DataLocation as DataLocation,
  type GraphProto,
} from './proto/onnx_pb';

/**
 * The ONNX model `bytes` without what only other outputs than `outputs` need: ONNX Runtime computes
 * every output that a graph has, wanted or not. Returns undefined when there is nothing to leave
 * out, or when its weights lie in other files, which bytes can't point to unless their folder is
 * told when they are opened (`tellsFolder`).
 */
export function pruneGraph(
  bytes: Uint8Array,
  outputs: readonly string[],
  tellsFolder = false,
): Uint8Array | undefined {
  const model = fromBinary(ModelProtoSchema, bytes);
  const { graph } = model;
  if (!graph || graph.output.every(({ name }) => outputs.includes(name))) return undefined;
  if (
    !tellsFolder &&
    graph.initializer.some(({ dataLocation }) => dataLocation === DataLocation.EXTERNAL)
  )
    return undefined;

  keepNeeded(graph, outputs);
  return toBinary(ModelProtoSchema, model);
}

/** Leaves of a graph what `outputs` need. */
export function keepNeeded(graph: GraphProto, outputs: readonly string[]): void {
  const needed = new Set(outputs);
  // Nodes stand in the order in which they run, so that from the end on each one's readers are
  // known.
  const nodes = graph.node.toReversed().filter(({ input, output }) => {
    const isNeeded = output.some((name) => needed.has(name));
    if (isNeeded) for (const name of input) needed.add(name);
    return isNeeded;
  });
  graph.node = nodes.reverse();
  graph.initializer = graph.initializer.filter(({ name }) => needed.has(name));
  graph.output = graph.output.filter(({ name }) => outputs.includes(name));
  graph.valueInfo = graph.valueInfo.filter(({ name }) => needed.has(name));
}
