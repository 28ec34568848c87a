import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { AreaResampler } from '../../src/engine/image/resampleArea';
import type { Rect } from '../../src/shared/geometry';
import { testPixels } from './support';

describe('the size that a result is brought to, for any part of it', () => {
  for (const kernel of ['lanczos3', 'linear'] as const)
    for (const scale of [1, 1.3, 1.5, 2, 2.5, 3, 3.37, 3.99, 4])
      it(`${kernel}, ×4 to ×${scale}: what sharp makes of it, within 2/255`, async () => {
        const [width, height] = [61, 47];
        const from = { width: 4 * width, height: 4 * height };
        const to = { width: Math.round(width * scale), height: Math.round(height * scale) };
        const data = testPixels(from.width, from.height);
        const wanted = await sharp(data, { raw: { ...from, channels: 3 } })
          .resize(to.width, to.height, { fit: 'fill', kernel })
          .raw()
          .toBuffer();
        const resampler = new AreaResampler(from, to, kernel);
        const whole: Rect = { x: 0, y: 0, ...from };
        const made = Uint8ClampedArray.from(
          resampler.resample({ rect: whole, bands: 3, data }, { x: 0, y: 0, ...to }),
        );
        let largest = 0;
        for (let i = 0; i < wanted.length; i++)
          largest = Math.max(largest, Math.abs(wanted[i]! - made[i]!));
        assert.ok(largest <= 2, `${largest}`);
        // A part, from no more than it needs, is the same part of the whole.
        const part = { x: to.width >> 2, y: to.height >> 1, width: 9, height: 7 };
        const needed = resampler.neededFor(part);
        const area = new Uint8Array(needed.width * needed.height * 3);
        for (let y = 0; y < needed.height; y++) {
          const start = ((needed.y + y) * from.width + needed.x) * 3;
          area.set(data.subarray(start, start + needed.width * 3), y * needed.width * 3);
        }
        const own = Uint8ClampedArray.from(
          resampler.resample({ rect: needed, bands: 3, data: area }, part),
        );
        for (let y = 0; y < part.height; y++)
          assert.deepEqual(
            own.subarray(y * part.width * 3, (y + 1) * part.width * 3),
            made.subarray(
              ((part.y + y) * to.width + part.x) * 3,
              ((part.y + y) * to.width + part.x + part.width) * 3,
            ),
          );
        // No part reaches farther than the border that a tile has: five pixels of the source.
        assert.ok(part.x * (from.width / to.width) - needed.x <= 4 * 5);
      });
});
