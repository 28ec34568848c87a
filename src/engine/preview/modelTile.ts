import type { Rect } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { PixelFile } from '../image/pixelFile';
import { newClamped } from '../image/samples';
import type { TiledModel } from '../models/kinds/tiled';
import type { TileSession } from '../runtime/session';
import type { TilePlan } from '../tiling/plan';
import { alphaInput, keepFlatAlpha } from '../upscale/alphaTiles';
import { blendTile } from '../upscale/blend';
import { alphaTile } from '../upscale/runTiles';
import type { OpenSource } from './openSource';
import { cropped, widened } from './resultGrid';
import type { LayerArea } from './resultTile';
import {
  BORDER,
  blendWindow,
  readWindow,
  runWindow,
  scaledRect,
  type TileWindow,
} from './tileWindows';

export type TileNetwork = {
  readonly model: TiledModel;
  readonly plan: TilePlan;
  readonly session: TileSession;
  readonly signal: AbortSignal;
};

/** Bytes of a tile: so many layers of its area, and its alpha. */
export const tileBytes = ({ width, height }: Rect, layers: number, hasAlpha: boolean): number =>
  width * height * (3 * layers + (hasAlpha ? 1 : 0));

/** What of the result at the model's own scale a tile yields. */
export const tileArea = (
  { kept }: TileWindow,
  { decoded }: Pick<OpenSource, 'decoded'>,
  scale: number,
): Rect => scaledRect(widened(kept, BORDER, decoded.rgb.info), scale);

/** Runs the network on a tile, and blends it for each guidance, as the export does. */
export async function runTile(
  window: TileWindow,
  network: TileNetwork,
  { decoded }: Pick<OpenSource, 'decoded'>,
  guidances: readonly Guidance[],
): Promise<LayerArea & { readonly seconds: number }> {
  const { model, plan, session, signal } = network;
  const { scale } = model.manifest;
  const area = tileArea(window, { decoded }, scale);
  const { layers, seconds } = await runWindow(window, plan.tile, decoded.rgb, session, signal);
  const place = blendWindow(window, plan.tile, scale, area);
  return {
    area,
    layers: guidances.map((guidance) => {
      const pixels = new Uint8ClampedArray(3 * area.width * area.height);
      blendTile(layers, guidance, place, pixels, 3);
      return pixels;
    }),
    alpha: decoded.alpha && (await alphaOf(window, network, decoded.alpha, area)),
    seconds,
  };
}

async function alphaOf(
  window: TileWindow,
  { model, plan, session, signal }: TileNetwork,
  alpha: PixelFile,
  area: Rect,
): Promise<Uint8Array> {
  const { scale } = model.manifest;
  // What is flat is told from its neighbours, so one pixel more on each side is looked at.
  const source = widened(
    {
      x: area.x / scale,
      y: area.y / scale,
      width: area.width / scale,
      height: area.height / scale,
    },
    1,
    alpha.info,
  );
  const wide = scaledRect(source, scale);
  const plane = newClamped(8, wide.width * wide.height);
  const { pixels, width, columns, rows } = await readWindow(window, plan.tile, alpha);
  const inner = {
    ...blendWindow(window, plan.tile, scale, area),
    bandX: area.x - wide.x,
    bandWidth: wide.width,
  };
  await alphaTile(
    alphaInput(pixels, width, columns, rows),
    inner,
    plane.subarray((area.y - wide.y) * wide.width),
    (image) =>
      session.runPixel?.(image, plan.tile.width, plan.tile.height, signal) ??
      session.run(image, plan.tile.width, plan.tile.height, signal),
  );
  const samples = await alpha.area(source);
  await keepFlatAlpha(
    {
      info: source,
      samples: (from, to) =>
        Promise.resolve(samples.subarray(from * source.width, to * source.width)),
    },
    0,
    source.height,
    scale,
    plane,
  );
  return cropped(new Uint8Array(plane.buffer), wide, 1, area);
}
