import type { Rect, Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { ExactPicture } from './exactPicture';
import { dividerColumn, intersect, placePanes, screenSize, type PlacedPane } from './layout';
import type { LayerSet } from './layerSet';
import type { Scene } from './scene';
import type { RenderState } from './state';

/** How much of the background covers what no tile has reached yet. */
export const PENDING_DIM = 0.55;

/** A picture made of layers. Where they are missing the original is shown, `dim` of it covered. */
export type LayersSide = {
  readonly kind: 'layers';
  readonly layers: LayerSet;
  readonly guidance: Guidance;
  readonly exact: ExactPicture | undefined;
  readonly dim: number;
};
/** The original's own pixels. */
export type OriginalSide = { readonly kind: 'original' };
export type Side = LayersSide | OriginalSide;

/** One thing to draw; lengths in screen pixels of the canvas. */
export type Job = {
  /** `map` is drawn on `side`. */
  readonly kind: 'side' | 'difference' | 'map';
  /** What to fill; lies inside the picture. */
  readonly clip: Rect;
  /** The picture's corner. */
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly side: Side;
  /** What `side` is compared with in a difference. */
  readonly against: Side;
};

/** A frame, the same for both back ends. What no job fills is background. */
export type FramePlan = {
  readonly size: Size;
  readonly jobs: readonly Job[];
  /** Drawn at last, in one colour: outlines. */
  readonly lines: readonly Rect[];
};

export function planFrame(scene: Scene, state: RenderState): FramePlan {
  const result = resultSide(scene, state.guidance);
  const compare = compareSide(scene, state);
  const jobs: Job[] = [];
  const lines: Rect[] = [];
  for (const [index, placed] of placePanes(scene.size, state).entries()) {
    const add = (kind: Job['kind'], side: Side, clip: Rect): void => {
      if (clip.width === 0 || clip.height === 0) return;
      jobs.push({
        kind,
        clip,
        x: placed.x,
        y: placed.y,
        zoom: placed.zoom,
        side,
        against: compare,
      });
      if (side === result && state.workingTile)
        lines.push(...outline(state.workingTile, placed, clip, state.pixelRatio));
    };
    const { visible } = placed;
    switch (state.mode) {
      case 'divider': {
        const column = dividerColumn(placed, state.divider);
        add('side', compare, { ...visible, width: column - visible.x });
        add('side', result, { ...visible, x: column, width: visible.x + visible.width - column });
        break;
      }
      case 'side':
        add('side', index === 0 ? compare : result, visible);
        break;
      case 'hold':
        add('side', state.held ? compare : result, visible);
        break;
      case 'difference':
      case 'map':
        add(state.mode, result, visible);
        break;
    }
  }
  return { size: screenSize(state), jobs, lines };
}

export function resultSide(scene: Scene, guidance: Guidance): LayersSide {
  return {
    kind: 'layers',
    layers: scene.result,
    guidance,
    exact: scene.exact?.holdsFor(guidance) === true ? scene.exact : undefined,
    dim: PENDING_DIM,
  };
}

/** A if it is wanted and pinned, else the original. */
export function compareSide(
  scene: Scene,
  { compareWith, originalPixels }: Pick<RenderState, 'compareWith' | 'originalPixels'>,
): Side {
  if (compareWith === 'A' && scene.comparison)
    return { kind: 'layers', ...scene.comparison, dim: PENDING_DIM };
  if (originalPixels) return { kind: 'original' };
  return {
    kind: 'layers',
    layers: scene.result,
    guidance: { pixel: 0, semantic: 0 },
    exact: undefined,
    dim: 0,
  };
}

/** Four lines inside a tile's edge. */
function outline(tile: Rect, { x, y, zoom }: PlacedPane, clip: Rect, pixelRatio: number): Rect[] {
  const width = Math.max(1, Math.round(1.5 * pixelRatio));
  const [left, top] = [x + Math.round(tile.x * zoom), y + Math.round(tile.y * zoom)];
  const [right, bottom] = [
    x + Math.round((tile.x + tile.width) * zoom),
    y + Math.round((tile.y + tile.height) * zoom),
  ];
  const sides: Rect[] = [
    { x: left, y: top, width: right - left, height: width },
    { x: left, y: bottom - width, width: right - left, height: width },
    { x: left, y: top + width, width, height: Math.max(0, bottom - top - 2 * width) },
    { x: right - width, y: top + width, width, height: Math.max(0, bottom - top - 2 * width) },
  ];
  return sides
    .map((side) => intersect(side, clip))
    .filter((side) => side.width > 0 && side.height > 0);
}
