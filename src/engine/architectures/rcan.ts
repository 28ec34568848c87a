import { counted } from '../../shared/counted';
import type { Value } from '../graph/graphBuilder';
import type { Architecture } from './architecture';
import { channelGate } from './channelGate';
import { shuffleTail, tailScale } from './pixelShuffle';
import type { StateDict } from './stateDict';
import { UnsupportedNetwork } from './unsupported';
import { phrase } from '../../shared/phrase';

/** Of a network that subtracts the mean of its training pictures; without, it takes [0,1]. */
const RANGE = 255;

type Shape = {
  readonly groups: number;
  readonly blocks: number;
  readonly head: string;
  readonly channels: number;
  readonly unshuffle: number;
  readonly scale: number;
  readonly range: number;
};

function shapeOf(dict: StateDict): Shape {
  const head = dict.has('head.1.weight') ? 'head.1' : 'head.0';
  const channels = dict.dim('tail.1.weight', 0);
  const unshuffle = Math.sqrt(dict.dim(`${head}.weight`, 1) / channels);
  const scale = tailScale(dict, 'tail.0') / unshuffle;
  if (!Number.isInteger(unshuffle) || !Number.isInteger(scale))
    throw new UnsupportedNetwork(phrase`its first and last layers fit no scale`);
  return {
    groups: dict.count('body.') - 1,
    blocks: dict.count('body.0.body.') - 1,
    head,
    channels,
    unshuffle,
    scale,
    range: dict.has('sub_mean.weight') ? RANGE : 1,
  };
}

/**
 * RCAN, residual channel attention (Zhang et al. 2018, https://arxiv.org/abs/1807.02758), also with
 * pixel-unshuffle in front.
 */
export const rcan: Architecture = {
  id: 'rcan',
  name: 'RCAN',
  source: 'https://github.com/yulunzhang/RCAN',
  recognises: (dict) =>
    (dict.has('head.0.weight') || dict.has('head.1.weight')) &&
    dict.hasAll(
      'tail.1.weight',
      'body.0.body.0.body.0.weight',
      'body.0.body.0.body.3.conv_du.0.weight',
    ),
  describe(dict) {
    const { groups, blocks, channels, unshuffle, scale, head } = shapeOf(dict);
    return {
      scale,
      inputChannels: channels,
      outputChannels: channels,
      multipleOf: unshuffle,
      minimum: 2 * unshuffle,
      halo: 32 * unshuffle,
      exactHalo: false,
      bytesPerPixel: 12_000,
      float16: false,
      size: `${dict.dim(`${head}.weight`, 0)} features, ${counted(groups, 'group')} of ${counted(blocks, 'block')}`,
    };
  },
  build(net, x, dict) {
    const { groups, blocks, head, channels, unshuffle, range } = shapeOf(dict);
    let image = net.scale(x, range);
    if (dict.has('sub_mean.weight')) image = net.conv(image, 'sub_mean');
    const first = net.conv(net.spaceToDepth(image, channels, unshuffle), head);
    let y: Value = first;
    for (let group = 0; group < groups; group++) {
      let inner = y;
      for (let index = 0; index < blocks; index++) {
        const key = `body.${group}.body.${index}.body`;
        const features = net.conv(net.relu(net.conv(inner, `${key}.0`)), `${key}.2`);
        const gate = channelGate(net, features, `${key}.3.conv_du.0`, `${key}.3.conv_du.2`);
        inner = net.add(net.mul(features, gate), inner);
      }
      y = net.add(net.conv(inner, `body.${group}.body.${blocks}`), y);
    }
    y = net.add(net.conv(y, `body.${groups}`), first);
    y = net.conv(shuffleTail(net, y, 'tail.0', dict), 'tail.1');
    if (dict.has('add_mean.weight')) y = net.conv(y, 'add_mean');
    return net.scale(y, 1 / range);
  },
};
