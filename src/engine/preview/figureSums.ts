import type { Size } from '../../shared/geometry';
import type { PreviewFigures } from '../../shared/previewProtocol';

const LEVELS = 256;

/**
 * Sums up a preview's figures part by part. A part is reduced to the source's size by the mean over
 * each source pixel's square, so the parts must lie on multiples of the scale.
 */
export class FigureSums {
  private count = 0;
  private readonly sums = { dd: 0, dp: 0, ds: 0, pp: 0, ps: 0, ss: 0 };
  private readonly levels: Float64Array;

  constructor(
    private readonly scale: number,
    private readonly hasSemantic: boolean,
  ) {
    this.levels = new Float64Array(hasSemantic ? LEVELS : 0);
  }

  /**
   * Adds a part: its layers (as in `PreviewTile.file`), and the source's pixels under it,
   * interleaved RGB; `size` is that of the source's part.
   */
  add(layers: Uint8Array, source: Uint8Array, { width, height }: Size): void {
    const bytes = 3 * width * height * this.scale ** 2;
    const [plain, faithful, full] = [0, 1, 2].map((layer) =>
      layers.subarray(layer * bytes, (layer + 1) * bytes),
    ) as [Uint8Array, Uint8Array, Uint8Array];
    this.addConsistency([plain, faithful, this.hasSemantic ? full : faithful], source, {
      width,
      height,
    });
    if (this.hasSemantic) this.addLevels(faithful, full);
  }

  figures(): PreviewFigures {
    return { consistency: { count: this.count, ...this.sums }, inventedLuma: [...this.levels] };
  }

  private addConsistency(
    [plain, faithful, full]: readonly [Uint8Array, Uint8Array, Uint8Array],
    source: Uint8Array,
    { width, height }: Size,
  ): void {
    const { scale, sums } = this;
    const area = scale * scale;
    for (let y = 0; y < height; y++) {
      const means = [plain, faithful, full].map((layer) => sumRows(layer, y, width, scale)) as [
        Int32Array,
        Int32Array,
        Int32Array,
      ];
      for (let i = 0; i < 3 * width; i++) {
        const [base, pixel, semantic] = [means[0][i] ?? 0, means[1][i] ?? 0, means[2][i] ?? 0];
        const d = base / area - (source[3 * y * width + i] ?? 0);
        const p = (pixel - base) / area;
        const s = (semantic - pixel) / area;
        sums.dd += d * d;
        sums.dp += d * p;
        sums.ds += d * s;
        sums.pp += p * p;
        sums.ps += p * s;
        sums.ss += s * s;
      }
    }
    this.count += 3 * width * height;
  }

  private addLevels(faithful: Uint8Array, full: Uint8Array): void {
    const { levels } = this;
    for (let i = 0; i < full.length; i += 3) {
      const change =
        0.299 * ((full[i] ?? 0) - (faithful[i] ?? 0)) +
        0.587 * ((full[i + 1] ?? 0) - (faithful[i + 1] ?? 0)) +
        0.114 * ((full[i + 2] ?? 0) - (faithful[i + 2] ?? 0));
      const level = Math.round(Math.abs(change));
      levels[level] = (levels[level] ?? 0) + 1;
    }
  }
}

/** One row of the source's samples, each the sum over its square in the layer. */
function sumRows(layer: Uint8Array, row: number, width: number, scale: number): Int32Array {
  const sums = new Int32Array(3 * width);
  let from = 3 * row * scale * width * scale;
  for (let y = 0; y < scale; y++) {
    for (let x = 0; x < width; x++) {
      for (let k = 0; k < scale; k++, from += 3) {
        for (let channel = 0; channel < 3; channel++)
          sums[3 * x + channel] = (sums[3 * x + channel] ?? 0) + (layer[from + channel] ?? 0);
      }
    }
  }
  return sums;
}
