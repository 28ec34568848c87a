import type { Guidance } from './guidance';
import type { ConsistencySums, PreviewFigures } from './previewProtocol';

/** From here on (in dB) a result still shows the same picture; below `drifted` it does not. */
export const CONSISTENCY = { same: 30, drifted: 26 } as const;
/** A change of luma, in 8-bit levels, that an eye notices. */
export const VISIBLE_LUMA = 8;
/** The share of visibly invented pixels above which it is a lot. */
export const MUCH_INVENTED = 0.1;

export const NO_FIGURES: PreviewFigures = {
  consistency: { count: 0, dd: 0, dp: 0, ds: 0, pp: 0, ps: 0, ss: 0 },
  inventedLuma: [],
};

/** The figures of two parts of a picture together. */
export function addFigures(a: PreviewFigures, b: PreviewFigures): PreviewFigures {
  const sum = (key: keyof ConsistencySums): number => a.consistency[key] + b.consistency[key];
  const [longer, shorter] =
    a.inventedLuma.length >= b.inventedLuma.length
      ? [a.inventedLuma, b.inventedLuma]
      : [b.inventedLuma, a.inventedLuma];
  return {
    consistency: {
      count: sum('count'),
      dd: sum('dd'),
      dp: sum('dp'),
      ds: sum('ds'),
      pp: sum('pp'),
      ps: sum('ps'),
      ss: sum('ss'),
    },
    inventedLuma: longer.map((count, level) => count + (shorter[level] ?? 0)),
  };
}

export type ConsistencyWord = 'same' | 'drifting' | 'drifted';
export type InventedWord = 'none' | 'some' | 'much';

/**
 * PSNR of the result, reduced to the source's size, against the source. Infinity for no error;
 * undefined without any pixel.
 */
export function consistencyDb(
  sums: ConsistencySums,
  { pixel, semantic }: Guidance,
): number | undefined {
  const { count } = sums;
  if (!(count > 0)) return undefined;
  const error = squaredError(sums, pixel, semantic);
  // Sums of large numbers may cancel to a little less than nothing.
  return error <= 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * count) / error);
}

/** The sum of squared differences between the result, reduced to the source's size, and the source. */
const squaredError = (
  { dd, dp, ds, pp, ps, ss }: ConsistencySums,
  pixel: number,
  semantic: number,
): number =>
  dd +
  pixel * pixel * pp +
  semantic * semantic * ss +
  2 * (pixel * dp + semantic * ds + pixel * semantic * ps);

/**
 * The share (0–1) of pixels whose luma the semantic part changes visibly; undefined without a
 * semantic branch.
 */
export function inventedShare(histogram: readonly number[], semantic: number): number | undefined {
  let all = 0;
  let visible = 0;
  for (const [level, count] of histogram.entries()) {
    all += count;
    if (Math.abs(semantic) * level > VISIBLE_LUMA) visible += count;
  }
  return all > 0 ? visible / all : undefined;
}

export function consistencyWord(decibels: number): ConsistencyWord {
  if (decibels >= CONSISTENCY.same) return 'same';
  return decibels >= CONSISTENCY.drifted ? 'drifting' : 'drifted';
}

export function inventedWord(share: number): InventedWord {
  if (share > MUCH_INVENTED) return 'much';
  return share < 0.0005 ? 'none' : 'some';
}

/** Whether a figure turns to a warning at this guidance. */
export function warnsAt(
  { consistency, inventedLuma }: PreviewFigures,
  guidance: Guidance,
): boolean {
  const decibels = consistencyDb(consistency, guidance);
  const share = inventedShare(inventedLuma, guidance.semantic);
  return (
    (decibels !== undefined && decibels < CONSISTENCY.same) ||
    (share !== undefined && share > MUCH_INVENTED)
  );
}

/**
 * Where the pad warns: `columns` × `rows` cells, row by row from the top, 1 where the cell's middle
 * warns. λ_pix grows to the right and λ_sem upwards, both from 0 to `maximum`.
 */
export function warningZone(
  { consistency, inventedLuma }: PreviewFigures,
  columns: number,
  rows: number,
  maximum: number,
): Uint8Array {
  const zone = new Uint8Array(columns * rows);
  // The error at which the result is that far from the source: no logarithm for each cell.
  const most = (255 * 255 * consistency.count) / 10 ** (CONSISTENCY.same / 10);
  for (let row = 0; row < rows; row++) {
    const semantic = ((rows - row - 0.5) / rows) * maximum;
    const much = (inventedShare(inventedLuma, semantic) ?? 0) > MUCH_INVENTED;
    if (much) {
      zone.fill(1, row * columns, (row + 1) * columns);
      continue;
    }
    if (!(consistency.count > 0)) continue;
    for (let column = 0; column < columns; column++) {
      const pixel = ((column + 0.5) / columns) * maximum;
      if (squaredError(consistency, pixel, semantic) > most) zone[row * columns + column] = 1;
    }
  }
  return zone;
}
