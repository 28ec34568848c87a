import type { Size } from '../../shared/geometry';
import type { Point } from '../viewTransform';
import { blendChannel } from './blend';
import type { ExactPicture } from './exactPicture';
import { compareSide, resultSide, type Side } from './frame';
import { dividerColumn, locate, placePanes } from './layout';
import type { PixelStore } from './pixelStore';
import type { Scene } from './scene';
import type { RenderState } from './state';

/** Red, green, blue, alpha, 8 bits each, alpha not multiplied in. */
export type Rgba = readonly [number, number, number, number];

export type PixelReading = {
  /** In pixels of the result. */
  readonly x: number;
  readonly y: number;
  /** Undefined where no tile has come yet. */
  readonly result: Rgba | undefined;
  readonly compare: Rgba | undefined;
  /** Which of them is drawn at the point. */
  readonly shown: 'result' | 'compare';
};

/**
 * Both sides' values under a point of the stage (CSS pixels), by the formula of the screen;
 * undefined beside the picture.
 */
export function pixelAt(scene: Scene, state: RenderState, point: Point): PixelReading | undefined {
  const place = locate(scene.size, state, point);
  if (!place) return undefined;
  const { pane, x, y } = place;
  return {
    x,
    y,
    result: pixelOf(scene, resultSide(scene, state.guidance), x, y),
    compare: pixelOf(scene, compareSide(scene, state), x, y),
    shown: showsCompare(scene, state, point, pane) ? 'compare' : 'result',
  };
}

/**
 * The side's pixel at a pixel of the result. A side of another size is read where its pixel covers
 * the middle.
 */
export function pixelOf(scene: Scene, side: Side, x: number, y: number): Rgba | undefined {
  if (side.kind === 'original') {
    const at = texelAt(scene.original, scene.size, x, y);
    return rgba(at.read(0), at.read(0)?.[3]);
  }
  const exact = side.exact && exactPixel(side.exact, x, y);
  const at = texelAt(side.layers.store, scene.size, x, y);
  const base = at.read(0);
  const pixel = at.read(1);
  const alpha = side.layers.hasAlpha ? pixel?.[3] : 255;
  if (exact) return rgba(exact, alpha);
  if (!base || !pixel || base[3] === 0) return undefined;
  const semantic = at.read(2);
  const { guidance } = side;
  const channel = (i: 0 | 1 | 2): number =>
    blendChannel(
      base[i],
      pixel[i],
      semantic?.[i] ?? pixel[i],
      guidance.pixel,
      semantic ? guidance.semantic : 0,
    );
  return rgba([channel(0), channel(1), channel(2), 255], alpha);
}

function rgba(colour: Rgba | undefined, alpha = 255): Rgba | undefined {
  return colour && [colour[0], colour[1], colour[2], alpha];
}

function exactPixel({ rect, origin, store }: ExactPicture, x: number, y: number): Rgba | undefined {
  const inside = x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;
  return inside ? texelAt(store, store.size, x - origin.x, y - origin.y).read(0) : undefined;
}

/** Reads a store's layers where it covers the middle of a pixel of `size`. */
function texelAt(
  store: PixelStore,
  size: Size,
  x: number,
  y: number,
): { read(layer: number): Rgba | undefined } {
  const column = Math.floor(((x + 0.5) * store.size.width) / size.width);
  const row = Math.floor(((y + 0.5) * store.size.height) / size.height);
  const inside = store.blockSide - 1;
  const block = store.slotAt(column >> store.bits, row >> store.bits);
  const at = (((row & inside) << store.bits) + (column & inside)) * 4;
  return {
    read: (layer) => {
      const plane = store.plane(layer, 0, block);
      return plane && [plane[at] ?? 0, plane[at + 1] ?? 0, plane[at + 2] ?? 0, plane[at + 3] ?? 0];
    },
  };
}

function showsCompare(scene: Scene, state: RenderState, point: Point, pane: number): boolean {
  if (state.mode === 'side') return pane === 0;
  if (state.mode === 'hold') return state.held;
  const [placed] = placePanes(scene.size, state);
  return (
    state.mode === 'divider' &&
    placed !== undefined &&
    Math.floor(point.x * state.pixelRatio) < dividerColumn(placed, state.divider)
  );
}
