import assert from 'node:assert/strict';
import { test } from 'node:test';
import { luma, shave } from '../../../eval/metrics/luma';
import { psnr, psnrRgb } from '../../../eval/metrics/psnr';
import { sharpness } from '../../../eval/metrics/sharpness';
import { ssim } from '../../../eval/metrics/ssim';
import type { Picture, Plane } from '../../../eval/picture';
import { disturbed, generatedPicture } from './pictures';

const close = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${actual} is not ${expected} ± ${tolerance}`,
  );
const flat = (level: number, side = 16): Picture => ({
  width: side,
  height: side,
  data: new Uint8Array(3 * side * side).fill(level),
});
const plane = (width: number, height: number, at: (x: number, y: number) => number): Plane => ({
  width,
  height,
  data: Float64Array.from({ length: width * height }, (_, i) =>
    at(i % width, Math.floor(i / width)),
  ),
});

test('luma runs from 16 to 235', () => {
  close(luma(flat(0)).data[0] ?? Number.NaN, 16, 1e-9);
  close(luma(flat(255)).data[0] ?? Number.NaN, 235, 1e-9);
  close(
    luma({ width: 1, height: 1, data: Uint8Array.from([255, 0, 0]) }).data[0] ?? Number.NaN,
    81.481,
    1e-9,
  );
});

test('shaving takes pixels from every side', () => {
  const inner = shave(
    plane(6, 5, (x, y) => 10 * y + x),
    2,
  );
  assert.deepEqual({ ...inner, data: [...inner.data] }, { width: 2, height: 1, data: [22, 23] });
});

test('PSNR of a constant difference, and of equal pictures', () => {
  close(psnrRgb(flat(100), flat(110)), 20 * Math.log10(25.5), 1e-9);
  assert.equal(psnrRgb(flat(7), flat(7)), 100);
  assert.throws(() => psnrRgb(flat(7), flat(7, 8)), /different sizes/);
});

test('SSIM of equal planes is 1, of flat planes what their means give', () => {
  const waves = plane(20, 20, (x, y) => 128 + 50 * Math.sin(x + 2 * y));
  close(ssim(waves, waves), 1, 1e-12);
  const c1 = (0.01 * 255) ** 2;
  close(
    ssim(
      plane(12, 12, () => 50),
      plane(12, 12, () => 100),
    ),
    (2 * 50 * 100 + c1) / (50 ** 2 + 100 ** 2 + c1),
    1e-9,
  );
});

test('PSNR and SSIM on luma are those of BasicSR 1.4.2', () => {
  const picture = generatedPicture();
  const [a, b] = [shave(luma(picture), 4), shave(luma(disturbed(picture)), 4)];
  close(psnr(a, b), 32.8139389862629, 1e-6);
  close(ssim(a, b), 0.8974681177542924, 1e-6);
});

test('sharpness is the mean gradient', () => {
  assert.equal(sharpness(plane(9, 9, () => 40)), 0);
  close(sharpness(plane(9, 9, (x, y) => 3 * x + 4 * y)), 5, 1e-9);
});
