import type { Rect, Size } from '../../shared/geometry';

/** Turns spans of the source into spans of the result; both sides have a factor of their own. */
function mapped(
  { x, y, width, height }: Rect,
  from: Size,
  to: Size,
  start: (place: number) => number,
  end: (place: number) => number,
): Rect {
  const [left, top] = [start((x * to.width) / from.width), start((y * to.height) / from.height)];
  return {
    x: left,
    y: top,
    width: end(((x + width) * to.width) / from.width) - left,
    height: end(((y + height) * to.height) / from.height) - top,
  };
}

/**
 * The result's pixels whose middle lies in a part of the source: parts that cover the source exactly
 * once have such that cover the result exactly once.
 */
export function ownedRect(part: Rect, from: Size, to: Size): Rect {
  // Rounded half down; no -0.
  const edge = (place: number): number => Math.ceil(place - 0.5) + 0;
  return mapped(part, from, to, edge, edge);
}

/** All pixels of the result that a part of the source touches. */
export const coveredRect = (part: Rect, from: Size, to: Size): Rect =>
  mapped(part, from, to, Math.floor, Math.ceil);

/** A part of the source, wider by `border` pixels as far as the picture reaches. */
export function widened({ x, y, width, height }: Rect, border: number, size: Size): Rect {
  const [left, top] = [Math.max(0, x - border), Math.max(0, y - border)];
  return {
    x: left,
    y: top,
    width: Math.min(size.width, x + width + border) - left,
    height: Math.min(size.height, y + height + border) - top,
  };
}

/** A part of interleaved rows of `area`. */
export function cropped(
  pixels: Uint8Array | Uint8ClampedArray,
  area: Rect,
  bands: number,
  part: Rect,
): Uint8Array {
  const line = part.width * bands;
  const result = new Uint8Array(line * part.height);
  for (let row = 0; row < part.height; row++) {
    const from = ((part.y + row - area.y) * area.width + part.x - area.x) * bands;
    result.set(pixels.subarray(from, from + line), row * line);
  }
  return result;
}

/** Samples one after another. */
export function joined(parts: readonly (Uint8Array | Uint8ClampedArray)[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
