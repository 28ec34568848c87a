import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PerceptualDistance } from '../../../eval/metrics/perceptual';
import type { FloatTensor } from '../../../eval/models/legacyTorch';
import { buildStLpips } from '../../../eval/models/stLpips';
import { disturbed, generatedPicture } from './pictures';

const CONVOLUTIONS = [
  'net.slice1.0',
  'net.slice2.5',
  'net.slice3.9',
  'net.slice4.11',
  'net.slice5.13',
];
const FILTERS = ['net.slice1.1.filt', 'net.slice2.4.filt', 'net.slice3.8.filt'];
const CHANNELS = [3, 4, 6, 5, 4, 3];
const KERNELS = [11, 5, 3, 3, 3];

/**
 * With few channels and weights that are waves, PyTorch 2.15 yields 0.3219427467 for this pair, in
 * float32. The same PyTorch code with the authors' weights yields what their package
 * stlpips-pytorch 0.0.2 yields, 0.3632698655.
 */
const EXPECTED = 0.3219427466392517;

test('ST-LPIPS is what PyTorch computes', async () => {
  const perceptual = await PerceptualDistance.open(
    buildStLpips((name) => waves().get(name) ?? { shape: [], values: new Float32Array() }),
  );
  const picture = generatedPicture(72, 60);
  const reference = await perceptual.features(picture);
  assert.ok(Math.abs((await perceptual.distance(reference, disturbed(picture))) - EXPECTED) < 2e-6);
  assert.equal(await perceptual.distance(reference, picture), 0);
  await assert.rejects(perceptual.distance(reference, generatedPicture(60, 72)), /different sizes/);
  await perceptual.release();
});

function waves(): Map<string, FloatTensor> {
  const tensors = new Map<string, FloatTensor>();
  const add = (
    name: string,
    seed: number,
    shape: readonly number[],
    amplitude: number,
    shaped = (value: number): number => value,
  ): void => {
    const length = shape.reduce((a, b) => a * b, 1);
    tensors.set(name, {
      shape,
      values: Float32Array.from({ length }, (_, i) =>
        shaped(amplitude * Math.sin(i * 0.37 + seed)),
      ),
    });
  };
  CONVOLUTIONS.forEach((name, i) => {
    const [inputs, outputs, kernel] = [CHANNELS[i] ?? 0, CHANNELS[i + 1] ?? 0, KERNELS[i] ?? 0];
    add(
      `${name}.weight`,
      i,
      [outputs, inputs, kernel, kernel],
      2 / Math.sqrt(inputs * kernel ** 2),
    );
    add(`${name}.bias`, 10 + i, [outputs], 0.5);
    add(`lin${i}.model.1.weight`, 20 + i, [1, outputs, 1, 1], 1, Math.abs);
  });
  FILTERS.forEach((name, i) => {
    const channels = CHANNELS[Math.max(1, i)] ?? 0;
    tensors.set(name, {
      shape: [channels, 1, 3, 3],
      values: Float32Array.from(
        { length: 9 * channels },
        (_, k) => ([1, 2, 1, 2, 4, 2, 1, 2, 1][k % 9] ?? 0) / 16,
      ),
    });
  });
  return tensors;
}
