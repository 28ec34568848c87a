import type { Value } from '../graphBuilder';
import type { GroupNorm } from './groupNorm';
import type { Layers } from './layers';
import type { Blocks } from './winogradConv';

/**
 * Residual block: norm → SiLU → conv → (+ time) → norm → SiLU → conv, plus the input. `time` is
 * SiLU of the time embedding [1,timeChannels].
 */
export function residualBlock(
  layers: Layers,
  x: Value,
  module: string,
  {
    from,
    to,
    norm,
    epsilon,
    time,
    blocks,
  }: {
    from: number;
    to: number;
    norm: GroupNorm;
    epsilon: number;
    time?: { value: Value; channels: number };
    /** See ConvShape. */
    blocks?: Blocks | undefined;
  },
): Value {
  const first = layers.silu(norm(layers, x, `${module}.norm1`, from, epsilon), `${module}.norm1`);
  let h = layers.conv(first, `${module}.conv1`, { from, to, kernel: 3, blocks });
  if (time) {
    const projected = layers.linear(time.value, `${module}.time_emb_proj`, time.channels, to);
    h = layers.add(
      h,
      layers.reshape(projected, [1, to, 1, 1], `${module}.time_emb_proj/PerChannel`),
      `${module}/AddTime`,
    );
  }
  const second = layers.silu(norm(layers, h, `${module}.norm2`, to, epsilon), `${module}.norm2`);
  h = layers.conv(second, `${module}.conv2`, { from: to, to, kernel: 3, blocks });
  const skip = from === to ? x : layers.conv(x, `${module}.conv_shortcut`, { from, to, kernel: 1 });
  return layers.add(skip, h, `${module}/Add`);
}

const TRANSFORMER_NORM_EPSILON = 1e-6;
const LAYER_NORM_EPSILON = 1e-5;
const NO_BIAS = { bias: false } as const;

/**
 * Diffusers' Transformer2DModel with linear projections and one block: self-attention, attention to
 * `context` [S,contextChannels], GEGLU.
 */
export function spatialTransformer(
  layers: Layers,
  x: Value,
  module: string,
  {
    channels,
    heads,
    norm,
    context,
    contextChannels,
    chunks,
  }: {
    channels: number;
    heads: number;
    norm: GroupNorm;
    context: Value;
    contextChannels: number;
    /** Of the queries of self-attention; the text has few keys. */
    chunks: number;
  },
): Value {
  const block = `${module}.transformer_blocks.0`;
  const normal = norm(layers, x, `${module}.norm`, channels, TRANSFORMER_NORM_EPSILON);
  let t = layers.linear(
    layers.toSequence(normal, channels, module),
    `${module}.proj_in`,
    channels,
    channels,
  );

  const attend = (
    name: string,
    query: Value,
    source: Value,
    sourceChannels: number,
    parts: number,
  ): Value => {
    const q = layers.linear(query, `${name}.to_q`, channels, channels, NO_BIAS);
    const k = layers.linear(source, `${name}.to_k`, sourceChannels, channels, NO_BIAS);
    const v = layers.linear(source, `${name}.to_v`, sourceChannels, channels, NO_BIAS);
    return layers.linear(
      layers.attention(q, k, v, channels, heads, name, { chunks: parts }),
      `${name}.to_out.0`,
      channels,
      channels,
    );
  };
  const first = layers.layerNorm(t, `${block}.norm1`, channels, LAYER_NORM_EPSILON);
  t = layers.add(t, attend(`${block}.attn1`, first, first, channels, chunks), `${block}.attn1/Add`);
  const second = layers.layerNorm(t, `${block}.norm2`, channels, LAYER_NORM_EPSILON);
  t = layers.add(
    t,
    attend(`${block}.attn2`, second, context, contextChannels, 1),
    `${block}.attn2/Add`,
  );
  const third = layers.layerNorm(t, `${block}.norm3`, channels, LAYER_NORM_EPSILON);
  t = layers.add(t, feedForward(layers, third, `${block}.ff`, channels), `${block}.ff/Add`);

  t = layers.linear(t, `${module}.proj_out`, channels, channels);
  return layers.add(layers.toPicture(t, x, module), x, `${module}/Add`);
}

/**
 * GEGLU: the first half of a projection to twice the inner width, times GELU (with erf) of the
 * second.
 */
function feedForward(layers: Layers, x: Value, module: string, channels: number): Value {
  const inner = 4 * channels;
  const projected = layers.linear(x, `${module}.net.0.proj`, channels, 2 * inner);
  const [value, gate] = layers.graph.nodeWithOutputs(
    'Split',
    [projected, layers.graph.int64([inner, inner])],
    2,
    { axis: -1 },
    { name: `${module}.net.0/Split` },
  );
  if (!value || !gate) throw new Error('Split yields two values.');
  const gelu = layers.graph.node(
    'Gelu',
    [gate],
    {},
    { name: `${module}.net.0/Gelu`, domain: 'com.microsoft' },
  );
  return layers.linear(
    layers.graph.node('Mul', [value, gelu], {}, { name: `${module}.net.0/GEGLU` }),
    `${module}.net.2`,
    inner,
    channels,
  );
}

/** At 128×128 latents, the largest that are decoded in one piece, a chunk's scores take 134 MB. */
const VAE_CHUNKS = 8;

/**
 * The VAE's attention over all positions, one head. Files written before diffusers 0.17 call its
 * layers query, key, value and proj_attn.
 */
export function vaeAttention(
  layers: Layers,
  x: Value,
  module: string,
  channels: number,
  norm: GroupNorm,
  epsilon: number,
): Value {
  const linear = (value: Value, now: string, before: string): Value => {
    const old = `${module}.${before}`;
    const stored = layers.weights.has(`${old}.weight`) ? { stored: old } : {};
    return layers.linear(value, `${module}.${now}`, channels, channels, stored);
  };
  const normal = norm(layers, x, `${module}.group_norm`, channels, epsilon);
  const t = layers.toSequence(normal, channels, module);
  const q = linear(t, 'to_q', 'query');
  const k = linear(t, 'to_k', 'key');
  const v = linear(t, 'to_v', 'value');
  const attended = layers.attention(q, k, v, channels, 1, module, { chunks: VAE_CHUNKS });
  const out = linear(attended, 'to_out.0', 'proj_attn');
  return layers.add(layers.toPicture(out, x, module), x, `${module}/Add`);
}
