import { InvalidArgumentError } from 'commander';
import type { SpriteGrid } from '../shared/assetOptions';
import type { SizeLimit } from '../shared/outputSize';

/** Reads "8x4": columns and rows of a sprite sheet. */
export function grid(text: string): SpriteGrid {
  const [, columns, rows] = (/^(\d{1,4})[x×](\d{1,4})$/i.exec(text.trim()) ?? []).map(Number);
  if (columns && rows && columns <= 1000 && rows <= 1000) return { columns, rows };
  throw new InvalidArgumentError(
    'It must be columns and rows, such as 8x4, each between 1 and 1000.',
  );
}

/** Reads "1920x1080", "1920x" or "x1080". */
export function sizeLimit(text: string): SizeLimit {
  const [, width = '', height = ''] = /^(\d{0,7})[x×](\d{0,7})$/i.exec(text.trim()) ?? [];
  const limit = {
    ...(Number(width) > 0 ? { width: Number(width) } : {}),
    ...(Number(height) > 0 ? { height: Number(height) } : {}),
  };
  if (Object.keys(limit).length > 0) return limit;
  throw new InvalidArgumentError('It must be a size such as 1920x1080, 1920x or x1080.');
}
