import { GraphBuilder, type Value } from '../graphBuilder';
import type { ClipTextConfig } from './config';
import { Layers } from './layers';
import type { Weights } from './weights';

/** A score that softmax turns into nothing. */
const MASKED = -1e9;

/**
 * The tokens of the empty prompt as SD-2's tokenizer writes them: start, end, then padding with
 * token 0 ("!"). Start and end are the last two of the vocabulary. (The text encoder's config.json
 * names others, which nobody uses.)
 */
export const emptyPrompt = ({ vocabSize, positions }: ClipTextConfig): readonly number[] => [
  vocabSize - 2,
  vocabSize - 1,
  ...new Array<number>(positions - 2).fill(0),
];

/**
 * CLIP's text encoder (transformers' CLIPTextModel) for fixed `tokens`. No input; output `context`
 * [tokens, hiddenSize], after the final norm.
 */
export function buildClipText(
  config: ClipTextConfig,
  weights: Weights,
  tokens: readonly number[],
): Uint8Array {
  const graph = new GraphBuilder('clip-text');
  const layers = new Layers(graph, weights, 'float32');
  const { hiddenSize: size, layerNormEpsilon: epsilon } = config;
  const prefix = weights.has('embeddings.token_embedding.weight') ? '' : 'text_model.';
  // ONNX Runtime wants an input; this one shifts nothing.
  const shift = graph.input('shift', [1]);

  const table = layers.weight(`${prefix}embeddings.token_embedding.weight`, [
    config.vocabSize,
    size,
  ]);
  const words = graph.node(
    'Gather',
    [table, graph.int64(tokens)],
    { axis: 0 },
    { name: `${prefix}embeddings/Gather` },
  );
  let x = layers.add(
    words,
    layers.weight(`${prefix}embeddings.position_embedding.weight`, [config.positions, size]),
    `${prefix}embeddings/Add`,
  );
  x = layers.add(x, shift, `${prefix}embeddings/Shift`);
  const mask = causalMask(graph, tokens.length);
  for (let i = 0; i < config.layers; i++) {
    const layer = `${prefix}encoder.layers.${i}`;
    const attention = `${layer}.self_attn`;
    const normal = layers.layerNorm(x, `${layer}.layer_norm1`, size, epsilon);
    const [q, k, v] = ['q_proj', 'k_proj', 'v_proj'].map((name) =>
      layers.linear(normal, `${attention}.${name}`, size, size),
    ) as [Value, Value, Value];
    const attended = layers.attention(q, k, v, size, config.heads, attention, { mask });
    x = layers.add(
      x,
      layers.linear(attended, `${attention}.out_proj`, size, size),
      `${attention}/Add`,
    );
    const second = layers.layerNorm(x, `${layer}.layer_norm2`, size, epsilon);
    const hidden = layers.linear(second, `${layer}.mlp.fc1`, size, config.intermediateSize);
    const active = graph.node(
      config.activation === 'gelu' ? 'Gelu' : 'QuickGelu',
      [hidden],
      {},
      { name: `${layer}.mlp/Gelu`, domain: 'com.microsoft' },
    );
    x = layers.add(
      x,
      layers.linear(active, `${layer}.mlp.fc2`, config.intermediateSize, size),
      `${layer}.mlp/Add`,
    );
  }
  x = layers.layerNorm(x, `${prefix}final_layer_norm`, size, epsilon);
  graph.output('context', x, [tokens.length, size]);
  return graph.toBytes('pisa-upscale');
}

/** Each token sees itself and those before it. */
function causalMask(graph: GraphBuilder, length: number): Value {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++)
    mask.fill(MASKED, row * length + row + 1, (row + 1) * length);
  return graph.float32('causal_mask', [1, 1, length, length], mask);
}
