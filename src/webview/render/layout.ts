import type { Rect, Size } from '../../shared/geometry';
import { placePicture, zoomOf, type Frame, type Point } from '../viewTransform';
import type { RenderMode, RenderState } from './state';

/** The part of the state that says where things are. */
export type Placing = Pick<RenderState, 'view' | 'stage' | 'panes' | 'pixelRatio'>;

/**
 * The panes of a mode: the whole stage, or for `side` two of one size with a gap, beside each other
 * or, on a tall stage, one below the other.
 */
export function layoutPanes(
  mode: RenderMode,
  stage: Size,
  gap: number,
): readonly [Rect, ...Rect[]] {
  const { width, height } = stage;
  if (mode !== 'side') return [{ x: 0, y: 0, width, height }];
  if (width >= height) {
    const half = Math.max(0, (width - gap) / 2);
    return [
      { x: 0, y: 0, width: half, height },
      { x: width - half, y: 0, width: half, height },
    ];
  }
  const half = Math.max(0, (height - gap) / 2);
  return [
    { x: 0, y: 0, width, height: half },
    { x: 0, y: height - half, width, height: half },
  ];
}

/** What `viewTransform` calculates with. */
export function frameOf(picture: Size, { panes: [pane], pixelRatio }: Placing): Frame {
  return { picture, pane: { width: pane.width, height: pane.height }, pixelRatio };
}

/** A pane and the picture in it, in screen pixels of the canvas. */
export type PlacedPane = {
  readonly pane: Rect;
  /** The picture's corner. */
  readonly x: number;
  readonly y: number;
  /** Screen pixels for one pixel of the result. */
  readonly zoom: number;
  /** What is seen of the picture. */
  readonly visible: Rect;
};

/** All panes show the same part of the picture, that which the first one's size allows. */
export function placePanes(picture: Size, placing: Placing): readonly PlacedPane[] {
  const frame = frameOf(picture, placing);
  const zoom = zoomOf(placing.view, frame);
  const place = placePicture(placing.view, frame);
  const screen = (length: number): number => Math.round(length * placing.pixelRatio);
  const stage = screenSize(placing);
  return placing.panes.map((rect) => {
    const pane = intersect(
      between(
        screen(rect.x),
        screen(rect.y),
        screen(rect.x + rect.width),
        screen(rect.y + rect.height),
      ),
      { x: 0, y: 0, ...stage },
    );
    const [x, y] = [screen(rect.x) + screen(place.x), screen(rect.y) + screen(place.y)];
    const whole = {
      x,
      y,
      width: Math.max(1, Math.round(picture.width * zoom)),
      height: Math.max(1, Math.round(picture.height * zoom)),
    };
    return { pane, x, y, zoom, visible: intersect(pane, whole) };
  });
}

/** The canvas's own size. */
export function screenSize({ stage, pixelRatio }: Placing): Size {
  return {
    width: Math.max(1, Math.round(stage.width * pixelRatio)),
    height: Math.max(1, Math.round(stage.height * pixelRatio)),
  };
}

/** Where the divider stands on the canvas, in screen pixels: the result begins with this column. */
export function dividerColumn({ visible }: PlacedPane, divider: number): number {
  return visible.x + Math.round(Math.min(1, Math.max(0, divider)) * visible.width);
}

/**
 * Where a handle for the divider belongs: `x` is the line's, the rest the seen picture's, in CSS
 * pixels of the stage.
 */
export function dividerPlace(
  picture: Size,
  placing: Placing,
  divider: number,
): { x: number; y: number; height: number } {
  const [placed] = placePanes(picture, placing);
  if (!placed) return { x: 0, y: 0, height: 0 };
  const { pixelRatio } = placing;
  return {
    x: dividerColumn(placed, divider) / pixelRatio,
    y: placed.visible.y / pixelRatio,
    height: placed.visible.height / pixelRatio,
  };
}

/** The divider's position that puts it at `x`, in CSS pixels of the stage. */
export function dividerAt(picture: Size, placing: Placing, x: number): number {
  const [placed] = placePanes(picture, placing);
  if (!placed || placed.visible.width === 0) return 0.5;
  return Math.min(
    1,
    Math.max(0, (x * placing.pixelRatio - placed.visible.x) / placed.visible.width),
  );
}

/**
 * The pane and the place in the result, in its pixels, under a point of the stage; undefined beside
 * the picture.
 */
export function locate(
  picture: Size,
  placing: Placing,
  point: Point,
): { pane: number; x: number; y: number } | undefined {
  const [x, y] = [
    Math.floor(point.x * placing.pixelRatio),
    Math.floor(point.y * placing.pixelRatio),
  ];
  for (const [pane, { visible, zoom, ...corner }] of placePanes(picture, placing).entries()) {
    if (
      x < visible.x ||
      y < visible.y ||
      x >= visible.x + visible.width ||
      y >= visible.y + visible.height
    )
      continue;
    const inside = (value: number, side: number): number => Math.min(side - 1, Math.floor(value));
    return {
      pane,
      x: inside((x + 0.5 - corner.x) / zoom, picture.width),
      y: inside((y + 0.5 - corner.y) / zoom, picture.height),
    };
  }
  return undefined;
}

export function intersect(a: Rect, b: Rect): Rect {
  return between(
    Math.max(a.x, b.x),
    Math.max(a.y, b.y),
    Math.min(a.x + a.width, b.x + b.width),
    Math.min(a.y + a.height, b.y + b.height),
  );
}

const between = (x0: number, y0: number, x1: number, y1: number): Rect => ({
  x: x0,
  y: y0,
  width: Math.max(0, x1 - x0),
  height: Math.max(0, y1 - y0),
});
