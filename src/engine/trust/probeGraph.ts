import { GraphBuilder, type Value } from '../graph/graphBuilder';
import { pseudoRandom } from './operators/pseudoRandom';

export const PROBE_SIDE = 64;
const CHANNELS = 32;
const LAYERS = 4;

/**
 * A tiny super-resolution network with fixed pseudo-random weights (Conv, LeakyRelu, Concat,
 * DepthToSpace), by which devices' speeds are compared.
 */
export function probeGraph(): Uint8Array {
  const graph = new GraphBuilder('probe');
  const random = pseudoRandom(1);
  const conv = (x: Value, from: number, to: number, name: string): Value => {
    const gain = Math.sqrt(6 / (from * 9));
    const weight = Float32Array.from({ length: to * from * 9 }, () => (random() * 2 - 1) * gain);
    const bias = Float32Array.from({ length: to }, () => random() * 0.1);
    return graph.conv(
      x,
      graph.float32(`${name}.weight`, [to, from, 3, 3], weight),
      graph.float32(`${name}.bias`, [to], bias),
      3,
      { name },
    );
  };
  const image = graph.input('image', [1, 3, PROBE_SIDE, PROBE_SIDE]);
  const first = conv(image, 3, CHANNELS, 'conv0');
  let x = first;
  for (let i = 1; i <= LAYERS; i++) {
    x = graph.node(
      'LeakyRelu',
      [conv(x, CHANNELS, CHANNELS, `conv${i}`)],
      { alpha: { float: 0.2 } },
      { name: `act${i}` },
    );
  }
  const joined = graph.node('Concat', [first, x], { axis: 1 }, { name: 'concat' });
  const shuffled = graph.node(
    'DepthToSpace',
    [conv(joined, 2 * CHANNELS, 48, 'last')],
    { blocksize: 4, mode: 'DCR' },
    { name: 'shuffle' },
  );
  graph.output('result', shuffled, [1, 3, 4 * PROBE_SIDE, 4 * PROBE_SIDE]);
  return graph.toBytes('pisa-upscale');
}

/** A fixed input for the probe, values in [0,1]. */
export function probeInput(): Float32Array {
  const random = pseudoRandom(2);
  return Float32Array.from({ length: 3 * PROBE_SIDE * PROBE_SIDE }, random);
}
