import type { Value } from '../graph/graphBuilder';
import type { Architecture } from './architecture';
import { channelGate } from './channelGate';
import type { Network } from './network';
import type { StateDict } from './stateDict';

const SLOPE = 0.1;
/** What the second U-Net's valid convolutions cut off every side. */
const CROP = 20;

type Shape = {
  readonly scale: number;
  /** Colours of the picture. */
  readonly channels: number;
  /** The picture's mirrored edge, which valid convolutions use up. */
  readonly pad: number;
  readonly multipleOf: number;
  /** A fast network takes the picture reduced to four times the channels. */
  readonly fast: boolean;
  /** A last convolution with pixel shuffle, added to the picture. */
  readonly final: boolean;
  readonly pro: boolean;
};

function shapeOf(dict: StateDict): Shape {
  const inputs = dict.dim('unet1.conv1.conv.0.weight', 1);
  const pro = dict.has('pro') || dict.numbers.has('pro');
  if (dict.has('conv_final.weight')) {
    const colours = dict.dim('conv_final.weight', 0) / 4;
    const fast = inputs === 4 * colours;
    return fast
      ? { scale: 2, channels: colours, pad: 38, multipleOf: 4, fast, final: true, pro: false }
      : { scale: 4, channels: inputs, pad: 19, multipleOf: 2, fast, final: true, pro };
  }
  const three = dict.dim('unet1.conv_bottom.weight', 2) === 5;
  return {
    scale: three ? 3 : 2,
    channels: inputs,
    pad: three ? 14 : 18,
    multipleOf: three ? 4 : 2,
    fast: false,
    final: false,
    pro,
  };
}

/** Real-CUGAN: two cascaded U-Nets (https://github.com/bilibili/ailab, MIT). */
export const cugan: Architecture = {
  id: 'real-cugan',
  name: 'Real-CUGAN',
  source: 'https://github.com/bilibili/ailab/tree/main/Real-CUGAN',
  recognises: (dict) =>
    dict.hasAll('unet1.conv1.conv.0.weight', 'unet2.conv4_up.weight', 'unet2.conv_bottom.weight'),
  describe(dict) {
    const { scale, channels, multipleOf, pad, fast, pro } = shapeOf(dict);
    return {
      scale,
      inputChannels: channels,
      outputChannels: channels,
      multipleOf,
      minimum: 40,
      halo: pad,
      exactHalo: false,
      bytesPerPixel: 8_000,
      float16: true,
      size: `×${scale}${fast ? ', fast' : ''}${pro ? ', pro' : ''}`,
    };
  },
  build(net, x, dict) {
    const { scale, channels, pad, fast, final, pro } = shapeOf(dict);
    // "Pro" networks take and yield a narrower range.
    const image = pro ? net.add(net.scale(x, 0.7), net.scalar(0.15)) : x;
    let y = net.mirror(image, [pad, pad, pad, pad]);
    if (fast) y = net.spaceToDepth(y, channels, 2);
    const first = unet1(net, y, scale === 3 ? { stride: 3, pads: 2 } : { stride: 2, pads: 3 });
    y = net.add(unet2(net, first), net.crop(first, CROP));
    if (final) {
      y = net.crop(net.conv(y, 'conv_final', { pads: [0, 0, 0, 0] }), 1);
      y = net.add(net.depthToSpace(y, 2), net.nearest(image, scale));
    }
    return pro ? net.scale(net.sub(y, net.scalar(0.15)), 1 / 0.7) : y;
  },
};

const leaky = (net: Network, x: Value): Value => net.leakyRelu(x, SLOPE);
const valid = { pads: [0, 0, 0, 0] } as const;

/** Two valid convolutions, with squeeze and excitation where the file has it. */
function unetConv(net: Network, x: Value, key: string): Value {
  const inner = leaky(net, net.conv(x, `${key}.conv.0`, valid));
  const y = leaky(net, net.conv(inner, `${key}.conv.2`, valid));
  if (!net.dict.has(`${key}.seblock.conv1.weight`)) return y;
  return net.mul(y, channelGate(net, y, `${key}.seblock.conv1`, `${key}.seblock.conv2`));
}

const down = (net: Network, x: Value, key: string): Value =>
  leaky(net, net.conv(x, key, { pads: [0, 0, 0, 0], stride: 2 }));

const up = (net: Network, x: Value, key: string): Value =>
  leaky(net, net.convTranspose(x, key, 2, 0));

function unet1(
  net: Network,
  x: Value,
  bottom: { readonly stride: number; readonly pads: number },
): Value {
  const first = unetConv(net, x, 'unet1.conv1');
  const inner = up(
    net,
    unetConv(net, down(net, first, 'unet1.conv1_down'), 'unet1.conv2'),
    'unet1.conv2_up',
  );
  const joined = net.add(net.crop(first, 4), inner);
  const y = leaky(net, net.conv(joined, 'unet1.conv3', valid));
  return net.convTranspose(y, 'unet1.conv_bottom', bottom.stride, bottom.pads);
}

function unet2(net: Network, x: Value): Value {
  const first = unetConv(net, x, 'unet2.conv1');
  const second = unetConv(net, down(net, first, 'unet2.conv1_down'), 'unet2.conv2');
  const third = unetConv(net, down(net, second, 'unet2.conv2_down'), 'unet2.conv3');
  const fourth = unetConv(
    net,
    net.add(net.crop(second, 4), up(net, third, 'unet2.conv3_up')),
    'unet2.conv4',
  );
  const joined = net.add(net.crop(first, 16), up(net, fourth, 'unet2.conv4_up'));
  return net.conv(leaky(net, net.conv(joined, 'unet2.conv5', valid)), 'unet2.conv_bottom', valid);
}
