import { InvalidArgumentError } from 'commander';
import type { Rect } from '../shared/geometry';

/** Reads "x,y,width,height". */
export function region(text: string): Rect {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [x, y, width, height] = numbers;
  if (numbers.length === 4 && numbers.every((value) => Number.isSafeInteger(value) && value >= 0) && x !== undefined && y !== undefined && width && height) return { x, y, width, height };
  throw new InvalidArgumentError('It must be four whole numbers: x,y,width,height.');
}
