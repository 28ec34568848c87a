import type { Value } from '../graph/graphBuilder';
import type { Network } from './network';

/** Height and width of a window, in pixels. */
export type Window = { readonly height: number; readonly width: number };

/**
 * `together`: a window holds neighbouring pixels. `apart`: it holds pixels at equal distances over
 * the whole picture, as many as a window has.
 */
export type Gathering = 'together' | 'apart';

/** What the attention between windows that were shifted over the edge is lowered by. */
const FORBIDDEN = -100;

/**
 * A picture of H×W pixels as tokens [H·W,C] in row-major order, for attention in windows. H and W
 * are only known at run time, so shapes, masks and shifts are computed in the graph, each once.
 */
export class TokenGrid {
  private readonly masks = new Map<string, Value>();

  /** `height` and `width` are int64 vectors of one; windows must divide them. */
  constructor(
    private readonly net: Network,
    readonly height: Value,
    readonly width: Value,
  ) {}

  static of(net: Network, image: Value): TokenGrid {
    return new TokenGrid(net, net.sizeOf(image, 2), net.sizeOf(image, 3));
  }

  /** [1,C,H,W] → [H·W,C]. */
  toTokens(image: Value, channels: number): Value {
    return this.net.transpose(this.net.reshape(image, [channels, -1]), [1, 0]);
  }

  /** [H·W,C] → [1,C,H,W]. */
  toImage(tokens: Value, channels: number): Value {
    return this.shaped(this.net.transpose(tokens, [1, 0]), [1, channels, this.height, this.width]);
  }

  /** [H·W,heads·d] → [windows,heads,pixels of a window,d]. */
  toWindows(
    tokens: Value,
    heads: number,
    channels: number,
    { height, width }: Window,
    gathering: Gathering = 'together',
  ): Value {
    const { net } = this;
    const [rows, columns] = this.counts({ height, width });
    const depth = channels / heads;
    const together = gathering === 'together';
    const split = together
      ? [rows, height, columns, width, heads, depth]
      : [height, rows, width, columns, heads, depth];
    const perm = together ? [0, 2, 4, 1, 3, 5] : [1, 3, 4, 0, 2, 5];
    const parted = net.transpose(this.shaped(tokens, split), perm);
    return net.reshape(parted, [-1, heads, height * width, depth]);
  }

  /** The way back of `toWindows`. */
  fromWindows(
    windows: Value,
    heads: number,
    channels: number,
    { height, width }: Window,
    gathering: Gathering = 'together',
  ): Value {
    const { net } = this;
    const [rows, columns] = this.counts({ height, width });
    const parted = this.shaped(windows, [rows, columns, heads, height, width, channels / heads]);
    const perm = gathering === 'together' ? [0, 3, 1, 4, 2, 5] : [3, 0, 4, 1, 2, 5];
    return net.reshape(net.transpose(parted, perm), [-1, channels]);
  }

  /** Moves pixels up and left, those that leave come in on the other side; negative: back. */
  roll(tokens: Value, channels: number, up: number, left: number): Value {
    const rolled = [up, left].reduce(
      (x, distance, axis) => this.rollAxis(x, axis, distance),
      this.shaped(tokens, [this.height, this.width, channels]),
    );
    return this.net.reshape(rolled, [-1, channels]);
  }

  private rollAxis(x: Value, axis: number, distance: number): Value {
    if (distance === 0) return x;
    const { net } = this;
    return net.concat([net.sliceFrom(x, axis, distance), net.slice(x, axis, 0, distance)], axis);
  }

  /**
   * What is added to the attention inside windows of a picture that was rolled by `up` and `left`,
   * so that pixels from opposite edges don't see each other: [windows,1,N,N].
   */
  mask(window: Window, up: number, left: number): Value {
    const key = `${window.height}×${window.width}+${up}+${left}`;
    const known = this.masks.get(key);
    if (known) return known;
    const { net } = this;
    const regions = net.add(
      net.scale(this.region(this.height, window.height, up, [-1, 1]), 3),
      this.region(this.width, window.width, left, [1, -1]),
    );
    const windows = this.toWindows(net.reshape(regions, [-1, 1]), 1, 1, window);
    const pixels = window.height * window.width;
    const [rows, columns] = [
      net.reshape(windows, [-1, 1, pixels, 1]),
      net.reshape(windows, [-1, 1, 1, pixels]),
    ];
    // Regions are numbered, so whatever differs does so by at least 1.
    const differs = net.op('Clip', [
      net.op('Abs', [net.sub(rows, columns)]),
      net.scalar(0),
      net.scalar(1),
    ]);
    const mask = net.scale(differs, FORBIDDEN);
    this.masks.set(key, mask);
    return mask;
  }

  /** 0 before the last window, 1 in it, 2 in its part that came from the other edge. */
  private region(length: Value, window: number, shift: number, shape: readonly number[]): Value {
    const { net } = this;
    const { graph } = net;
    const scalar = net.op('Squeeze', [length, graph.int64([0])]);
    const places = net.op('Range', [graph.scalarInt64(0), scalar, graph.scalarInt64(1)]);
    const inside = (from: number): Value => {
      // min(1, max(0, place − (length − from − 1))): 1 from length − from on.
      const start = net.op('Sub', [length, graph.int64([from + 1])]);
      const distance = net.op('Cast', [net.op('Sub', [places, start])], {
        to: net.type === 'float32' ? 1 : 10,
      });
      return net.op('Clip', [distance, net.scalar(0), net.scalar(1)]);
    };
    const sum = shift === 0 ? inside(window) : net.add(inside(window), inside(shift));
    return net.reshape(sum, shape);
  }

  /** Reshapes to dimensions that are numbers or int64 vectors of one. */
  shaped(x: Value, dims: readonly (number | Value)[]): Value {
    const { net } = this;
    const parts = dims.map((dim) => (typeof dim === 'number' ? net.graph.int64([dim]) : dim));
    return net.op('Reshape', [x, net.concat(parts, 0)]);
  }

  private counts({ height, width }: Window): [Value, Value] {
    const { net } = this;
    return [
      net.op('Div', [this.height, net.graph.int64([height])]),
      net.op('Div', [this.width, net.graph.int64([width])]),
    ];
  }
}

/**
 * Where the offset of two pixels of a window stands in a table of relative positions, for every
 * pair: N·N numbers, row by row.
 */
export function relativePositions({ height, width }: Window): number[] {
  const pixels = height * width;
  const order: number[] = [];
  for (let i = 0; i < pixels; i++)
    for (let j = 0; j < pixels; j++) {
      const dy = Math.floor(i / width) - Math.floor(j / width) + height - 1;
      const dx = (i % width) - (j % width) + width - 1;
      order.push(dy * (2 * width - 1) + dx);
    }
  return order;
}

/** A table [(2h−1)(2w−1),heads] of biases as [heads,N,N], by positions that are kept once. */
export function positionBias(net: Network, table: Value, window: Window): Value {
  const pixels = window.height * window.width;
  const order = net.graph.sharedInt64(
    `positions_${window.height}x${window.width}`,
    relativePositions(window),
  );
  const pairs = net.op('Gather', [table, order], { axis: 0 });
  return net.transpose(net.reshape(pairs, [pixels, pixels, -1]), [2, 0, 1]);
}

/**
 * softmax(q·kᵀ + bias + mask)·v for [windows,heads,N,d]; q is scaled already. The mask is added to
 * every head's scores.
 */
export function attend(
  net: Network,
  q: Value,
  k: Value,
  v: Value,
  bias?: Value,
  mask?: Value,
): Value {
  let scores = net.op('MatMul', [q, net.transpose(k, [0, 1, 3, 2])]);
  if (bias) scores = net.add(scores, bias);
  if (mask) scores = net.add(scores, mask);
  return net.op('MatMul', [net.op('Softmax', [scores], { axis: -1 }), v]);
}

/** Pixels that are missing at the right and below for sides that are a multiple of `multiple`. */
export function padToMultiple(
  net: Network,
  image: Value,
  multiple: number,
  mode: 'reflect' | 'constant',
): Value {
  const missing = (axis: number): Value => {
    const by = net.graph.int64([multiple]);
    const rest = net.op('Mod', [net.sizeOf(image, axis), by]);
    return net.op('Mod', [net.op('Sub', [by, rest]), by]);
  };
  const pads = net.concat([net.graph.int64([0, 0, 0, 0, 0, 0]), missing(2), missing(3)], 0);
  return net.op('Pad', [image, pads], { mode });
}

/** Cuts what `padToMultiple` added off a result that is `scale` times as large. */
export function cropTo(net: Network, result: Value, image: Value, scale: number): Value {
  const end = (axis: number): Value =>
    net.op('Mul', [net.sizeOf(image, axis), net.graph.int64([scale])]);
  return net.op('Slice', [
    result,
    net.graph.int64([0, 0]),
    net.concat([end(2), end(3)], 0),
    net.graph.int64([2, 3]),
  ]);
}
