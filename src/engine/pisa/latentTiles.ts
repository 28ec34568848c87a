import type { Rect, Size } from '../../shared/geometry';

/** Latents: [channels, height, width], planar. */
export type Latents = Size & { readonly channels: number; readonly data: Float32Array };

/** PiSA-SR's `latent_tiled_size` and `latent_tiled_overlap`, in latent pixels. */
export const LATENT_TILE = { side: 96, overlap: 32 } as const;

/**
 * Tiles over latents as PiSA-SR's `_process_latents` lays them: none when side² latents suffice,
 * else tiles of at most `side`, the last one flush with the edge. Each axis has its own side, so
 * that pictures thinner than a tile work (the reference fails on them).
 */
export function latentTiles(
  { width, height }: Size,
  { side, overlap }: { readonly side: number; readonly overlap: number } = LATENT_TILE,
): Rect[] {
  if (width * height <= side * side) return [{ x: 0, y: 0, width, height }];
  const tile = { width: Math.min(side, width), height: Math.min(side, height) };
  return starts(height, tile.height, overlap).flatMap((y) =>
    starts(width, tile.width, overlap).map((x) => ({ x, y, ...tile })),
  );
}

function starts(length: number, tile: number, overlap: number): number[] {
  if (tile >= length) return [0];
  const step = tile - overlap;
  const count = Math.ceil((length - overlap) / step);
  return Array.from({ length: count }, (_, i) => Math.min(i * step, length - tile));
}

const VARIANCE = 0.01;

/**
 * PiSA-SR's `_gaussian_weights` along one axis: a bell around the tile's middle with σ = 0.1 tile.
 */
export function gaussian(length: number): Float64Array {
  const middle = (length - 1) / 2;
  return Float64Array.from(
    { length },
    (_, i) =>
      Math.exp(-((i - middle) ** 2) / (length * length * 2 * VARIANCE)) /
      Math.sqrt(2 * Math.PI * VARIANCE),
  );
}

/** Cuts a tile out of latents. */
export function cut(from: Latents, { x, y, width, height }: Rect): Latents {
  const data = new Float32Array(from.channels * width * height);
  for (let channel = 0; channel < from.channels; channel++) {
    for (let row = 0; row < height; row++) {
      const start = (channel * from.height + y + row) * from.width + x;
      data.set(from.data.subarray(start, start + width), (channel * height + row) * width);
    }
  }
  return { width, height, channels: from.channels, data };
}

/**
 * Runs `compute` on every tile and joins the results, each of the tile's own size, by Gaussian
 * weights. Deterministic: tiles are added in reading order.
 */
export async function mapTiles(
  latents: Latents,
  tiles: readonly Rect[],
  channels: number,
  compute: (tile: Latents, rect: Rect) => Promise<Float32Array>,
): Promise<Latents> {
  const { width, height } = latents;
  const [only] = tiles;
  if (only && tiles.length === 1)
    return { width, height, channels, data: await compute(latents, only) };
  const area = width * height;
  const sum = new Float32Array(channels * area);
  const weight = new Float64Array(area);
  for (const rect of tiles) {
    const values = await compute(cut(latents, rect), rect);
    const [across, down] = [gaussian(rect.width), gaussian(rect.height)];
    for (let row = 0; row < rect.height; row++) {
      for (let column = 0; column < rect.width; column++) {
        const w = (across[column] ?? 0) * (down[row] ?? 0);
        const at = (rect.y + row) * width + rect.x + column;
        weight[at] = (weight[at] ?? 0) + w;
        for (let channel = 0; channel < channels; channel++) {
          const to = channel * area + at;
          sum[to] =
            (sum[to] ?? 0) + w * (values[(channel * rect.height + row) * rect.width + column] ?? 0);
        }
      }
    }
  }
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) / (weight[i % area] ?? 1);
  return { width, height, channels, data: sum };
}

/**
 * Evenly spread windows of a picture for which one run is affordable, joined to one picture: what
 * statistics are estimated from.
 */
export function sampleWindows(
  { width, height }: Size,
  { side, perAxis }: { readonly side: number; readonly perAxis: number },
): { readonly windows: Rect[]; readonly columns: number } {
  const along = (length: number): number[] => {
    const count = Math.max(1, Math.min(perAxis, Math.floor(length / side)));
    const window = Math.min(side, length);
    return Array.from({ length: count }, (_, i) =>
      Math.round(count === 1 ? (length - window) / 2 : (i * (length - window)) / (count - 1)),
    );
  };
  const [xs, ys] = [along(width), along(height)];
  const size = { width: Math.min(side, width), height: Math.min(side, height) };
  return { windows: ys.flatMap((y) => xs.map((x) => ({ x, y, ...size }))), columns: xs.length };
}

/** Joins pictures of one size to one, row by row. */
export function collage(parts: readonly Latents[], columns: number): Latents {
  const [first] = parts;
  if (!first) throw new Error('A collage needs a picture.');
  const { channels } = first;
  const width = first.width * columns;
  const height = first.height * (parts.length / columns);
  const data = new Float32Array(channels * width * height);
  parts.forEach((part, i) => {
    const x = (i % columns) * part.width;
    const y = Math.floor(i / columns) * part.height;
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < part.height; row++) {
        data.set(
          part.data.subarray(
            (channel * part.height + row) * part.width,
            (channel * part.height + row + 1) * part.width,
          ),
          (channel * height + y + row) * width + x,
        );
      }
    }
  });
  return { width, height, channels, data };
}
