import type { Rect, Size } from '../../shared/geometry';
import { frameOf, layoutPanes, placePanes, type Placing } from '../render/layout';
import type { Frame } from '../viewTransform';
import type { PanelView } from './panelView';

/** Between two pictures, in CSS pixels. */
const GAP = 1;

/** Where a frame's pictures lie; undefined until a picture's size is known. */
export type Placed = {
  readonly picture: Size;
  readonly placing: Placing;
  readonly frame: Frame;
  /** What is seen of the picture in each pane, in CSS pixels of the stage. */
  readonly seen: readonly [Rect, ...Rect[]];
  /** Screen pixels for one pixel of the result. */
  readonly zoom: number;
};

export function place(
  { picture, state, mode }: PanelView,
  stage: Size,
  pixelRatio: number,
): Placed | undefined {
  if (!picture || stage.width < 1 || stage.height < 1) return undefined;
  const placing: Placing = {
    view: state.view,
    stage,
    panes: layoutPanes(mode, stage, GAP),
    pixelRatio,
  };
  const [first, ...others] = placePanes(picture, placing);
  if (!first) return undefined;
  const css = ({ visible }: typeof first): Rect => ({
    x: visible.x / pixelRatio,
    y: visible.y / pixelRatio,
    width: visible.width / pixelRatio,
    height: visible.height / pixelRatio,
  });
  return {
    picture,
    placing,
    frame: frameOf(picture, placing),
    seen: [css(first), ...others.map(css)],
    zoom: first.zoom,
  };
}

/** The part of the result that is seen, in its pixels, rounded outwards. */
export function seenPart({ picture, placing }: Placed): Rect {
  const [first] = placePanes(picture, placing);
  if (!first) return { x: 0, y: 0, width: picture.width, height: picture.height };
  const { visible, zoom } = first;
  const from = (start: number, corner: number): number =>
    Math.max(0, Math.floor((start - corner) / zoom));
  const to = (end: number, corner: number, side: number): number =>
    Math.min(side, Math.ceil((end - corner) / zoom));
  const [x, y] = [from(visible.x, first.x), from(visible.y, first.y)];
  return {
    x,
    y,
    width: Math.max(1, to(visible.x + visible.width, first.x, picture.width) - x),
    height: Math.max(1, to(visible.y + visible.height, first.y, picture.height) - y),
  };
}

export const contains = (outer: Rect, inner: Rect): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
