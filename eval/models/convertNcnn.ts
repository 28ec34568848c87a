import { bicubicUpscale } from '../../src/engine/graph/bicubic';
import { GraphBuilder, type Value } from '../../src/engine/graph/graphBuilder';
import { NcnnWeights, readNcnnParam, type NcnnLayer } from './ncnnFile';

/** ncnn's numbers for what a convolution, an element-wise layer and an interpolation can be. */
const LEAKY_RELU = 2;
const SUM = 1;
const ADD = 0;
const NEAREST = 1;

/**
 * Converts a super-resolution network in ncnn's format (RGB in [0,1], ×`scale`) to the graph
 * contract of this project: `image` → `base`, `pixel`. Knows the layers of Real-ESRGAN's RRDB
 * network and refuses others.
 */
export function convertNcnn(
  param: string,
  bin: Buffer,
  scale: number,
  graphName: string,
): Uint8Array {
  const graph = new GraphBuilder(graphName);
  const image = graph.input('image', [1, 3, 'height', 'width']);
  const weights = new NcnnWeights(bin);
  const blobs = new Map<string, Value>();
  const layers = readNcnnParam(param);
  let last: Value = image;
  for (const layer of layers) {
    const inputs = layer.inputs.map((name) => {
      const value = blobs.get(name);
      if (value === undefined) throw new Error(`Layer ${layer.name}: there is no "${name}".`);
      return value;
    });
    last = convertLayer(graph, layer, inputs, image, weights);
    for (const name of layer.outputs) blobs.set(name, last);
  }
  if (!weights.atEnd) throw new Error('The weights are more than the layers take.');
  const base = bicubicUpscale(graph, image, 3, scale, 'bicubic');
  const dims = [1, 3, 'height_out', 'width_out'];
  graph.output('base', base, dims);
  graph.output('pixel', graph.node('Sub', [last, base], {}, { name: 'residual' }), dims);
  return graph.toBytes('pisa-upscale');
}

function convertLayer(
  graph: GraphBuilder,
  layer: NcnnLayer,
  inputs: readonly Value[],
  image: Value,
  weights: NcnnWeights,
): Value {
  const { type, name } = layer;
  const [first, second] = inputs;
  if (type === 'Input') return image;
  if (first === undefined) throw new Error(`Layer ${name} has no input.`);
  switch (type) {
    case 'Convolution':
      return convertConvolution(graph, layer, first, weights);
    case 'Split':
      return first;
    case 'Concat':
      return graph.node('Concat', inputs, { axis: 1 }, { name });
    case 'Eltwise': {
      expect(layer, 0, SUM);
      const coefficients = layer.parameters.get(1) ?? [];
      const terms = inputs.map((input, i) => {
        const factor = coefficients[i] ?? 1;
        return factor === 1
          ? input
          : graph.node(
              'Mul',
              [input, graph.shared(`factor_${factor}`, [], [factor])],
              {},
              { name: `${name}.${i}` },
            );
      });
      return graph.node('Add', terms, {}, { name });
    }
    case 'BinaryOp':
      expect(layer, 0, ADD);
      if (second === undefined) throw new Error(`Layer ${name}: two inputs expected.`);
      return graph.node('Add', [first, second], {}, { name });
    case 'Interp': {
      expect(layer, 0, NEAREST);
      const [down, across] = [numberAt(layer, 1), numberAt(layer, 2)];
      const scales = graph.shared(`scales_${down}_${across}`, [4], [1, 1, down, across]);
      return graph.node(
        'Resize',
        [first, NONE, scales],
        { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
        { name },
      );
    }
    case 'PReLU': {
      const channels = numberAt(layer, 0);
      const slopes = graph.float32(`${name}.slope`, [channels, 1, 1], weights.floats(channels));
      return graph.node('PRelu', [first, slopes], {}, { name });
    }
    case 'PixelShuffle':
      return graph.node(
        'DepthToSpace',
        [first],
        { blocksize: numberAt(layer, 0), mode: 'CRD' },
        { name },
      );
    default:
      throw new Error(`Layer ${name}: the type ${type} is not supported.`);
  }
}

/** An optional input that is left out. */
const NONE = '' as Value;

function convertConvolution(
  graph: GraphBuilder,
  layer: NcnnLayer,
  input: Value,
  weights: NcnnWeights,
): Value {
  const { name, parameters } = layer;
  const [outputs, kernel, count] = [numberAt(layer, 0), numberAt(layer, 1), numberAt(layer, 6)];
  expect(layer, 4, (kernel - 1) / 2);
  expect(layer, 5, 1);
  const channels = count / (outputs * kernel * kernel);
  const weight = graph.float32(
    `${name}.weight`,
    [outputs, channels, kernel, kernel],
    weights.marked(count),
  );
  const convolved = graph.conv(
    input,
    weight,
    graph.float32(`${name}.bias`, [outputs], weights.floats(outputs)),
    kernel,
    { name },
  );
  const activation = parameters.get(9)?.[0] ?? 0;
  if (activation === 0) return convolved;
  const slope = parameters.get(10)?.[0];
  if (activation !== LEAKY_RELU || slope === undefined)
    throw new Error(`Layer ${name}: the activation ${activation} is not supported.`);
  return graph.node(
    'LeakyRelu',
    [convolved],
    { alpha: { float: slope } },
    { name: `${name}.leaky` },
  );
}

function numberAt(layer: NcnnLayer, key: number): number {
  const value = layer.parameters.get(key)?.[0];
  if (value === undefined) throw new Error(`Layer ${layer.name}: the parameter ${key} is missing.`);
  return value;
}

function expect(layer: NcnnLayer, key: number, value: number): void {
  const actual = layer.parameters.get(key)?.[0] ?? 0;
  if (actual !== value)
    throw new Error(`Layer ${layer.name}: the parameter ${key} is ${actual}, not ${value}.`);
}
