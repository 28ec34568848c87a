import type { Value } from '../graph/graphBuilder';
import type { Network } from './network';
import type { StateDict } from './stateDict';
import { UnsupportedNetwork } from './unsupported';
import { phrase } from '../../shared/phrase';

export type DySampleShape = {
  readonly scale: number;
  readonly groups: number;
  /** Channels that come in, and colours that go out. */
  readonly channels: number;
  readonly colours: number;
};

/** What the weights under `key` tell; the number of groups follows from the scale's parity. */
export function dySampleShape(
  dict: StateDict,
  key: string,
  groupsOf: (scale: number) => number,
): DySampleShape {
  const rows = dict.dim(`${key}.offset.weight`, 0);
  const channels = dict.dim(`${key}.offset.weight`, 1);
  for (let scale = 1; scale <= 8; scale++) {
    const groups = groupsOf(scale);
    if (rows !== 2 * groups * scale * scale || channels % groups !== 0) continue;
    const end = `${key}.end_conv.weight`;
    return { scale, groups, channels, colours: dict.has(end) ? dict.dim(end, 0) : channels };
  }
  throw new UnsupportedNetwork(phrase`its sampler has ${rows} offsets, which fit no scale`);
}

/**
 * DySample, upsampling by learned offsets (Liu et al. 2023, https://arxiv.org/abs/2308.15085):
 * `x` [1,C,H,W] to [1,colours,scale·H,scale·W].
 */
export function dySample(net: Network, x: Value, key: string, shape: DySampleShape): Value {
  const { scale, groups, channels } = shape;
  const gate = net.scale(net.sigmoid(net.conv(x, `${key}.scope`, { bias: null })), 0.5);
  const start = net.weight(`${key}.init_pos`, [1, 2 * groups * scale * scale, 1, 1]);
  const offsets = net.add(net.mul(net.conv(x, `${key}.offset`), gate), start);
  const [across, down] = net.split(offsets, 1, [
    groups * scale * scale,
    groups * scale * scale,
  ]) as [Value, Value];
  const places = net.concat([normalised(net, across, x, 3), normalised(net, down, x, 2)], 1);
  // [1, 2·G, sH, sW] → [G, sH, sW, 2]
  const shuffled = net.depthToSpace(places, scale);
  const size = net.concat([net.sizeOf(shuffled, 2), net.sizeOf(shuffled, 3)], 0);
  const pairs = net.op('Reshape', [shuffled, net.concat([net.graph.int64([2, groups]), size], 0)]);
  const grid = net.transpose(pairs, [1, 2, 3, 0]);
  const inputSize = net.concat([net.sizeOf(x, 2), net.sizeOf(x, 3)], 0);
  const parts = net.op('Reshape', [
    x,
    net.concat([net.graph.int64([groups, channels / groups]), inputSize], 0),
  ]);
  const sampled = net.op('GridSample', [parts, grid], {
    mode: 'bilinear',
    padding_mode: 'border',
    align_corners: 0,
  });
  const joined = net.op('Reshape', [
    sampled,
    net.concat([net.graph.int64([1, channels]), size], 0),
  ]);
  return net.dict.has(`${key}.end_conv.weight`) ? net.conv(joined, `${key}.end_conv`) : joined;
}

/** Offsets along one axis of `x` to GridSample's [−1,1]: 2 · (centre + offset) / length − 1. */
function normalised(net: Network, offsets: Value, x: Value, axis: 2 | 3): Value {
  const graph = net.graph;
  const length = net.sizeOf(x, axis);
  const scalarLength = net.op('Squeeze', [length, graph.int64([0])]);
  const to = net.type === 'float32' ? 1 : 10;
  const range = net.op('Range', [graph.scalarInt64(0), scalarLength, graph.scalarInt64(1)]);
  const centres = net.add(net.op('Cast', [range], { to }), net.scalar(0.5));
  const shaped = net.reshape(centres, axis === 3 ? [1, 1, 1, -1] : [1, 1, -1, 1]);
  const moved = net.add(offsets, shaped);
  const half = net.scale(net.op('Cast', [length], { to }), 0.5);
  return net.sub(net.div(moved, half), net.scalar(1));
}
