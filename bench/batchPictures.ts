import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

export type BenchPicture = {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
};

export type BenchSet = 'pictures' | 'icons';

/** The same pictures on every run. */
export function benchPictures(set: BenchSet, count: number): readonly BenchPicture[] {
  let state = 11;
  const random = (below: number): number =>
    ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8) % below;
  return Array.from({ length: count }, (_, i) => {
    if (set === 'icons') {
      // Icons are square, and a folder has a few sizes of them.
      const side = [16, 20, 24, 32, 48, 64][random(6)] ?? 16;
      return { name: `i${i}.png`, width: side, height: side, hasAlpha: i % 2 === 0 };
    }
    const [width, height] = [64 + random(449), 64 + random(449)];
    return { name: `p${i}.${i % 2 === 0 ? 'png' : 'jpg'}`, width, height, hasAlpha: false };
  });
}

/** Writes the pictures: parts of a photo; alpha is a disc with a soft edge. */
export async function writeBenchPictures(
  pictures: readonly BenchPicture[],
  photo: string,
  folder: string,
): Promise<void> {
  mkdirSync(folder);
  for (const { name, width, height, hasAlpha } of pictures) {
    const picture = sharp(photo).resize(width, height, { fit: 'cover' });
    if (hasAlpha)
      picture.composite([
        { input: disc(width, height), raw: rgba(width, height), blend: 'dest-in' },
      ]);
    await picture.toFile(path.join(folder, name));
  }
}

const rgba = (width: number, height: number): { width: number; height: number; channels: 4 } => ({
  width,
  height,
  channels: 4,
});

function disc(width: number, height: number): Buffer {
  const pixels = Buffer.alloc(width * height * 4);
  const radius = Math.min(width, height) / 2;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const distance = Math.hypot(x + 0.5 - width / 2, y + 0.5 - height / 2);
      pixels[4 * (y * width + x) + 3] = 255 * Math.min(1, Math.max(0, radius - distance));
    }
  return pixels;
}
