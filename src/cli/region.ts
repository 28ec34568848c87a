import { InvalidArgumentError } from 'commander';
import type { Rect } from '../shared/geometry';

/** Reads "x,y,width,height". */
export function region(text: string): Rect {
  const parts = text.split(',').map((part) => part.trim());
  const [x, y, width, height] = parts.map(Number);
  if (
    parts.length === 4 &&
    parts.every((part) => /^\d{1,9}$/.test(part)) &&
    x !== undefined &&
    y !== undefined &&
    width &&
    height
  )
    return { x, y, width, height };
  throw new InvalidArgumentError(
    'It must be four whole numbers, x,y,width,height; width and height are at least 1.',
  );
}
