import type { Layer, LayersModel, Weight } from './tfjs/layersModel';

/**
 * Rewrites UpscalerJS's RDN models (esrgan-medium) in the layers that the engine's converter knows,
 * without a change of what they compute:
 *
 * - Nearest-neighbour enlargement is a 1×1 convolution that repeats every channel, and a
 *   depth-to-space.
 * - A 1×1 convolution pads nothing either way, so its padding "valid" is "same".
 * - These models take and yield [0,255] (`inputRange` of `getESRGANModelDefinition` in the
 *   package). A network of convolutions and ReLUs is positively homogeneous but for its biases, so
 *   with the biases divided by 255 it takes and yields [0,1].
 */
export function rdnInKnownLayers(model: LayersModel): LayersModel {
  const weights = new Map<string, Weight>();
  for (const [name, weight] of model.weights)
    weights.set(
      name,
      name.endsWith('/bias')
        ? { ...weight, values: weight.values.map((value) => value / 255) }
        : weight,
    );
  const layers: Layer[] = [];
  for (const layer of model.layers) {
    if (layer.className !== 'UpSampling2D') {
      layers.push(
        is1x1(layer) ? { ...layer, config: { ...layer.config, padding: 'same' } } : layer,
      );
      continue;
    }
    const { size, interpolation } = layer.config;
    const factor = Array.isArray(size) ? Number(size[0]) : Number.NaN;
    if (interpolation !== 'nearest' || !Number.isInteger(factor))
      throw new Error(`Layer ${layer.name}: only nearest-neighbour enlargement is supported.`);
    const channels = channelsInto(layer, model);
    const repeat = `${layer.name}_repeat`;
    weights.set(`${repeat}/kernel`, repeatKernel(channels, factor));
    weights.set(`${repeat}/bias`, {
      shape: [channels * factor ** 2],
      values: new Float32Array(channels * factor ** 2),
    });
    layers.push(
      { name: repeat, className: 'Conv2D', config: PLAIN_1X1, inputs: layer.inputs },
      {
        name: layer.name,
        className: 'PixelShuffle4x',
        config: { scale: factor },
        inputs: [repeat],
      },
    );
  }
  return { ...model, layers, weights };
}

const PLAIN_1X1 = {
  padding: 'same',
  activation: 'linear',
  strides: [1, 1],
  dilation_rate: [1, 1],
  groups: 1,
  kernel_size: [1, 1],
};

const is1x1 = ({ className, config }: Layer): boolean =>
  className === 'Conv2D' &&
  Array.isArray(config.kernel_size) &&
  config.kernel_size.every((side) => side === 1);

/** Channels of the convolution that a layer reads. */
function channelsInto(layer: Layer, model: LayersModel): number {
  const channels = model.weights.get(`${layer.inputs[0] ?? ''}/bias`)?.shape[0];
  if (channels === undefined) throw new Error(`Layer ${layer.name} does not follow a convolution.`);
  return channels;
}

/**
 * [1, 1, C, factor²·C] (HWIO): output (position, channel) is input (channel), in the order that
 * TensorFlow's depth-to-space takes.
 */
function repeatKernel(channels: number, factor: number): Weight {
  const outputs = channels * factor ** 2;
  const values = new Float32Array(channels * outputs);
  for (let output = 0; output < outputs; output++)
    values[(output % channels) * outputs + output] = 1;
  return { shape: [1, 1, channels, outputs], values };
}
