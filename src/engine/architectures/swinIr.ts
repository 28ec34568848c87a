import type { Value } from '../graph/graphBuilder';
import type { Architecture } from './architecture';
import type { Network } from './network';
import type { StateDict } from './stateDict';
import { enlargeByHead, headOf, headShape, residualConv, RGB_MEAN } from './transformerParts';
import { UnsupportedNetwork } from './unsupported';
import { attend, cropTo, padToMultiple, positionBias, TokenGrid, type Window } from './windows';
import { phrase } from '../../shared/phrase';

type Shape = {
  readonly first: string;
  readonly unshuffle: number;
  readonly inputChannels: number;
  readonly channels: number;
  readonly features: number;
  readonly layers: number;
  readonly window: number;
  readonly scale: number;
  readonly range: number;
};

const block = (layer: number, index: number): string =>
  `layers.${layer}.residual_group.blocks.${index}`;

function shapeOf(dict: StateDict): Shape {
  const first = dict.has('conv_first.1.weight') ? 'conv_first.1' : 'conv_first';
  const inputs = dict.dim(`${first}.weight`, 1);
  const unshuffle = first === 'conv_first' ? 1 : Math.round(Math.sqrt(inputs / 3));
  const inputChannels = inputs / unshuffle ** 2;
  const table = dict.dim(`${block(0, 0)}.attn.relative_position_bias_table`, 0);
  const window = (Math.sqrt(table) + 1) / 2;
  const head = headShape(dict, inputChannels);
  const scale = head.scale / unshuffle;
  if (!Number.isInteger(window) || !Number.isInteger(scale) || !Number.isInteger(inputChannels))
    throw new UnsupportedNetwork(phrase`its layers are not those of a SwinIR`);
  return {
    first,
    unshuffle,
    inputChannels,
    channels: head.channels,
    features: dict.dim(`${first}.weight`, 0),
    layers: dict.count('layers.'),
    window,
    scale,
    // Networks that remove JPEG's blocks have windows of 7 and see values up to 255.
    range: window === 7 ? 255 : 1,
  };
}

/** SwinIR (Liang et al. 2021, https://arxiv.org/abs/2108.10257) with its four heads. */
export const swinIr: Architecture = {
  id: 'swinir',
  name: 'SwinIR',
  source: 'https://github.com/JingyunLiang/SwinIR',
  // Attention within windows.
  effort: () => 2,
  recognises: (dict) =>
    dict.hasAll(
      `${block(0, 0)}.attn.relative_position_bias_table`,
      `${block(0, 0)}.mlp.fc1.bias`,
    ) &&
    (dict.has('conv_first.weight') || dict.has('conv_first.1.weight')) &&
    !dict.has(`${block(0, 0)}.conv_block.cab.0.weight`) &&
    !dict.has(`${block(0, 0)}.attn.logit_scale`) &&
    !dict.has(`${block(0, 0)}.attn.aligned_relative_position_index`),
  describe(dict) {
    const { inputChannels, channels, features, layers, window, scale, unshuffle } = shapeOf(dict);
    return {
      scale,
      inputChannels,
      outputChannels: channels,
      multipleOf: window * unshuffle,
      minimum: Math.max(16, window * unshuffle),
      halo: 2 * window * unshuffle,
      exactHalo: false,
      bytesPerPixel: 46_000,
      float16: false,
      size: `${features} features, ${layers} layers, windows of ${window}`,
    };
  },
  build(net, x, dict) {
    const shape = shapeOf(dict);
    const { window, features, layers, range, inputChannels, unshuffle, scale } = shape;
    const padded = padToMultiple(net, x, window * unshuffle, 'reflect');
    const mean = inputChannels === 3 ? RGB_MEAN : new Array<number>(inputChannels).fill(0);
    const means = net.constant('mean', [1, inputChannels, 1, 1], mean);
    const image = net.scale(net.sub(padded, means), range);
    const first = net.conv(net.spaceToDepth(image, inputChannels, unshuffle), shape.first);
    const grid = TokenGrid.of(net, first);
    let tokens = grid.toTokens(first, features);
    if (dict.has('patch_embed.norm.weight')) tokens = net.layerNorm(tokens, 'patch_embed.norm');
    for (let layer = 0; layer < layers; layer++) {
      let inner = tokens;
      const blocks = dict.count(`layers.${layer}.residual_group.blocks.`);
      for (let index = 0; index < blocks; index++)
        inner = swinBlock(net, grid, inner, block(layer, index), features, window, index % 2 === 1);
      const residual = residualConv(net, grid.toImage(inner, features), `layers.${layer}.conv`);
      tokens = net.add(tokens, grid.toTokens(residual, features));
    }
    const body = grid.toImage(net.layerNorm(tokens, 'norm'), features);
    const deep = net.add(residualConv(net, body, 'conv_after_body'), first);
    let y = enlargeByHead(net, deep, dict);
    if (headOf(dict) === 'none') y = net.add(image, y);
    return cropTo(net, net.add(net.scale(y, 1 / range), means), x, scale);
  },
};

function swinBlock(
  net: Network,
  grid: TokenGrid,
  tokens: Value,
  key: string,
  features: number,
  side: number,
  shifted: boolean,
): Value {
  const window: Window = { height: side, width: side };
  const shift = shifted ? Math.floor(side / 2) : 0;
  const table = `${key}.attn.relative_position_bias_table`;
  const heads = net.dict.dim(table, 1);
  let qkv = net.linear(net.layerNorm(tokens, `${key}.norm1`), `${key}.attn.qkv`);
  qkv = grid.roll(qkv, 3 * features, shift, shift);
  const [q, k, v] = net
    .split(qkv, 1, [features, features, features])
    .map((part) => grid.toWindows(part, heads, features, window)) as [Value, Value, Value];
  const attended = attend(
    net,
    net.scale(q, (features / heads) ** -0.5),
    k,
    v,
    positionBias(net, net.weight(table), window),
    shift > 0 ? grid.mask(window, shift, shift) : undefined,
  );
  const joined = grid.fromWindows(attended, heads, features, window);
  const back = grid.roll(joined, features, -shift, -shift);
  const y = net.add(tokens, net.linear(back, `${key}.attn.proj`));
  const hidden = net.gelu(net.linear(net.layerNorm(y, `${key}.norm2`), `${key}.mlp.fc1`));
  return net.add(y, net.linear(hidden, `${key}.mlp.fc2`));
}
