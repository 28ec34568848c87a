import type { Guidance } from '../../shared/guidance';
import type { Floats } from '../runtime/network';
import type { ColourMoments } from './colourFix';

/**
 * What a decode of the whole picture told about it: needed to decode a part of it as if it were the
 * whole.
 */
export type DecodeAnchor = {
  readonly guidance: Guidance;
  /** Statistics of `decoderUp`'s group norms. */
  readonly statistics: Floats;
  /** Moments of the decoded picture in [0,1]. */
  readonly colours: ColourMoments;
};

const MOST_ANCHORS = 12;
/** Twice the area of the triangle below which three anchors count as lying on a line. */
const SMALLEST_TRIANGLE = 1e-3;

/**
 * Remembers what whole decodes at several λ told. z₀ is affine in λ, and the statistics follow it
 * smoothly: between anchors they are interpolated, exact at the anchors themselves.
 */
export class DecodeAnchors {
  private anchors: DecodeAnchor[] = [];

  add(anchor: DecodeAnchor): void {
    this.anchors = [
      ...this.anchors.filter(({ guidance }) => distance(guidance, anchor.guidance) > 0),
      anchor,
    ].slice(-MOST_ANCHORS);
  }

  /** The anchor at exactly this λ. */
  exact(guidance: Guidance): DecodeAnchor | undefined {
    return this.anchors.find((anchor) => distance(anchor.guidance, guidance) === 0);
  }

  /** What a whole decode at this λ would probably tell; undefined when none was made yet. */
  estimate(guidance: Guidance): DecodeAnchor | undefined {
    const nearest = [...this.anchors].sort(
      (a, b) => distance(a.guidance, guidance) - distance(b.guidance, guidance),
    );
    const [first] = nearest;
    if (!first || distance(first.guidance, guidance) === 0) return first;
    return mix(barycentric(nearest, guidance), guidance);
  }
}

const distance = (a: Guidance, b: Guidance): number =>
  Math.hypot(a.pixel - b.pixel, a.semantic - b.semantic);

type Weighted = readonly (readonly [DecodeAnchor, number])[];

/**
 * Affine weights over three anchors not on a line, else along the two nearest, else the nearest
 * alone.
 */
function barycentric(anchors: readonly DecodeAnchor[], { pixel, semantic }: Guidance): Weighted {
  const [a, b] = anchors;
  if (!a) return [];
  if (!b) return [[a, 1]];
  const [ux, uy] = [b.guidance.pixel - a.guidance.pixel, b.guidance.semantic - a.guidance.semantic];
  const [px, py] = [pixel - a.guidance.pixel, semantic - a.guidance.semantic];
  for (const c of anchors.slice(2)) {
    const [vx, vy] = [
      c.guidance.pixel - a.guidance.pixel,
      c.guidance.semantic - a.guidance.semantic,
    ];
    const area = ux * vy - uy * vx;
    if (Math.abs(area) < SMALLEST_TRIANGLE) continue;
    const s = (px * vy - py * vx) / area;
    const t = (ux * py - uy * px) / area;
    return [
      [a, 1 - s - t],
      [b, s],
      [c, t],
    ];
  }
  const t = (px * ux + py * uy) / (ux * ux + uy * uy);
  return [
    [a, 1 - t],
    [b, t],
  ];
}

function mix(weighted: Weighted, guidance: Guidance): DecodeAnchor | undefined {
  const [first] = weighted;
  if (!first) return undefined;
  const [{ statistics, colours }] = first;
  const combine = (
    length: number,
    values: (anchor: DecodeAnchor) => ArrayLike<number>,
  ): Float32Array =>
    Float32Array.from({ length }, (_, i) =>
      weighted.reduce((sum, [anchor, weight]) => sum + weight * (values(anchor)[i] ?? 0), 0),
    );
  const groups = statistics.dims[2] ?? 1;
  // Rows alternate between mean and variance; a variance must not become negative where the
  // estimate is extrapolated.
  const data = combine(statistics.data.length, (anchor) => anchor.statistics.data).map((value, i) =>
    Math.floor(i / groups) % 2 === 1 ? Math.max(0, value) : value,
  );
  return {
    guidance,
    statistics: { dims: statistics.dims, data },
    colours: {
      mean: [...combine(colours.mean.length, (anchor) => anchor.colours.mean)],
      variance: [...combine(colours.variance.length, (anchor) => anchor.colours.variance)].map(
        (value) => Math.max(0, value),
      ),
    },
  };
}
