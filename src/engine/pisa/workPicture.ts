import path from 'node:path';
import type { Size } from '../../shared/geometry';
import { pillowResize } from '../image/pillowResize';
import type { PixelFile } from '../image/pixelFile';
import type { WorkSize } from './workSize';

/**
 * The picture that the networks see. Of a picture that was seen before a part can mostly be finished
 * without its pixels, which are therefore made when they are asked for.
 */
export type WorkPicture = Size & {
  readonly depth: PixelFile['depth'];
  pixels(): Promise<PixelFile>;
};

/** Pillow's bicubic enlargement of the source, in two steps for small pictures as in the reference. */
export class EnlargedSource implements WorkPicture {
  readonly width: number;
  readonly height: number;
  readonly depth: PixelFile['depth'];
  private made: Promise<PixelFile> | undefined;

  constructor(
    private readonly source: PixelFile,
    private readonly sizes: WorkSize,
    private readonly scratch: string,
  ) {
    ({ width: this.width, height: this.height } = sizes.work);
    this.depth = source.depth;
  }

  pixels(): Promise<PixelFile> {
    return (this.made ??= this.enlarge());
  }

  async close(): Promise<void> {
    await (await this.made?.catch(() => undefined))?.close();
  }

  private async enlarge(): Promise<PixelFile> {
    const { source, scratch } = this;
    const { source: first, work } = this.sizes;
    const { width, height } = source.info;
    const file = path.join(scratch, 'work.tif');
    if (first.width === width && first.height === height) return pillowResize(source, work, file);
    const enlarged = await pillowResize(source, first, path.join(scratch, 'first.tif'));
    try {
      return await pillowResize(enlarged, work, file);
    } finally {
      await enlarged.close();
    }
  }
}
