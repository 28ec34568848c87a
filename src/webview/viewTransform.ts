import type { Rect, Size } from '../shared/geometry';

/** What part of the picture is seen. The same view serves both panes, so they move in step. */
export type View = {
  /** Screen pixels (not CSS pixels) for one pixel of the result, or `fit`. */
  readonly zoom: number | 'fit';
  /** The point of the picture in the middle of a pane, 0–1 of its width and height. */
  readonly x: number;
  readonly y: number;
};

export type Point = { readonly x: number; readonly y: number };

/** What a view is looked at through. */
export type Frame = {
  /** The result's pixels. */
  readonly picture: Size;
  /** One pane, in CSS pixels. */
  readonly pane: Size;
  /** Screen pixels for one CSS pixel. */
  readonly pixelRatio: number;
};

export const FIT: View = { zoom: 'fit', x: 0.5, y: 0.5 };
/** From here on pixels are drawn as squares: who zooms in so far wants to see them. */
export const PIXELATED_FROM = 3;

const ZOOM = { minimum: 0.05, maximum: 32 };
const STEPS = [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32];
/** Room around a fitted picture in CSS pixels, so that its edge can be seen. */
const FIT_MARGIN = 16;
/** Small icons are enlarged to fit, but not beyond this. */
const FIT_MAXIMUM = 8;

const clamp = (value: number, minimum: number, maximum: number): number =>
  Math.min(maximum, Math.max(minimum, value));

/** The zoom in numbers. */
export function zoomOf(view: View, { picture, pane, pixelRatio }: Frame): number {
  if (view.zoom !== 'fit') return clamp(view.zoom, ZOOM.minimum, ZOOM.maximum);
  const room = (side: number): number => Math.max(1, side - 2 * FIT_MARGIN) * pixelRatio;
  return Math.min(
    FIT_MAXIMUM,
    room(pane.width) / picture.width,
    room(pane.height) / picture.height,
  );
}

/** Where the picture lies in a pane, in CSS pixels. */
export function placePicture(view: View, frame: Frame): Rect {
  const scale = zoomOf(view, frame) / frame.pixelRatio;
  const width = frame.picture.width * scale;
  const height = frame.picture.height * scale;
  const { x, y } = keepInside(view, frame);
  // Whole screen pixels, or the picture would be blurred at 100 %.
  const snap = (value: number): number => Math.round(value * frame.pixelRatio) / frame.pixelRatio;
  return {
    x: snap(frame.pane.width / 2 - x * width),
    y: snap(frame.pane.height / 2 - y * height),
    width,
    height,
  };
}

/**
 * Sets the zoom so that the point of the picture under `anchor` (CSS pixels from the pane's corner)
 * stays where it is.
 */
export function zoomTo(view: View, zoom: number, frame: Frame, anchor?: Point): View {
  const target = clamp(zoom, ZOOM.minimum, ZOOM.maximum);
  const fromMiddle = {
    x: (anchor?.x ?? frame.pane.width / 2) - frame.pane.width / 2,
    y: (anchor?.y ?? frame.pane.height / 2) - frame.pane.height / 2,
  };
  const before = zoomOf(view, frame) / frame.pixelRatio;
  const after = target / frame.pixelRatio;
  const { x, y } = keepInside(view, frame);
  const shift = (offset: number, side: number): number =>
    (offset / side) * (1 / before - 1 / after);
  const moved = {
    zoom: target,
    x: x + shift(fromMiddle.x, frame.picture.width),
    y: y + shift(fromMiddle.y, frame.picture.height),
  };
  return { ...moved, ...keepInside(moved, frame) };
}

/** The next step above or below. */
export function zoomStep(view: View, direction: 1 | -1, frame: Frame): View {
  const now = zoomOf(view, frame);
  const next =
    direction > 0
      ? STEPS.find((step) => step > now * 1.001)
      : STEPS.findLast((step) => step < now * 0.999);
  return zoomTo(view, next ?? (direction > 0 ? ZOOM.maximum : ZOOM.minimum), frame);
}

/** Moves the picture by so many CSS pixels. A fitted picture has nowhere to go. */
export function pan(view: View, by: Point, frame: Frame): View {
  if (view.zoom === 'fit') return view;
  const scale = zoomOf(view, frame) / frame.pixelRatio;
  const moved = {
    zoom: view.zoom,
    x: view.x - by.x / (frame.picture.width * scale),
    y: view.y - by.y / (frame.picture.height * scale),
  };
  return { ...moved, ...keepInside(moved, frame) };
}

/** A side that fits the pane is centred; a longer one leaves no gap at its ends. */
function keepInside(view: View, frame: Frame): Point {
  if (view.zoom === 'fit') return { x: 0.5, y: 0.5 };
  const scale = zoomOf(view, frame) / frame.pixelRatio;
  const inside = (centre: number, side: number, pane: number): number => {
    const half = pane / 2 / (side * scale);
    return half >= 0.5 ? 0.5 : clamp(centre, half, 1 - half);
  };
  return {
    x: inside(view.x, frame.picture.width, frame.pane.width),
    y: inside(view.y, frame.picture.height, frame.pane.height),
  };
}

/** Reads a view that was stored; anything else becomes `FIT`. */
export function viewFrom(value: unknown): View {
  if (typeof value !== 'object' || value === null) return FIT;
  const { zoom, x, y } = value as Record<string, unknown>;
  if (typeof zoom !== 'number' || typeof x !== 'number' || typeof y !== 'number') return FIT;
  return [zoom, x, y].every(Number.isFinite)
    ? { zoom: clamp(zoom, ZOOM.minimum, ZOOM.maximum), x, y }
    : FIT;
}
