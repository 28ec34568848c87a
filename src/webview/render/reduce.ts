/**
 * Which layers' fourth channel says how much of a pixel is known, and how opaque it is. The fourth
 * channel of other layers is averaged.
 */
export type FourthChannels = {
  readonly coverage: number | undefined;
  readonly alpha: number | undefined;
};

/** A square block of one level, and how much of it lies inside the picture. */
export type BlockLevel = {
  readonly planes: readonly Uint8Array[];
  readonly side: number;
  readonly width: number;
  readonly height: number;
};

/** A part of a block, end exclusive. */
export type Span = {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
};

/** The part of level `levels` that depends on `span` of level 0. */
export function reducedSpan(span: Span, levels: number): Span {
  const up = (value: number): number => ((value - 1) >> levels) + 1;
  return { x0: span.x0 >> levels, y0: span.y0 >> levels, x1: up(span.x1), y1: up(span.y1) };
}

/**
 * Writes the part `span` of `to` as the mean of 2×2 pixels of `from`: of those that lie inside the
 * picture and are known, weighted by their alpha, so that neither what is still missing nor what is
 * transparent tints an edge.
 */
export function reduceBlock(
  from: BlockLevel,
  to: BlockLevel,
  span: Span,
  { coverage, alpha }: FourthChannels,
): void {
  const covers = coverage === undefined ? undefined : from.planes[coverage];
  const alphas = alpha === undefined ? undefined : from.planes[alpha];
  for (let y = span.y0; y < span.y1; y++) {
    const below = 2 * y + 1 < from.height ? from.side * 4 : 0;
    for (let x = span.x0; x < span.x1; x++) {
      // A pixel outside the picture is replaced by its neighbour inside: the mean of the inner ones
      // stays.
      const a = (2 * y * from.side + 2 * x) * 4;
      const b = 2 * x + 1 < from.width ? a + 4 : a;
      const c = a + below;
      const d = b + below;
      const target = (y * to.side + x) * 4;
      const plain =
        (!covers || allEqual(covers, a, b, c, d)) && (!alphas || allEqual(alphas, a, b, c, d));
      for (let i = 0; i < from.planes.length; i++) {
        const plane = from.planes[i];
        const out = to.planes[i];
        if (!plane || !out) continue;
        if (plain)
          for (let channel = 0; channel < 4; channel++)
            out[target + channel] = mean(plane, a, b, c, d, channel);
        else
          reduceWeighted(
            plane,
            out,
            target,
            [a, b, c, d],
            covers,
            alphas,
            i === coverage || i === alpha,
          );
      }
    }
  }
}

/** Whether the fourth channel of four pixels is the same: almost always. */
function allEqual(plane: Uint8Array, a: number, b: number, c: number, d: number): boolean {
  const first = plane[a + 3];
  return first === plane[b + 3] && first === plane[c + 3] && first === plane[d + 3];
}

const mean = (
  plane: Uint8Array,
  a: number,
  b: number,
  c: number,
  d: number,
  channel: number,
): number =>
  ((plane[a + channel] ?? 0) +
    (plane[b + channel] ?? 0) +
    (plane[c + channel] ?? 0) +
    (plane[d + channel] ?? 0) +
    2) >>
  2;

type Four = readonly [number, number, number, number];

/** One pixel of one layer. `plainFourth`: its fourth channel is a weight itself. */
function reduceWeighted(
  plane: Uint8Array,
  out: Uint8Array,
  target: number,
  four: Four,
  covers: Uint8Array | undefined,
  alphas: Uint8Array | undefined,
  plainFourth: boolean,
): void {
  const weights = weigh(four, covers, alphas);
  for (let channel = 0; channel < 3; channel++)
    out[target + channel] = weightedMean(plane, four, channel, weights);
  out[target + 3] =
    plainFourth || !covers ? mean(plane, ...four, 3) : knownMean(plane, covers, four);
}

function weightedMean(
  plane: Uint8Array,
  [a, b, c, d]: Four,
  channel: number,
  [wa, wb, wc, wd]: Four,
): number {
  const sum =
    (plane[a + channel] ?? 0) * wa +
    (plane[b + channel] ?? 0) * wb +
    (plane[c + channel] ?? 0) * wc +
    (plane[d + channel] ?? 0) * wd;
  const weight = wa + wb + wc + wd;
  return weight > 0 ? Math.round(sum / weight) : 0;
}

/** The mean of the fourth channel, weighted by coverage alone. */
function knownMean(plane: Uint8Array, covers: Uint8Array, children: Four): number {
  let sum = 0;
  let weight = 0;
  for (const child of children) {
    const w = covers[child + 3] ?? 0;
    sum += (plane[child + 3] ?? 0) * w;
    weight += w;
  }
  return weight > 0 ? Math.round(sum / weight) : 0;
}

/** The colours' weights. Where everything known is transparent, alpha does not count. */
function weigh(
  [a, b, c, d]: Four,
  covers: Uint8Array | undefined,
  alphas: Uint8Array | undefined,
): Four {
  const cover = (at: number): number => covers?.[at + 3] ?? 255;
  const weight = (at: number): number => cover(at) * (alphas?.[at + 3] ?? 255);
  const weights: Four = [weight(a), weight(b), weight(c), weight(d)];
  return weights.some((value) => value > 0) ? weights : [cover(a), cover(b), cover(c), cover(d)];
}
