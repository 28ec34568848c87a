import type { Value } from '../graph/graphBuilder';
import type { Architecture } from './architecture';
import { dySample, dySampleShape } from './dySample';
import type { Network } from './network';
import { shuffledScale } from './pixelShuffle';
import type { StateDict } from './stateDict';
import { UnsupportedNetwork } from './unsupported';
import { phrase } from '../../shared/phrase';

const GROUPS = 4;

/** The misspelt name is PLKSR's own; RealPLKSR corrected it. */
const MIXERS = { plksr: 'channe_mixer', realPlksr: 'channel_mixer' } as const;

type Shape = {
  readonly blocks: number;
  readonly last: number;
  readonly features: number;
  readonly scale: number;
  readonly dynamic: boolean;
  readonly kernel: number;
  readonly isReal: boolean;
  readonly groupNorm: boolean;
};

const groupsOf = (scale: number): number => (scale % 2 === 0 ? 4 : 3);

function shapeOf(dict: StateDict): Shape {
  const last = dict.lastIndex('feats.');
  if (!dict.has('feats.1.lk.conv.weight'))
    throw new UnsupportedNetwork(phrase`its large kernels are of an experimental form`);
  let blocks = 0;
  while (dict.has(`feats.${blocks + 1}.refine.weight`)) blocks++;
  const dynamic = dict.has('to_img.init_pos');
  const scale = dynamic
    ? dySampleShape(dict, 'to_img', groupsOf).scale
    : shuffledScale(dict.dim(`feats.${last}.weight`, 0), 3).scale;
  return {
    blocks,
    last,
    features: dict.dim('feats.0.weight', 0),
    scale,
    dynamic,
    kernel: dict.dim('feats.1.lk.conv.weight', 2),
    isReal: dict.has(`feats.1.${MIXERS.realPlksr}.0.weight`),
    groupNorm: dict.has('feats.1.norm.weight'),
  };
}

/**
 * PLKSR (Lee, Yun and Ro 2024, https://arxiv.org/abs/2404.11848) and the community's RealPLKSR:
 * large kernels on a part of the channels, with pixel shuffle or DySample.
 */
export const plksr: Architecture = {
  id: 'plksr',
  name: 'PLKSR',
  source: 'https://github.com/dslisleedh/PLKSR',
  recognises: (dict) =>
    dict.hasAll('feats.0.weight', 'feats.1.refine.weight') &&
    (dict.has(`feats.1.${MIXERS.plksr}.0.weight`) ||
      dict.has(`feats.1.${MIXERS.realPlksr}.0.weight`)),
  describe(dict) {
    const { features, blocks, scale, kernel, groupNorm, isReal } = shapeOf(dict);
    return {
      scale,
      inputChannels: dict.dim('feats.0.weight', 1),
      outputChannels: 3,
      multipleOf: 1,
      minimum: 2,
      halo: 48,
      exactHalo: false,
      bytesPerPixel: 11_000,
      float16: !groupNorm,
      size: `${isReal ? 'RealPLKSR, ' : ''}${features} features, ${blocks} blocks, kernel ${kernel}`,
    };
  },
  build(net, x, dict) {
    const shape = shapeOf(dict);
    let y = net.conv(x, 'feats.0');
    for (let index = 1; index <= shape.blocks; index++)
      y = block(net, y, `feats.${index}`, shape, dict);
    const repeated = net.repeatChannels(x, 3, shape.scale ** 2);
    const z = net.add(net.conv(y, `feats.${shape.last}`), repeated);
    return shape.dynamic
      ? dySample(net, z, 'to_img', dySampleShape(dict, 'to_img', groupsOf))
      : net.depthToSpace(z, shape.scale);
  },
};

function block(net: Network, x: Value, key: string, shape: Shape, dict: StateDict): Value {
  let y = dict.has(`${key}.layer_norm.weight`)
    ? net.layerNormChannels(x, `${key}.layer_norm`, 1e-6)
    : x;
  const mixer = `${key}.${shape.isReal ? MIXERS.realPlksr : MIXERS.plksr}`;
  y = net.conv(y, `${mixer}.0`);
  y = net.conv(shape.isReal ? net.mish(y) : net.gelu(y), `${mixer}.2`);
  const part = dict.dim(`${key}.lk.conv.weight`, 0);
  const [large, rest] = net.split(y, 1, [part, shape.features - part]) as [Value, Value];
  y = net.concat([net.conv(large, `${key}.lk.conv`), rest], 1);
  if (dict.has(`${key}.attn.f.0.weight`))
    y = net.mul(y, net.sigmoid(net.conv(y, `${key}.attn.f.0`)));
  y = net.conv(y, `${key}.refine`);
  if (dict.has(`${key}.norm.weight`)) y = groupNorm(net, y, `${key}.norm`, shape.features);
  return net.add(y, x);
}

/** Statistics are of the whole tile, so tiles of one picture should be of one size. */
function groupNorm(net: Network, x: Value, key: string, channels: number): Value {
  const ones = net.constant('groups.one', [GROUPS], new Float32Array(GROUPS).fill(1));
  const zeros = net.constant('groups.zero', [GROUPS], new Float32Array(GROUPS));
  const grouped = net.reshape(x, [0, GROUPS, -1]);
  const normal = net.op('InstanceNormalization', [grouped, ones, zeros], {
    epsilon: { float: 1e-5 },
  });
  const back = net.op('Reshape', [normal, net.op('Shape', [x])]);
  const scaled = net.mul(back, net.weight(`${key}.weight`, [1, channels, 1, 1]));
  return net.add(scaled, net.weight(`${key}.bias`, [1, channels, 1, 1]));
}
