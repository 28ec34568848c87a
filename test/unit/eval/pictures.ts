import { gaussian } from '../../../eval/degrade/random';
import type { Picture } from '../../../eval/picture';

/**
 * A picture with waves of many lengths, an edge and grain, the same each time; on it the reference
 * implementations were run.
 */
export function generatedPicture(width = 384, height = 288): Picture {
  const next = gaussian(7);
  const data = new Uint8ClampedArray(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const wave =
        40 * Math.sin((x * y) / 900) + 25 * Math.cos(x / 7 + y / 11) + (x + y > width ? 30 : 0);
      for (let channel = 0; channel < 3; channel++)
        data[3 * (y * width + x) + channel] = 110 + 10 * channel + wave + 6 * next();
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** The same with every level moved by its place: what a poor enlargement might be. */
export function disturbed({ data, width, height }: Picture): Picture {
  return {
    width,
    height,
    data: new Uint8Array(
      Uint8ClampedArray.from(data, (value, i) => 0.9 * value + 12 + 8 * Math.sin(i / 5)).buffer,
    ),
  };
}
