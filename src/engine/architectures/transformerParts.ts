import type { Value } from '../graph/graphBuilder';
import { shuffledScale, shuffleTail, tailScale } from './pixelShuffle';
import type { Network } from './network';
import type { StateDict } from './stateDict';

/** What DAT and SwinIR subtract from the colours: the mean of DIV2K. */
export const RGB_MEAN = [0.4488, 0.4371, 0.404] as const;

/** The convolution before a residual: one, or a bottleneck of three ("3conv"). */
export function residualConv(net: Network, x: Value, key: string): Value {
  if (net.dict.has(`${key}.weight`)) return net.conv(x, key);
  const inner = net.leakyRelu(net.conv(x, `${key}.0`), 0.2);
  return net.conv(net.leakyRelu(net.conv(inner, `${key}.2`), 0.2), `${key}.4`);
}

/** How the last layers of a transformer enlarge. */
export type Head = 'shuffle' | 'direct' | 'nearest' | 'none';

export function headOf(dict: StateDict): Head {
  if (dict.has('conv_before_upsample.0.weight'))
    return dict.has('conv_up1.weight') ? 'nearest' : 'shuffle';
  return dict.has('upsample.0.weight') ? 'direct' : 'none';
}

/** By how much the head enlarges, and how many colours it yields. */
export function headShape(
  dict: StateDict,
  inputChannels: number,
): { readonly scale: number; readonly channels: number } {
  const head = headOf(dict);
  if (head === 'direct') return shuffledScale(dict.dim('upsample.0.weight', 0), inputChannels);
  const channels = dict.dim('conv_last.weight', 0);
  if (head === 'none') return { scale: 1, channels };
  if (head === 'shuffle') return { scale: tailScale(dict, 'upsample'), channels };
  let ups = 0;
  while (dict.has(`conv_up${ups + 1}.weight`)) ups++;
  return { scale: 2 ** ups, channels };
}

/** Features to colours by the head's layers; `none` yields a residual of the picture's size. */
export function enlargeByHead(net: Network, features: Value, dict: StateDict): Value {
  const head = headOf(dict);
  if (head === 'none') return net.conv(features, 'conv_last');
  if (head === 'direct') {
    const factor = Math.sqrt(
      dict.dim('upsample.0.weight', 0) /
        shuffledScale(dict.dim('upsample.0.weight', 0), 3).channels,
    );
    return net.depthToSpace(net.conv(features, 'upsample.0'), factor);
  }
  let y = net.leakyRelu(net.conv(features, 'conv_before_upsample.0'), 0.01);
  if (head === 'shuffle') return net.conv(shuffleTail(net, y, 'upsample', dict), 'conv_last');
  for (let up = 1; dict.has(`conv_up${up}.weight`); up++)
    y = net.leakyRelu(net.conv(net.nearest(y, 2), `conv_up${up}`), 0.2);
  return net.conv(net.leakyRelu(net.conv(y, 'conv_hr'), 0.2), 'conv_last');
}
