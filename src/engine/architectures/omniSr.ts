import { counted } from '../../shared/counted';
import type { Value } from '../graph/graphBuilder';
import type { Architecture } from './architecture';
import type { Network } from './network';
import { shuffledScale } from './pixelShuffle';
import type { StateDict } from './stateDict';
import { UnsupportedNetwork } from './unsupported';
import {
  attend,
  cropTo,
  padToMultiple,
  positionBias,
  TokenGrid,
  type Gathering,
  type Window,
} from './windows';
import { phrase } from '../../shared/phrase';

const HEADS = 4;
const USUAL_WINDOW = 8;
const EPSILON = 1e-6;

type Shape = {
  readonly channels: number;
  readonly outputChannels: number;
  readonly features: number;
  readonly groups: number;
  readonly blocks: number;
  readonly side: number;
  readonly scale: number;
};

const group = (index: number): string => `residual_layer.${index}`;

function shapeOf(dict: StateDict): Shape {
  const channels = dict.dim('input.weight', 1);
  const up = shuffledScale(dict.dim('up.0.weight', 0), channels);
  const table = `${group(0)}.residual_layer.0.layer.2.fn.rel_pos_bias.weight`;
  const side = dict.has(table) ? (Math.sqrt(dict.dim(table, 0)) + 1) / 2 : USUAL_WINDOW;
  const features = dict.dim('input.weight', 0);
  if (!Number.isInteger(side) || features % HEADS !== 0)
    throw new UnsupportedNetwork(phrase`its layers are not those of an OmniSR`);
  return {
    channels,
    outputChannels: up.channels,
    features,
    groups: dict.count('residual_layer.'),
    blocks: dict.count(`${group(0)}.residual_layer.`) - 1,
    side,
    scale: up.scale,
  };
}

/** OmniSR (Wang et al. 2023, https://arxiv.org/abs/2304.10244). */
export const omniSr: Architecture = {
  id: 'omnisr',
  name: 'OmniSR',
  source: 'https://github.com/Francis0625/Omni-SR',
  // Attention within windows.
  effort: () => 3,
  recognises: (dict) =>
    dict.hasAll(`${group(0)}.residual_layer.0.layer.0.fn.0.weight`, 'input.weight', 'up.0.weight'),
  describe(dict) {
    const { channels, outputChannels, features, groups, blocks, side, scale } = shapeOf(dict);
    return {
      scale,
      inputChannels: channels,
      outputChannels,
      multipleOf: side,
      minimum: Math.max(16, 2 * side),
      halo: 4 * side,
      exactHalo: false,
      bytesPerPixel: 30_000,
      float16: false,
      size: `${features} features, ${counted(groups, 'group')} of ${counted(blocks, 'block')}`,
    };
  },
  build(net, x, dict) {
    const shape = shapeOf(dict);
    const { features, groups, blocks, side, scale } = shape;
    const first = net.conv(padToMultiple(net, x, side, 'constant'), 'input');
    const grid = TokenGrid.of(net, first);
    const block = new OmniBlock(net, grid, features, { height: side, width: side });
    let y = first;
    for (let index = 0; index < groups; index++) {
      let inner = y;
      for (let each = 0; each < blocks; each++)
        inner = block.build(inner, `${group(index)}.residual_layer.${each}.layer`);
      inner = net.add(net.conv(inner, `${group(index)}.residual_layer.${blocks}`), y);
      y = spatialAttention(net, inner, `${group(index)}.esa`);
    }
    y = net.add(net.conv(y, 'output'), first);
    return cropTo(net, net.depthToSpace(net.conv(y, 'up.0'), scale), x, scale);
  },
};

/** Enhanced spatial attention: a mask from a view of the picture that is reduced six times. */
function spatialAttention(net: Network, x: Value, key: string): Value {
  const narrow = net.conv(x, `${key}.conv1`);
  const reduced = net.conv(narrow, `${key}.conv2`, { stride: 2, pads: [0, 0, 0, 0] });
  const pooled = net.op('MaxPool', [reduced], { kernel_shape: [7, 7], strides: [3, 3] });
  const seen = net.conv(pooled, `${key}.conv3`);
  const size = net.concat(
    [
      net.op('Slice', [net.op('Shape', [seen]), net.graph.int64([0]), net.graph.int64([2])]),
      net.sizeOf(x, 2),
      net.sizeOf(x, 3),
    ],
    0,
  );
  const wide = net.op('Resize', [seen, '' as Value, '' as Value, size], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });
  const mask = net.conv(net.add(wide, net.conv(narrow, `${key}.conv_f`)), `${key}.conv4`);
  return net.mul(x, net.sigmoid(mask));
}

/** Local and spread windows, each seen by pixels and by channels. */
class OmniBlock {
  constructor(
    private readonly net: Network,
    private readonly grid: TokenGrid,
    private readonly features: number,
    private readonly window: Window,
  ) {}

  build(x: Value, key: string): Value {
    let y = this.mobile(x, `${key}.0.fn`);
    y = this.pixels(y, `${key}.2`, 'together');
    y = this.feedForward(y, `${key}.4`);
    y = this.channels(y, `${key}.5`, 'together');
    y = this.feedForward(y, `${key}.6`);
    y = this.pixels(y, `${key}.8`, 'apart');
    y = this.feedForward(y, `${key}.10`);
    y = this.channels(y, `${key}.11`, 'apart');
    return this.feedForward(y, `${key}.12`);
  }

  /** 1×1, depthwise 3×3, squeeze and excitation, 1×1. */
  private mobile(x: Value, key: string): Value {
    const { net } = this;
    const inner = net.gelu(net.conv(x, `${key}.0`));
    const hidden = net.dict.dim(`${key}.2.weight`, 0);
    const y = net.gelu(net.conv(inner, `${key}.2`, { group: hidden }));
    const mean = net.reshape(net.globalMean(y), [1, -1]);
    const squeezed = net.silu(net.linear(mean, `${key}.4.gate.1`));
    const gate = net.reshape(net.sigmoid(net.linear(squeezed, `${key}.4.gate.3`)), [1, -1, 1, 1]);
    return net.add(net.conv(net.mul(y, gate), `${key}.5`), x);
  }

  private pixels(x: Value, key: string, gathering: Gathering): Value {
    const { net, grid, features, window } = this;
    const tokens = grid.toTokens(x, features);
    const qkv = net.linear(net.layerNorm(tokens, `${key}.norm`), `${key}.fn.to_qkv`);
    const [q, k, v] = net
      .split(qkv, 1, [features, features, features])
      .map((part) => grid.toWindows(part, HEADS, features, window, gathering)) as [
      Value,
      Value,
      Value,
    ];
    const table = `${key}.fn.rel_pos_bias.weight`;
    const bias = net.dict.has(table) ? positionBias(net, net.weight(table), window) : undefined;
    const attended = attend(net, net.scale(q, (features / HEADS) ** -0.5), k, v, bias);
    const joined = grid.fromWindows(attended, HEADS, features, window, gathering);
    const y = net.add(net.linear(joined, `${key}.fn.to_out.0`), tokens);
    return grid.toImage(y, features);
  }

  private channels(x: Value, key: string, gathering: Gathering): Value {
    const { net, grid, features, window } = this;
    const normal = net.layerNormChannels(x, `${key}.norm`, EPSILON);
    const wide = net.conv(net.conv(normal, `${key}.fn.qkv`), `${key}.fn.qkv_dwconv`, {
      group: 3 * features,
    });
    const qkv = grid.toTokens(wide, 3 * features);
    // Channels attend to channels: over a window's pixels, or over windows at a pixel's place.
    const [q, k, v] = net.split(qkv, 1, [features, features, features]).map((part) => {
      const windows = grid.toWindows(part, HEADS, features, window, 'together');
      return gathering === 'together'
        ? net.transpose(windows, [0, 1, 3, 2])
        : net.transpose(windows, [2, 1, 3, 0]);
    }) as [Value, Value, Value];
    const unit = (value: Value): Value => net.op('LpNormalization', [value], { axis: -1, p: 2 });
    const scores = net.op('MatMul', [unit(q), net.transpose(unit(k), [0, 1, 3, 2])]);
    const scaled = net.mul(scores, net.weight(`${key}.fn.temperature`, [1, HEADS, 1, 1]));
    const values = net.op('MatMul', [net.op('Softmax', [scaled], { axis: -1 }), v]);
    const windows = net.transpose(values, gathering === 'together' ? [0, 1, 3, 2] : [3, 1, 0, 2]);
    const tokens = grid.fromWindows(windows, HEADS, features, window, 'together');
    return net.add(net.conv(grid.toImage(tokens, features), `${key}.fn.project_out`), x);
  }

  private feedForward(x: Value, key: string): Value {
    const { net } = this;
    const wide = net.conv(net.layerNormChannels(x, `${key}.norm`, EPSILON), `${key}.fn.project_in`);
    const hidden = net.dict.dim(`${key}.fn.project_in.weight`, 0);
    const mixed = net.conv(wide, `${key}.fn.dwconv`, { group: hidden });
    const [gate, plain] = net.split(mixed, 1, [hidden / 2, hidden / 2]) as [Value, Value];
    return net.add(net.conv(net.mul(net.gelu(gate), plain), `${key}.fn.project_out`), x);
  }
}
