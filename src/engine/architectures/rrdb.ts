import type { Value } from '../graph/graphBuilder';
import type { Architecture } from './architecture';
import type { Network } from './network';
import type { StateDict } from './stateDict';
import { UnsupportedNetwork } from './unsupported';
import { phrase } from '../../shared/phrase';

const SLOPE = 0.2;
const RESIDUAL = 0.2;

/** The names that a family of checkpoints gives the same layers. */
type Layout = {
  readonly first: string;
  readonly block: (block: number, dense: number, layer: number) => string;
  readonly blocks: string;
  readonly trunk: (blocks: number) => string;
  readonly up: (index: number) => string;
  readonly ups: (dict: StateDict) => number;
  readonly hr: (ups: number) => string;
  readonly last: (ups: number) => string;
};

/** The original ESRGAN repository, and most of the community's files. */
const OLD: Layout = {
  first: 'model.0',
  block: (block, dense, layer) => `model.1.sub.${block}.RDB${dense}.conv${layer}.0`,
  blocks: 'model.1.sub.',
  trunk: (blocks) => `model.1.sub.${blocks}`,
  up: (index) => `model.${3 * index}`,
  ups: (dict) => (dict.lastIndex('model.') - 4) / 3,
  hr: (ups) => `model.${3 * ups + 2}`,
  last: (ups) => `model.${3 * ups + 4}`,
};

/** BasicSR and Real-ESRGAN. */
const NEW: Layout = {
  first: 'conv_first',
  block: (block, dense, layer) => `body.${block}.rdb${dense}.conv${layer}`,
  blocks: 'body.',
  trunk: () => 'conv_body',
  up: (index) => `conv_up${index}`,
  ups: (dict) => countUps(dict, 'conv_up'),
  hr: () => 'conv_hr',
  last: () => 'conv_last',
};

/** BSRGAN, RealSR and later states of the ESRGAN repository. */
const TRUNK: Layout = {
  first: 'conv_first',
  block: (block, dense, layer) => `RRDB_trunk.${block}.RDB${dense}.conv${layer}`,
  blocks: 'RRDB_trunk.',
  trunk: () => 'trunk_conv',
  up: (index) => `upconv${index}`,
  ups: (dict) => countUps(dict, 'upconv'),
  hr: () => 'HRconv',
  last: () => 'conv_last',
};

function countUps(dict: StateDict, prefix: string): number {
  let count = 0;
  while (dict.has(`${prefix}${count + 1}.weight`)) count++;
  return count;
}

function layoutOf(dict: StateDict): Layout | undefined {
  const isOld =
    dict.has('model.0.weight') &&
    (dict.has('model.1.sub.0.RDB1.conv1.0.weight') ||
      dict.has('model.1.sub.0.RDB1.conv1x1.weight'));
  if (isOld) return OLD;
  return [NEW, TRUNK].find((layout) =>
    dict.hasAll(
      `${layout.first}.weight`,
      `${layout.block(0, 1, 1)}.weight`,
      `${layout.trunk(0)}.weight`,
      `${layout.last(0)}.weight`,
    ),
  );
}

type Shape = {
  readonly layout: Layout;
  readonly features: number;
  readonly blocks: number;
  readonly ups: number;
  /** Factor by which the picture is first reduced to more channels. */
  readonly unshuffle: number;
  readonly channels: number;
  readonly scale: number;
  readonly plus: boolean;
};

function shapeOf(dict: StateDict): Shape {
  const layout = layoutOf(dict);
  if (!layout) throw new UnsupportedNetwork(phrase`it is not an ESRGAN`);
  const ups = layout.ups(dict);
  if (!Number.isInteger(ups) || ups < 0 || ups > 4)
    throw new UnsupportedNetwork(phrase`its layers after the trunk are not those of an ESRGAN`);
  const inputs = dict.dim(`${layout.first}.weight`, 1);
  const channels = dict.dim(`${layout.last(ups)}.weight`, 0);
  const unshuffle = inputs === channels ? 1 : Math.sqrt(inputs / channels);
  const scale = 2 ** ups / unshuffle;
  if (![1, 2, 4].includes(unshuffle) || !Number.isInteger(scale) || ![1, 3, 4].includes(channels))
    throw new UnsupportedNetwork(
      phrase`it takes ${inputs} channels and yields ${channels}, which no known ESRGAN does`,
    );
  // In the old layout the last part of the trunk's sequence is its convolution.
  const parts = dict.count(layout.blocks);
  return {
    layout,
    features: dict.dim(`${layout.first}.weight`, 0),
    blocks: layout === OLD ? parts - 1 : parts,
    ups,
    unshuffle,
    channels,
    scale,
    plus: dict.has('model.1.sub.0.RDB1.conv1x1.weight'),
  };
}

/**
 * ESRGAN's residual-in-residual dense blocks (Wang et al. 2018, https://arxiv.org/abs/1809.00219)
 * in its three layouts of names, with ESRGAN+'s 1×1 shortcuts (Rakotonirina and Rasoanaivo 2020)
 * and Real-ESRGAN's pixel-unshuffle.
 */
export const rrdb: Architecture = {
  id: 'esrgan',
  name: 'ESRGAN',
  source: 'https://github.com/xinntao/ESRGAN',
  // Unshuffled pixels are fewer.
  effort: ({ multipleOf }) => 1 / multipleOf ** 2,
  recognises: (dict) => layoutOf(dict) !== undefined,
  describe(dict) {
    const { features, blocks, scale, unshuffle, channels } = shapeOf(dict);
    return {
      scale,
      inputChannels: channels,
      outputChannels: channels,
      multipleOf: unshuffle,
      minimum: 2 * unshuffle,
      // The receptive field is 348 pixels for 23 blocks; what it effectively sees was measured.
      halo: (blocks <= 6 ? 32 : 48) * unshuffle,
      exactHalo: false,
      bytesPerPixel: 16_000,
      float16: true,
      size: `${features} features, ${blocks} blocks`,
    };
  },
  build(net, x, dict) {
    const { layout, blocks, ups, unshuffle, channels, plus } = shapeOf(dict);
    const first = net.conv(net.spaceToDepth(x, channels, unshuffle), layout.first);
    let y = first;
    for (let block = 0; block < blocks; block++) {
      let inner = y;
      for (let dense = 1; dense <= 3; dense++)
        inner = denseBlock(net, inner, (layer) => layout.block(block, dense, layer), plus);
      y = net.add(net.scale(inner, RESIDUAL), y);
    }
    y = net.add(first, net.conv(y, layout.trunk(blocks)));
    for (let up = 1; up <= ups; up++)
      y = net.leakyRelu(net.conv(net.nearest(y, 2), layout.up(up)), SLOPE);
    return net.conv(net.leakyRelu(net.conv(y, layout.hr(ups)), SLOPE), layout.last(ups));
  },
};

function denseBlock(net: Network, x: Value, key: (layer: number) => string, plus: boolean): Value {
  const seen = [x];
  for (let layer = 1; layer <= 4; layer++) {
    let y = net.leakyRelu(net.conv(net.concat(seen, 1), key(layer)), SLOPE);
    if (plus && layer === 2)
      y = net.add(y, net.conv(x, key(layer).replace(/conv2\.0$/, 'conv1x1')));
    if (plus && layer === 4) y = net.add(y, seen[2] ?? x);
    seen.push(y);
  }
  return net.add(net.scale(net.conv(net.concat(seen, 1), key(5)), RESIDUAL), x);
}
