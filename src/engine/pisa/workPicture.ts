import path from 'node:path';
import { pillowResize } from '../image/pillowResize';
import type { PixelFile } from '../image/pixelFile';
import type { WorkSize } from './workSize';

/**
 * The picture that the networks see: Pillow's bicubic, in two steps for small pictures as in the
 * reference. The caller closes it.
 */
export async function workPicture(
  source: PixelFile,
  { source: first, work }: WorkSize,
  scratch: string,
): Promise<PixelFile> {
  const { width, height } = source.info;
  if (first.width === width && first.height === height)
    return pillowResize(source, work, path.join(scratch, 'work.tif'));
  const enlarged = await pillowResize(source, first, path.join(scratch, 'first.tif'));
  try {
    return await pillowResize(enlarged, work, path.join(scratch, 'work.tif'));
  } finally {
    await enlarged.close();
  }
}
