import { bicubicUpscale } from '../graph/bicubic';
import { GraphBuilder, type Value } from '../graph/graphBuilder';
import type { ComputeType } from '../graph/sd21/weights';
import type { Architecture, NetworkDescription } from './architecture';
import { Network } from './network';
import type { StateDict } from './stateDict';
import { UnsupportedNetwork } from './unsupported';
import { counted, phrase } from '../../shared/phrase';

const PRODUCER = 'pisa-upscale';
/** BT.601. */
const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * The ONNX graph of a community network in the form of this project's models: `image` [1,3,H,W] in
 * [0,1] to `base`, the bicubic enlargement, and `pixel`, what the network's result, cut to [0,1],
 * adds to it. Weights stay in the checkpoint; the graph names them by paths relative to `root`.
 *
 * Grey networks see the three colours one after another; RGBA networks an opaque picture. Throws
 * `UnsupportedNetwork`.
 */
export function buildNetwork(
  architecture: Architecture,
  dict: StateDict,
  root: string,
  type: ComputeType = 'float32',
): Uint8Array {
  const description = architecture.describe(dict);
  const graph = new GraphBuilder(architecture.id);
  const net = new Network(graph, dict, root, type);
  const image = graph.input('image', [1, 3, 'height', 'width']);
  const colours = fromRgb(net, image, description);
  const result = toRgb(net, architecture.build(net, colours, dict), description);
  const base =
    description.scale === 1 ? image : bicubicUpscale(graph, image, 3, description.scale, 'bicubic');
  const limits = [graph.float32('black', [], [0]), graph.float32('white', [], [1])];
  const clipped = net.op('Clip', [result, ...limits]);
  const dims = [1, 3, 'outputHeight', 'outputWidth'];
  graph.output('base', base, dims);
  graph.output('pixel', net.sub(clipped, base), dims);
  const [problem] = net.problems;
  if (problem !== undefined)
    throw new UnsupportedNetwork(
      counted(
        net.problems.length,
        phrase`${net.problems.length} of its weights is wrong: ${problem}`,
        phrase`${net.problems.length} of its weights are wrong: ${problem}`,
      ),
    );
  return graph.toBytes(PRODUCER);
}

/** The picture as the network takes it, in its compute type. */
function fromRgb(
  net: Network,
  image: Value,
  { inputChannels, outputChannels }: NetworkDescription,
): Value {
  const typed = net.type === 'float16' ? net.op('Cast', [image], { to: 10 }) : image;
  if (inputChannels === 3) return typed;
  if (inputChannels === 4) {
    const one = net.slice(typed, 1, 0, 1);
    return net.concat([typed, net.add(net.scale(one, 0), net.scalar(1))], 1);
  }
  if (inputChannels !== 1)
    throw new UnsupportedNetwork(
      counted(
        inputChannels,
        phrase`it takes ${inputChannels} channel`,
        phrase`it takes ${inputChannels} channels`,
      ),
    );
  if (outputChannels === 1) return net.transpose(typed, [1, 0, 2, 3]);
  return net.convWith(typed, 'luma', [1, 3, 1, 1], Float32Array.from(LUMA));
}

/** The network's result as RGB in float32. */
function toRgb(
  net: Network,
  result: Value,
  { inputChannels, outputChannels }: NetworkDescription,
): Value {
  let rgb = result;
  if (outputChannels === 4) rgb = net.slice(result, 1, 0, 3);
  else if (outputChannels === 1) {
    if (inputChannels !== 1) throw new UnsupportedNetwork(phrase`it turns colors into gray`);
    rgb = net.transpose(result, [1, 0, 2, 3]);
  } else if (outputChannels !== 3)
    throw new UnsupportedNetwork(
      counted(
        outputChannels,
        phrase`it yields ${outputChannels} channel`,
        phrase`it yields ${outputChannels} channels`,
      ),
    );
  return net.type === 'float16' ? net.op('Cast', [rgb], { to: 1 }) : rgb;
}
