import type { Value } from '../graph/graphBuilder';
import type { Architecture } from './architecture';
import { dySample, dySampleShape } from './dySample';
import type { Network } from './network';
import { shuffledScale } from './pixelShuffle';
import type { StateDict } from './stateDict';

/** Rotations and mirrorings that "geometric ensemble" shuffling takes the mean of. */
const ENSEMBLE = 8;
const TAIL = 6;

type Upsampler = 'shuffle' | 'ensemble' | 'dynamic';
type Shape = {
  readonly blocks: number;
  readonly features: number;
  readonly channels: number;
  readonly scale: number;
  readonly upsampler: Upsampler;
};

const groupsOf = (): number => 4;

function shapeOf(dict: StateDict): Shape {
  const parts = dict.count('gblocks.');
  const inputs = dict.dim('gblocks.0.weight', 1);
  const base = { blocks: parts - TAIL, features: dict.dim('gblocks.0.weight', 0) };
  if (dict.has('upsampler.init_pos')) {
    const { scale, colours } = dySampleShape(dict, 'upsampler', groupsOf);
    return { ...base, channels: colours, scale, upsampler: 'dynamic' };
  }
  if (dict.has('upsampler.in_to_k.weight')) {
    const outputs = dict.dim('upsampler.in_to_k.weight', 0) / ENSEMBLE;
    return { ...base, ...shuffledScale(outputs, inputs), upsampler: 'ensemble' };
  }
  const outputs = dict.dim('upsampler.0.weight', 0);
  return { ...base, ...shuffledScale(outputs, inputs), upsampler: 'shuffle' };
}

/** MoSR, a gated convolutional network of the community (https://github.com/umzi2/MoSR). */
export const mosr: Architecture = {
  id: 'mosr',
  name: 'MoSR',
  source: 'https://github.com/umzi2/MoSR',
  recognises: (dict) =>
    dict.hasAll(
      'gblocks.0.weight',
      'gblocks.1.norm.weight',
      'gblocks.1.fc1.weight',
      'gblocks.1.conv.weight',
      'gblocks.1.fc2.weight',
    ),
  describe(dict) {
    const { blocks, features, channels, scale } = shapeOf(dict);
    return {
      scale,
      inputChannels: dict.dim('gblocks.0.weight', 1),
      outputChannels: channels,
      multipleOf: 1,
      minimum: 2,
      halo: 48,
      exactHalo: false,
      bytesPerPixel: 11_000,
      float16: true,
      size: `${features} features, ${blocks} blocks`,
    };
  },
  build(net, x, dict) {
    const shape = shapeOf(dict);
    const { blocks } = shape;
    let y = net.conv(x, 'gblocks.0');
    for (let index = 1; index <= blocks; index++) y = block(net, y, `gblocks.${index}`, dict);
    y = net.mish(net.conv(y, `gblocks.${blocks + 1}`));
    y = net.mish(net.conv(y, `gblocks.${blocks + 3}`));
    y = net.conv(y, `gblocks.${blocks + 5}`);
    const inner = net.mish(net.conv(net.mish(net.conv(x, 'shortcut.block.0')), 'shortcut.block.2'));
    const shortcut = net.add(inner, net.conv(x, 'shortcut.conv11'));
    return upsample(net, net.add(y, net.sub(shortcut, net.scalar(0.5))), shape, dict);
  },
};

function block(net: Network, x: Value, key: string, dict: StateDict): Value {
  const normal = net.layerNormChannels(x, `${key}.norm`, 1e-6);
  const hidden = dict.dim(`${key}.fc2.weight`, 1);
  const part = dict.dim(`${key}.conv.weight`, 0);
  const sizes = hidden > part ? [hidden, hidden - part, part] : [hidden, part];
  const parts = net.split(net.conv(normal, `${key}.fc1`), 1, sizes);
  const gate = parts[0] ?? normal;
  const mixed = net.conv(parts.at(-1) ?? normal, `${key}.conv`, { group: part });
  const joined = parts.length === 3 ? net.concat([parts[1] ?? mixed, mixed], 1) : mixed;
  const y = net.mish(net.conv(net.mul(net.mish(gate), joined), `${key}.fc2`));
  return net.add(y, net.sub(x, net.scalar(0.5)));
}

function upsample(net: Network, x: Value, shape: Shape, dict: StateDict): Value {
  const { scale, channels, upsampler, features } = shape;
  if (upsampler === 'dynamic')
    return dySample(net, x, 'upsampler', dySampleShape(dict, 'upsampler', groupsOf));
  if (upsampler === 'shuffle') return net.depthToSpace(net.conv(x, 'upsampler.0'), scale);
  // The mean over the ensemble is linear, so it is taken of the weights.
  const outputs = channels * scale * scale;
  const kernel = meanOf(dict.values('upsampler.in_to_k.weight'));
  const bias = meanOf(dict.values('upsampler.in_to_k.bias'));
  const side = dict.dim('upsampler.in_to_k.weight', 2);
  const size = [outputs, features, side, side];
  return net.depthToSpace(net.convWith(x, 'upsampler.in_to_k', size, kernel, bias), scale);
}

function meanOf(values: Float32Array): Float32Array {
  const size = values.length / ENSEMBLE;
  const mean = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let part = 0; part < ENSEMBLE; part++) sum += values[part * size + i] ?? 0;
    mean[i] = sum / ENSEMBLE;
  }
  return mean;
}
