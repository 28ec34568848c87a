import { GraphBuilder, type Value } from '../../src/engine/graph/graphBuilder';
import { readZipEntries } from './archive';
import { readLegacyTorch, type FloatTensor } from './legacyTorch';
import { packageFile, ST_LPIPS } from './packages';

/**
 * The two graphs of ST-LPIPS. Both take `image` [1,3,H,W] in [0,1]. `features` yields `features0` …
 * `features4`, one for each layer, of unit length over the channels; `distance` takes those of
 * another picture as `reference0` … `reference4` and yields `distance`, one number.
 */
export type StLpips = { readonly features: Uint8Array; readonly distance: Uint8Array };

/** The tensor of a name in the checkpoint. */
export type TensorByName = (name: string) => FloatTensor;

/** The convolutions of AlexNet, by their names in the checkpoint. */
const SLICES = [
  'net.slice1.0',
  'net.slice2.5',
  'net.slice3.9',
  'net.slice4.11',
  'net.slice5.13',
] as const;
/** How many layers' features are compared. */
export const LAYERS = SLICES.length;
/** Of [−1,1] RGB, per channel (LPIPS, Zhang et al. 2018). */
const SHIFT = [-0.03, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.45];
const EPSILON = 1e-10;

/** The metric with the weights of its authors, from their package. */
export async function loadStLpips(): Promise<StLpips> {
  const [bytes] = await readZipEntries(await packageFile(ST_LPIPS), ['alex_shift_tolerant.pth']);
  if (!bytes) throw new Error('The wheel lacks the weights.');
  const tensors = await readLegacyTorch(bytes);
  return buildStLpips((name) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`The checkpoint lacks ${name}.`);
    return tensor;
  });
}

/**
 * Shift-tolerant LPIPS on AlexNet (Ghildyal and Liu, "Shift-tolerant Perceptual Similarity Metric",
 * ECCV 2022): the first convolution has stride 1, and every reduction is a low-pass filter ([1 2 1]
 * ⊗ [1 2 1], 2 pixels reflected) with stride 2. The distance is the sum over layers of the mean
 * over positions of Σ over channels w · (a − b)² (Zhang et al., CVPR 2018, Eq. 1).
 */
export function buildStLpips(found: TensorByName): StLpips {
  const features = new GraphBuilder('st-lpips-features');
  for (const [layer, value] of unitFeatures(features, found).entries())
    features.output(`features${layer}`, value, DIMS);

  const distance = new GraphBuilder('st-lpips-distance');
  const terms = unitFeatures(distance, found).map((value, layer) => {
    const difference = distance.node('Sub', [value, distance.input(`reference${layer}`, DIMS)]);
    const { shape, values } = found(`lin${layer}.model.1.weight`);
    const weighted = distance.node(
      'Conv',
      [
        distance.node('Mul', [difference, difference]),
        distance.float32(`lin${layer}`, shape, values),
      ],
      { kernel_shape: [1, 1] },
    );
    return distance.node('ReduceMean', [weighted], { axes: [0, 1, 2, 3], keepdims: 0 });
  });
  distance.output('distance', distance.node('Sum', terms), []);
  return { features: features.toBytes('pisa-upscale'), distance: distance.toBytes('pisa-upscale') };
}

const DIMS = [1, 'channels', 'rows', 'columns'] as const;

/**
 * Adds the feature network from the graph's input `image` on; the features of every layer have unit
 * length over the channels.
 */
function unitFeatures(graph: GraphBuilder, found: TensorByName): Value[] {
  const constant = (name: string): Value =>
    graph.float32(name, found(name).shape, found(name).values);
  const convolve = (x: Value, name: string): Value =>
    graph.conv(
      x,
      constant(`${name}.weight`),
      constant(`${name}.bias`),
      found(`${name}.weight`).shape[2] ?? 0,
      { name },
    );
  const halve = (x: Value, name: string): Value => {
    const { shape } = found(name);
    const padded = graph.node('Pad', [x, graph.int64([0, 0, 2, 2, 0, 0, 2, 2])], {
      mode: 'reflect',
    });
    return graph.node(
      'Conv',
      [padded, constant(name)],
      { kernel_shape: [3, 3], strides: [2, 2], group: shape[0] ?? 0 },
      { name: `${name}.halved` },
    );
  };
  const widest = (x: Value): Value =>
    graph.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [1, 1] });
  const relu = (x: Value): Value => graph.node('Relu', [x]);

  const image = graph.input('image', [1, 3, 'height', 'width']);
  // (2x − 1 − shift) / scale
  const offset = graph.float32(
    'offset',
    [1, 3, 1, 1],
    SHIFT.map((shift, i) => (-1 - shift) / (SCALE[i] ?? 1)),
  );
  const factor = graph.float32(
    'factor',
    [1, 3, 1, 1],
    SCALE.map((scale) => 2 / scale),
  );
  const scaled = graph.node('Add', [graph.node('Mul', [image, factor]), offset]);

  const [one, two, three, four, five] = SLICES;
  // Padding 2 although the kernel has 11 pixels, as in AlexNet.
  const first = graph.node(
    'Conv',
    [scaled, constant(`${one}.weight`), constant(`${one}.bias`)],
    { kernel_shape: [11, 11], pads: [2, 2, 2, 2] },
    { name: one },
  );
  const layer0 = relu(halve(first, 'net.slice1.1.filt'));
  const layer1 = relu(convolve(halve(widest(layer0), 'net.slice2.4.filt'), two));
  const layer2 = relu(convolve(halve(widest(layer1), 'net.slice3.8.filt'), three));
  const layer3 = relu(convolve(layer2, four));
  const layer4 = relu(convolve(layer3, five));
  return [layer0, layer1, layer2, layer3, layer4].map((features) => {
    const length = graph.node('Add', [
      graph.node('ReduceL2', [features], { axes: [1], keepdims: 1 }),
      graph.shared('epsilon', [], [EPSILON]),
    ]);
    return graph.node('Div', [features, length]);
  });
}
