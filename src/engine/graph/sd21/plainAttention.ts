import type { Value } from '../graphBuilder';
import type { Layers } from './layers';

export type AttentionShape = {
  readonly channels: number;
  readonly heads: number;
  /**
   * In how many chunks the queries are taken, one after another, so that only so large a part of
   * the score matrix exists at a time. There must be at least as many queries.
   */
  readonly chunks: number;
};

/**
 * Attention of sequences [S,channels] written as MatMul, Softmax, MatMul, which every execution
 * provider computes alike: ONNX Runtime's fused operator is wrong by some percent on WebGPU (1.30).
 * Both factors are scaled before they meet, and the softmax is float32, so that float16 does not
 * overflow. Returns [S,channels].
 */
export function plainAttention(
  layers: Layers,
  { q, k, v }: { readonly q: Value; readonly k: Value; readonly v: Value },
  { channels, heads, chunks }: AttentionShape,
  name: string,
): Value {
  const { graph } = layers;
  const size = channels / heads;
  const scale = attentionScale(layers, size);
  const split = (x: Value, perm: readonly number[], which: string): Value =>
    graph.node(
      'Transpose',
      [layers.reshape(x, [-1, heads, size], `${name}/${which}Heads`)],
      { perm },
      { name: `${name}/${which}` },
    );
  const scaled = (x: Value, which: string): Value =>
    graph.node('Mul', [x, scale], {}, { name: `${name}/${which}Scaled` });
  const keys = split(scaled(k, 'Key'), [1, 2, 0], 'Key');
  const values = split(v, [1, 0, 2], 'Value');
  const queries = scaled(q, 'Query');
  const attend = (part: Value, at: string): Value => {
    const scores = graph.node(
      'MatMul',
      [split(part, [1, 0, 2], `Query${at}`), keys],
      {},
      { name: `${name}/Scores${at}` },
    );
    const weights = layers.inFloat32(scores, `${name}/Softmax${at}`, (x) =>
      graph.node('Softmax', [x], { axis: -1 }, { name: `${name}/Softmax${at}` }),
    );
    const y = graph.node('MatMul', [weights, values], {}, { name: `${name}/Attended${at}` });
    const rows = graph.node('Transpose', [y], { perm: [1, 0, 2] }, { name: `${name}/Rows${at}` });
    return layers.reshape(rows, [-1, channels], `${name}/Sequence${at}`);
  };
  if (chunks === 1) return attend(queries, '');
  const parts = chunksOf(layers, queries, chunks, name).map((part, i) => attend(part, `${i}`));
  return graph.node('Concat', parts, { axis: 0 }, { name: `${name}/Concat` });
}

/** The fourth root of 1 / size: both factors get it. */
function attentionScale(layers: Layers, size: number): Value {
  const name = `attention/Scale${size}`;
  const value = layers.graph.shared(name, [1], Float32Array.of(size ** -0.25));
  return layers.type === 'float32' ? value : layers.castOnce(value, name);
}

/** Rows of `x` in so many parts of about one size. */
function chunksOf(layers: Layers, x: Value, count: number, name: string): Value[] {
  const { graph } = layers;
  const whole = (value: number): Value => graph.int64([value]);
  const rows = graph.node('Shape', [x], { start: 0, end: 1 }, { name: `${name}/Rows` });
  const edge = (i: number): Value => {
    if (i === 0) return whole(0);
    if (i === count) return rows;
    const times = graph.node('Mul', [rows, whole(i)], {}, { name: `${name}/Edge${i}/Mul` });
    return graph.node('Div', [times, whole(count)], {}, { name: `${name}/Edge${i}` });
  };
  let start = edge(0);
  return Array.from({ length: count }, (_, i) => {
    const end = edge(i + 1);
    const inputs = [x, start, end, whole(0)];
    start = end;
    return graph.node('Slice', inputs, {}, { name: `${name}/Chunk${i}` });
  });
}
