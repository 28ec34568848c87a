import { bicubicUpscale } from '../../../src/engine/graph/bicubic';
import { GraphBuilder, type Value } from '../../../src/engine/graph/graphBuilder';
import type { Layer, LayersModel, Weight } from './layersModel';

export type ConvertedModel = {
  readonly onnx: Uint8Array;
  readonly scale: number;
  /** Radius of the receptive field, in input pixels. */
  readonly receptiveField: number;
};

/** How far a value's pixels see: the radius in input pixels, at the value's own resolution. */
type Reach = { readonly radius: number; readonly resolution: number };

/**
 * Converts a super-resolution network of the TF.js layers-model format (input and output RGB in
 * [0,1], NHWC) to the graph contract of this project: `image` [1,3,H,W] → `base`, `pixel`, with
 * `pixel` = network − bicubic.
 *
 * Weights go from HWIO to OIHW; depth-to-space keeps TensorFlow's DCR order; `MultiplyBeta`
 * multiplies by its beta.
 */
export function convertLayersModel(model: LayersModel, graphName: string): ConvertedModel {
  const graph = new GraphBuilder(graphName);
  const image = graph.input('image', [1, 3, 'height', 'width']);
  const values = new Map<string, Value>();
  const reach = new Map<string, Reach>();

  for (const layer of model.layers) {
    const inputs = layer.inputs.map((name) => found(values, name));
    const reaches = layer.inputs.map((name) => found(reach, name));
    values.set(layer.name, convertLayer(graph, layer, inputs, image, model.weights));
    reach.set(layer.name, reachOf(layer, reaches));
  }

  const { radius, resolution: scale } = found(reach, model.output);
  const base = bicubicUpscale(graph, image, 3, scale, 'bicubic');
  const pixel = graph.node('Sub', [found(values, model.output), base], {}, { name: 'residual' });
  const dims = [1, 3, 'height_out', 'width_out'];
  graph.output('base', base, dims);
  graph.output('pixel', pixel, dims);
  return { onnx: graph.toBytes('pisa-upscale'), scale, receptiveField: Math.ceil(radius) };
}

function convertLayer(
  graph: GraphBuilder,
  layer: Layer,
  inputs: readonly Value[],
  image: Value,
  weights: ReadonlyMap<string, Weight>,
): Value {
  const { name, className, config } = layer;
  switch (className) {
    case 'InputLayer':
      return image;
    case 'Conv2D':
      return convertConv(graph, layer, only(inputs, name), weights);
    case 'Activation':
      if (config.activation !== 'relu')
        throw new Error(`Layer ${name}: activation ${String(config.activation)} is not supported.`);
      return graph.node('Relu', inputs, {}, { name });
    case 'Concatenate':
      return graph.node('Concat', inputs, { axis: 1 }, { name });
    case 'Add':
      return graph.node('Add', inputs, {}, { name });
    case 'MultiplyBeta':
      return graph.node(
        'Mul',
        [only(inputs, name), graph.float32(`${name}.beta`, [], [numberAt(layer, 'beta')])],
        {},
        { name },
      );
    case 'PixelShuffle4x':
      return graph.node(
        'DepthToSpace',
        inputs,
        { blocksize: numberAt(layer, 'scale'), mode: 'DCR' },
        { name },
      );
    default:
      throw new Error(`Layer ${name}: class ${className} is not supported.`);
  }
}

function convertConv(
  graph: GraphBuilder,
  layer: Layer,
  input: Value,
  weights: ReadonlyMap<string, Weight>,
): Value {
  const { name, config } = layer;
  const plain =
    config.padding === 'same' &&
    config.activation === 'linear' &&
    isOnes(config.strides) &&
    isOnes(config.dilation_rate) &&
    config.groups === 1;
  if (!plain)
    throw new Error(`Layer ${name}: only plain convolutions with "same" padding are supported.`);
  const kernel = found(weights, `${name}/kernel`);
  const bias = found(weights, `${name}/bias`);
  const [height = 0, width = 0, inChannels = 0, outChannels = 0] = kernel.shape;
  if (height !== width || height % 2 !== 1)
    throw new Error(`Layer ${name}: the kernel must be square and odd.`);
  const weight = graph.float32(
    `${name}.weight`,
    [outChannels, inChannels, height, width],
    hwioToOihw(kernel),
  );
  return graph.conv(input, weight, graph.float32(`${name}.bias`, bias.shape, bias.values), height, {
    name,
  });
}

/** [height, width, in, out] → [out, in, height, width]. */
export function hwioToOihw(kernel: Weight): Float32Array {
  const [height = 0, width = 0, inChannels = 0, outChannels = 0] = kernel.shape;
  const result = new Float32Array(kernel.values.length);
  let from = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let i = 0; i < inChannels; i++) {
        for (let o = 0; o < outChannels; o++) {
          result[((o * inChannels + i) * height + y) * width + x] = kernel.values[from++] ?? 0;
        }
      }
    }
  }
  return result;
}

function reachOf(layer: Layer, inputs: readonly Reach[]): Reach {
  const widest = inputs.reduce((a, b) => (a.radius >= b.radius ? a : b), {
    radius: 0,
    resolution: 1,
  });
  if (layer.className === 'Conv2D') {
    const size = Number((layer.config.kernel_size as readonly unknown[])[0]);
    return {
      radius: widest.radius + (size - 1) / 2 / widest.resolution,
      resolution: widest.resolution,
    };
  }
  if (layer.className === 'PixelShuffle4x')
    return { ...widest, resolution: widest.resolution * numberAt(layer, 'scale') };
  return widest;
}

const isOnes = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => item === 1);

function numberAt(layer: Layer, key: string): number {
  const value = layer.config[key];
  if (typeof value !== 'number') throw new Error(`Layer ${layer.name}: "${key}" is not a number.`);
  return value;
}

function only(inputs: readonly Value[], name: string): Value {
  const [input] = inputs;
  if (input === undefined || inputs.length !== 1)
    throw new Error(`Layer ${name}: one input expected.`);
  return input;
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`The model has no "${name}".`);
  return value;
}
