import type { Value } from '../graph/graphBuilder';
import type { Architecture } from './architecture';
import type { Network } from './network';
import { shuffledScale } from './pixelShuffle';
import type { StateDict } from './stateDict';

const MEAN = [0.4488, 0.4371, 0.404] as const;
const RANGE = 255;
const BLOCKS = 6;

type Fused = {
  readonly shape: readonly number[];
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
};

/**
 * The 3×3 convolution that a training-time module (1×1, 3×3, 1×1 and a skipping 1×1) amounts to.
 * It is always computed from the parts where they are there: the copy that some files keep as
 * `eval_conv` may be older than they are.
 */
function fused(dict: StateDict, key: string): Fused {
  const [w1, w2, w3] = [0, 1, 2].map((part) => dict.values(`${key}.conv.${part}.weight`)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const [b1, b2, b3] = [0, 1, 2].map((part) => dict.values(`${key}.conv.${part}.bias`)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const skip = dict.values(`${key}.sk.weight`);
  const skipBias = dict.values(`${key}.sk.bias`);
  const [inputs, outputs] = [
    dict.dim(`${key}.conv.0.weight`, 1),
    dict.dim(`${key}.conv.2.weight`, 0),
  ];
  const [wide, wider] = [dict.dim(`${key}.conv.0.weight`, 0), dict.dim(`${key}.conv.2.weight`, 1)];
  const kernel = new Float64Array(outputs * inputs * 9);
  const bias = Float64Array.from(b3, (value, i) => value + (skipBias[i] ?? 0));
  // The last two convolutions first: [outputs, wide, 9].
  const tail = new Float64Array(outputs * wide * 9);
  for (let o = 0; o < outputs; o++)
    for (let m = 0; m < wider; m++) {
      const factor = w3[o * wider + m] ?? 0;
      bias[o] = (bias[o] ?? 0) + factor * (b2[m] ?? 0);
      for (let at = 0; at < wide * 9; at++)
        tail[o * wide * 9 + at] =
          (tail[o * wide * 9 + at] ?? 0) + factor * (w2[m * wide * 9 + at] ?? 0);
    }
  for (let o = 0; o < outputs; o++)
    for (let n = 0; n < wide; n++)
      for (let tap = 0; tap < 9; tap++) {
        const factor = tail[(o * wide + n) * 9 + tap] ?? 0;
        bias[o] = (bias[o] ?? 0) + factor * (b1[n] ?? 0);
        for (let i = 0; i < inputs; i++) {
          const at = (o * inputs + i) * 9 + tap;
          kernel[at] = (kernel[at] ?? 0) + factor * (w1[n * inputs + i] ?? 0);
        }
      }
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++) {
      const at = (o * inputs + i) * 9 + 4;
      kernel[at] = (kernel[at] ?? 0) + (skip[o * inputs + i] ?? 0);
    }
  return {
    shape: [outputs, inputs, 3, 3],
    kernel: Float32Array.from(kernel),
    bias: Float32Array.from(bias),
  };
}

/** A reparameterised convolution, fused at build time unless only the fused one is in the file. */
function conv3(net: Network, x: Value, key: string, dict: StateDict): Value {
  if (!dict.has(`${key}.sk.weight`)) return net.conv(x, `${key}.eval_conv`);
  const { shape, kernel, bias } = fused(dict, key);
  return net.convWith(x, key, shape, kernel, bias);
}

/** Outputs of the block and of its first activation. */
function block(net: Network, x: Value, key: string, dict: StateDict): [Value, Value] {
  const first = net.silu(conv3(net, x, `${key}.c1_r`, dict));
  const second = net.silu(conv3(net, first, `${key}.c2_r`, dict));
  const third = conv3(net, second, `${key}.c3_r`, dict);
  const attention = net.sub(net.sigmoid(third), net.scalar(0.5));
  return [net.mul(net.add(third, x), attention), first];
}

/**
 * SPAN, the Swift Parameter-free Attention Network (Wan et al. 2024,
 * https://arxiv.org/abs/2311.12770). A key `no_norm` says that it takes [0,1] as it is.
 */
export const span: Architecture = {
  id: 'span',
  name: 'SPAN',
  source: 'https://github.com/hongyuanyu/SPAN',
  recognises: (dict) =>
    (dict.has('block_1.c1_r.sk.weight') || dict.has('block_1.c1_r.eval_conv.weight')) &&
    dict.hasAll('conv_cat.weight', 'upsampler.0.weight'),
  describe(dict) {
    const inputs = dict.has('conv_1.sk.weight')
      ? dict.dim('conv_1.sk.weight', 1)
      : dict.dim('conv_1.eval_conv.weight', 1);
    const { scale, channels } = shuffledScale(dict.dim('upsampler.0.weight', 0), inputs);
    return {
      scale,
      inputChannels: inputs,
      outputChannels: channels,
      multipleOf: 1,
      minimum: 2,
      // conv_1, three convolutions in each of six blocks, conv_2 and the upsampler's.
      halo: 3 + 3 * BLOCKS,
      exactHalo: true,
      bytesPerPixel: 4_000,
      float16: dict.has('no_norm'),
      size: `${dict.dim('conv_cat.weight', 0)} features`,
    };
  },
  build(net, x, dict) {
    const inputs = net.dict.has('conv_1.sk.weight')
      ? dict.dim('conv_1.sk.weight', 1)
      : dict.dim('conv_1.eval_conv.weight', 1);
    const { scale } = shuffledScale(dict.dim('upsampler.0.weight', 0), inputs);
    let image = x;
    if (!dict.has('no_norm') && inputs === 3)
      image = net.scale(net.sub(x, net.constant('mean', [1, 3, 1, 1], MEAN)), RANGE);
    const features = conv3(net, image, 'conv_1', dict);
    const outputs: Value[] = [];
    let y = features;
    let activation = features;
    for (let index = 1; index <= BLOCKS; index++) {
      [y, activation] = block(net, y, `block_${index}`, dict);
      outputs.push(y);
    }
    const all = [features, conv3(net, y, 'conv_2', dict), outputs[0] ?? y, activation];
    return net.depthToSpace(
      net.conv(net.conv(net.concat(all, 1), 'conv_cat'), 'upsampler.0'),
      scale,
    );
  },
};
