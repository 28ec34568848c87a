import { counted } from '../../shared/counted';
import type { Value } from '../graph/graphBuilder';
import type { Architecture } from './architecture';
import { positionTable } from './dynamicPosition';
import type { Network } from './network';
import type { StateDict } from './stateDict';
import { enlargeByHead, headShape, residualConv, RGB_MEAN } from './transformerParts';
import { UnsupportedNetwork } from './unsupported';
import { attend, cropTo, positionBias, TokenGrid, padToMultiple, type Window } from './windows';
import { phrase } from '../../shared/phrase';

/** Of the published networks, where a stripped file does not say. */
const USUAL_WINDOW: Window = { height: 8, width: 32 };

type Shape = {
  readonly channels: number;
  readonly features: number;
  readonly groups: number;
  readonly window: Window;
  readonly scale: number;
};

/** The window's sides follow from the largest offsets in a buffer; stripped files lack it. */
function windowOf(dict: StateDict): Window {
  const key = 'layers.0.blocks.0.attn.attns.0.rpe_biases';
  if (!dict.has(key)) return USUAL_WINDOW;
  const last = dict.values(key).slice(-2);
  const [height, width] = [(last[0] ?? 0) + 1, (last[1] ?? 0) + 1];
  if (![height, width].every((side) => Number.isInteger(side) && side >= 1 && side <= 64))
    throw new UnsupportedNetwork(phrase`its windows have no valid size`);
  return { height, width };
}

function shapeOf(dict: StateDict): Shape {
  const channels = dict.dim('conv_first.weight', 1);
  return {
    channels,
    features: dict.dim('conv_first.weight', 0),
    groups: dict.count('layers.'),
    window: windowOf(dict),
    scale: headShape(dict, channels).scale,
  };
}

/**
 * DAT, the Dual Aggregation Transformer (Chen et al. 2023, https://arxiv.org/abs/2308.03364):
 * attention in windows and over channels by turns.
 */
export const dat: Architecture = {
  id: 'dat',
  name: 'DAT',
  source: 'https://github.com/zhengchen1999/DAT',
  // Attention within windows.
  effort: () => 6,
  recognises: (dict) =>
    dict.hasAll(
      'conv_first.weight',
      'before_RG.1.weight',
      'layers.0.blocks.0.ffn.sg.norm.weight',
      'layers.0.blocks.0.attn.attns.0.pos.pos_proj.weight',
    ) && !dict.has('layers.0.blocks.0.gamma'),
  describe(dict) {
    const { channels, features, groups, window, scale } = shapeOf(dict);
    const side = Math.max(window.height, window.width);
    return {
      scale,
      inputChannels: channels,
      outputChannels: channels,
      multipleOf: side,
      minimum: side,
      halo: side,
      exactHalo: false,
      bytesPerPixel: 22_000,
      float16: false,
      size: `${features} features, ${counted(groups, 'group')}, windows of ${window.height}×${window.width}`,
    };
  },
  build(net, x, dict) {
    const { channels, features, groups, window, scale } = shapeOf(dict);
    const mean = channels === 3 ? RGB_MEAN : new Array<number>(channels).fill(0);
    const means = net.constant('mean', [1, channels, 1, 1], mean);
    const first = net.conv(net.sub(x, means), 'conv_first');
    const grid = TokenGrid.of(net, first);
    let tokens = net.layerNorm(grid.toTokens(first, features), 'before_RG.1');
    const block = new DatBlock(net, grid, features, window, first);
    for (let group = 0; group < groups; group++) {
      let inner = tokens;
      const blocks = dict.count(`layers.${group}.blocks.`);
      for (let index = 0; index < blocks; index++) inner = block.build(inner, group, index);
      const residual = residualConv(net, grid.toImage(inner, features), `layers.${group}.conv`);
      tokens = net.add(tokens, grid.toTokens(residual, features));
    }
    const body = grid.toImage(net.layerNorm(tokens, 'norm'), features);
    const deep = net.add(residualConv(net, body, 'conv_after_body'), first);
    return cropTo(net, net.add(enlargeByHead(net, deep, dict), means), x, scale);
  },
};

/** One of DAT's blocks: spatial attention at even places of a group, channel attention at odd. */
class DatBlock {
  private readonly padded: TokenGrid;
  private readonly side: number;

  constructor(
    private readonly net: Network,
    private readonly grid: TokenGrid,
    private readonly features: number,
    private readonly window: Window,
    image: Value,
  ) {
    this.side = Math.max(window.height, window.width);
    this.padded = TokenGrid.of(net, padToMultiple(net, image, this.side, 'constant'));
  }

  build(tokens: Value, group: number, index: number): Value {
    const { net } = this;
    const key = `layers.${group}.blocks.${index}`;
    const normal = net.layerNorm(tokens, `${key}.norm1`);
    const attended =
      index % 2 === 0
        ? this.spatial(normal, `${key}.attn`, this.isShifted(group, index))
        : this.channel(normal, `${key}.attn`);
    const y = net.add(tokens, net.linear(attended, `${key}.attn.proj`));
    return net.add(y, this.feedForward(net.layerNorm(y, `${key}.norm2`), `${key}.ffn`));
  }

  private isShifted(group: number, index: number): boolean {
    return group % 2 === 0 ? index > 0 && (index - 2) % 4 === 0 : index % 4 === 0;
  }

  private qkv(tokens: Value, key: string): { qkv: Value; convolved: Value } {
    const { net, features } = this;
    const qkv = net.linear(tokens, `${key}.qkv`);
    const values = net.slice(qkv, 1, 2 * features, 3 * features);
    const image = this.grid.toImage(values, features);
    const depthwise = net.conv(image, `${key}.dwconv.0`, { group: features });
    return { qkv, convolved: net.gelu(net.batchNorm(depthwise, `${key}.dwconv.1`)) };
  }

  private spatial(tokens: Value, key: string, shifted: boolean): Value {
    const { net, grid, padded, features, side } = this;
    const { qkv, convolved } = this.qkv(tokens, key);
    const image = padToMultiple(net, grid.toImage(qkv, 3 * features), side, 'constant');
    const all = padded.toTokens(image, 3 * features);
    const half = features / 2;
    const parts = net.split(all, 1, new Array<number>(6).fill(half));
    const { height, width } = this.window;
    const branches = [0, 1].map((branch) => {
      const window = branch === 0 ? this.window : { height: width, width: height };
      const own = [0, 2, 4].map((part) => parts[part + branch] as Value) as [Value, Value, Value];
      return this.branch(own, `${key}.attns.${branch}`, window, half, shifted);
    });
    const joined = padded.toImage(net.concat(branches, 1), features);
    const attended = cropTo(net, joined, convolved, 1);
    const y = net.add(
      net.mul(attended, net.sigmoid(this.channelMap(convolved, key))),
      net.mul(convolved, net.sigmoid(this.spatialMap(attended, key))),
    );
    return grid.toTokens(y, features);
  }

  private branch(
    qkv: readonly [Value, Value, Value],
    key: string,
    window: Window,
    channels: number,
    shifted: boolean,
  ): Value {
    const { net, padded } = this;
    const heads = net.dict.dim(`${key}.pos.pos3.2.weight`, 0);
    const [up, left] = shifted ? [window.height >> 1, window.width >> 1] : [0, 0];
    const [q, k, v] = qkv.map((part) =>
      padded.toWindows(padded.roll(part, channels, up, left), heads, channels, window),
    ) as [Value, Value, Value];
    const table = net.constant(
      `${key}.table`,
      [(2 * window.height - 1) * (2 * window.width - 1), heads],
      positionTable(net.dict, `${key}.pos`, window),
    );
    const attended = attend(
      net,
      net.scale(q, (channels / heads) ** -0.5),
      k,
      v,
      positionBias(net, table, window),
      shifted ? padded.mask(window, up, left) : undefined,
    );
    return padded.roll(padded.fromWindows(attended, heads, channels, window), channels, -up, -left);
  }

  private channel(tokens: Value, key: string): Value {
    const { net, grid, features } = this;
    const { qkv, convolved } = this.qkv(tokens, key);
    const heads = net.dict.dim(`${key}.temperature`, 0);
    const depth = features / heads;
    const [q, k, v] = net
      .split(qkv, 1, [features, features, features])
      .map((part) => net.reshape(net.transpose(part, [1, 0]), [heads, depth, -1])) as [
      Value,
      Value,
      Value,
    ];
    const unit = (x: Value): Value => net.op('LpNormalization', [x], { axis: -1, p: 2 });
    const scores = net.op('MatMul', [unit(q), net.transpose(unit(k), [0, 2, 1])]);
    const scaled = net.mul(scores, net.weight(`${key}.temperature`, [heads, 1, 1]));
    const values = net.op('MatMul', [net.op('Softmax', [scaled], { axis: -1 }), v]);
    const attended = grid.shaped(values, [1, features, grid.height, grid.width]);
    const y = net.add(
      net.mul(attended, net.sigmoid(this.spatialMap(convolved, key))),
      net.mul(convolved, net.sigmoid(this.channelMap(attended, key))),
    );
    return grid.toTokens(y, features);
  }

  private channelMap(image: Value, key: string): Value {
    const { net } = this;
    const first = net.conv(net.globalMean(image), `${key}.channel_interaction.1`);
    const inner = net.gelu(net.batchNorm(first, `${key}.channel_interaction.2`));
    return net.conv(inner, `${key}.channel_interaction.4`);
  }

  private spatialMap(image: Value, key: string): Value {
    const { net } = this;
    const first = net.conv(image, `${key}.spatial_interaction.0`);
    const inner = net.gelu(net.batchNorm(first, `${key}.spatial_interaction.1`));
    return net.conv(inner, `${key}.spatial_interaction.3`);
  }

  private feedForward(tokens: Value, key: string): Value {
    const { net, grid } = this;
    const hidden = net.dict.dim(`${key}.fc1.weight`, 0);
    const half = hidden / 2;
    const u = net.gelu(net.linear(tokens, `${key}.fc1`));
    const [plain, gate] = net.split(u, 1, [half, half]) as [Value, Value];
    const image = grid.toImage(net.layerNorm(gate, `${key}.sg.norm`), half);
    const gated = grid.toTokens(net.conv(image, `${key}.sg.conv`, { group: half }), half);
    return net.linear(net.mul(plain, gated), `${key}.fc2`);
  }
}
