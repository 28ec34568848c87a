import path from 'node:path';
import type { Rect, Size } from '../../shared/geometry';
import { addFigures, NO_FIGURES } from '../../shared/panelFigures';
import type { PreviewPicture, PreviewRequest } from '../../shared/previewProtocol';
import { throwIfCancelled } from '../errors';
import { AreaResampler } from '../image/resampleArea';
import { wholeFactor } from '../upscale/enlargeParts';
import { tileFigures } from './figureSums';
import type { OpenSource } from './openSource';
import type { PreviewContext, PreviewLayers } from './previewTiled';
import { ownedRect, widened } from './resultGrid';
import { resultTile, tileOf, type ResultTile } from './resultTile';
import { writeScratch } from './scratchFile';
import { BORDER, scaledRect, sourceSquares, wantedTiles } from './tileWindows';

/**
 * Pixel art as the export makes it, without a network: the smooth enlargement, to compare with, and
 * the squares as what is added to it in full.
 */
export async function previewSquares(
  request: PreviewRequest,
  context: PreviewContext,
  source: OpenSource & { readonly picture: PreviewPicture },
): Promise<PreviewLayers> {
  const { picture, device, sourceSize } = source;
  const { size } = picture;
  const rectOf = (part: Rect): Rect => ownedRect(part, sourceSize, size);
  const tiles = wantedTiles(sourceSquares(sourceSize), request, rectOf);
  const total = tiles.length;
  let figures = NO_FIGURES;
  context.progress({ phase: 'infer', done: 0, total, device, picture });
  for (const [index, kept] of tiles.entries()) {
    throwIfCancelled(context.signal);
    const tile = await squaresTile(kept, source);
    const own = tileFigures(tile.covered, kept, await source.original.area(kept), sourceSize, size);
    figures = addFigures(figures, own);
    const file = `${request.jobId}-${index + 1}.bin`;
    await writeScratch(path.join(request.scratchDirectory, file), tile.bytes);
    context.progress({
      phase: 'infer',
      done: index + 1,
      total,
      device,
      picture,
      tile: { rect: tile.rect, file, figures: own },
    });
  }
  return { device, inferenceSeconds: 0, figures };
}

async function squaresTile(
  kept: Rect,
  { decoded, sourceSize, picture: { size } }: OpenSource & { readonly picture: PreviewPicture },
): Promise<ResultTile> {
  const factor = wholeFactor(sourceSize, size);
  const near = widened(kept, BORDER, sourceSize);
  const colour = await decoded.rgb.area(near);
  const alpha = decoded.alpha && (await decoded.alpha.area(near));
  const squares = resultTile(
    {
      area: scaledRect(near, factor),
      layers: [repeated(colour, near, 3, factor)],
      alpha: alpha && repeated(alpha, near, 1, factor),
    },
    new AreaResampler(scaledRect({ x: 0, y: 0, ...sourceSize }, factor), size, 'linear'),
    sourceSize,
    kept,
  );
  const smooth = resultTile(
    { area: near, layers: [colour], alpha: undefined },
    new AreaResampler(sourceSize, size, 'lanczos3'),
    sourceSize,
    kept,
  );
  return tileOf(
    { ...squares.covered, layers: [...smooth.covered.layers, ...squares.covered.layers] },
    sourceSize,
    size,
    kept,
  );
}

/** Every sample as `factor` × `factor` of them. */
function repeated(
  samples: Uint8Array,
  { width, height }: Size,
  bands: number,
  factor: number,
): Uint8Array {
  const line = width * factor * bands;
  const result = new Uint8Array(line * height * factor);
  for (let y = 0; y < height; y++) {
    const start = y * factor * line;
    let to = start;
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * bands;
      for (let i = 0; i < factor; i++, to += bands)
        result.set(samples.subarray(from, from + bands), to);
    }
    for (let i = 1; i < factor; i++) result.copyWithin(start + i * line, start, start + line);
  }
  return result;
}
