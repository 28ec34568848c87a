import type { Rect, Size } from '../../shared/geometry';
import type { PreviewFigures } from '../../shared/previewProtocol';
import { cropped, ownedRect } from './resultGrid';
import type { LayerArea } from './resultTile';

const LEVELS = 256;

/** Which samples of the result one of the source is made of, and with what weights. */
type Share = { readonly first: number; readonly weights: readonly number[] };

/**
 * Measures a tile: `covered` holds at least every pixel of the result (of size `result`) that `kept`
 * touches; `source` are the source's pixels under it, interleaved RGB. The result is reduced to the
 * source's size by the mean over each source pixel's area.
 */
export function tileFigures(
  { area, layers }: LayerArea,
  kept: Rect,
  source: Uint8Array,
  sourceSize: Size,
  result: Size,
): PreviewFigures {
  const [plain, faithful, full = faithful] = layers;
  if (!plain || !faithful || !full) throw new RangeError('A tile has at least two layers.');
  const columns = sharesOf(kept.x, kept.width, area.x, result.width / sourceSize.width);
  const rows = sharesOf(kept.y, kept.height, area.y, result.height / sourceSize.height);
  const sums = { dd: 0, dp: 0, ds: 0, pp: 0, ps: 0, ss: 0 };
  for (const [y, row] of rows.entries()) {
    const [base, pixel, semantic] = [plain, faithful, full].map((layer) =>
      reducedRow(layer, row, columns, area.width),
    ) as [Float64Array, Float64Array, Float64Array];
    for (let i = 0; i < base.length; i++) {
      const b = base[i] ?? 0;
      const q = pixel[i] ?? 0;
      const d = b - (source[y * base.length + i] ?? 0);
      const p = q - b;
      const s = (semantic[i] ?? 0) - q;
      sums.dd += d * d;
      sums.dp += d * p;
      sums.ds += d * s;
      sums.pp += p * p;
      sums.ps += p * s;
      sums.ss += s * s;
    }
  }
  return {
    consistency: { count: 3 * kept.width * kept.height, ...sums },
    inventedLuma:
      layers.length < 3
        ? []
        : changeCounts([faithful, full], area, ownedRect(kept, sourceSize, result)),
  };
}

/** For each sample of the source, the part that each sample of the result has in it. */
function sharesOf(from: number, length: number, start: number, factor: number): readonly Share[] {
  return Array.from({ length }, (_, i) => {
    const [low, high] = [(from + i) * factor, (from + i + 1) * factor];
    const first = Math.floor(low);
    const weights = Array.from(
      { length: Math.ceil(high) - first },
      (_unused, k) => (Math.min(high, first + k + 1) - Math.max(low, first + k)) / factor,
    );
    return { first: first - start, weights };
  });
}

function reducedRow(
  layer: Uint8Array | Uint8ClampedArray,
  row: Share,
  columns: readonly Share[],
  width: number,
): Float64Array {
  const means = new Float64Array(3 * columns.length);
  for (const [dy, weightY] of row.weights.entries()) {
    const line = 3 * (row.first + dy) * width;
    let to = 0;
    for (const { first, weights } of columns) {
      let [red, green, blue] = [0, 0, 0];
      for (let dx = 0, at = line + 3 * first; dx < weights.length; dx++, at += 3) {
        const weight = weights[dx] ?? 0;
        red += weight * (layer[at] ?? 0);
        green += weight * (layer[at + 1] ?? 0);
        blue += weight * (layer[at + 2] ?? 0);
      }
      means[to] = (means[to] ?? 0) + weightY * red;
      means[to + 1] = (means[to + 1] ?? 0) + weightY * green;
      means[to + 2] = (means[to + 2] ?? 0) + weightY * blue;
      to += 3;
    }
  }
  return means;
}

/** Pixels of `rect` by how much their luma changes between two layers. */
function changeCounts(
  pair: readonly [Uint8Array | Uint8ClampedArray, Uint8Array | Uint8ClampedArray],
  area: Rect,
  rect: Rect,
): number[] {
  const [faithful, full] = pair.map((layer) => cropped(layer, area, 3, rect)) as [
    Uint8Array,
    Uint8Array,
  ];
  const counts = new Array<number>(LEVELS).fill(0);
  for (let i = 0; i < full.length; i += 3) {
    const change =
      0.299 * ((full[i] ?? 0) - (faithful[i] ?? 0)) +
      0.587 * ((full[i + 1] ?? 0) - (faithful[i + 1] ?? 0)) +
      0.114 * ((full[i + 2] ?? 0) - (faithful[i + 2] ?? 0));
    const level = Math.round(Math.abs(change));
    counts[level] = (counts[level] ?? 0) + 1;
  }
  return counts;
}
