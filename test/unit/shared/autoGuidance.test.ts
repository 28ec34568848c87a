import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseGuidance } from '../../../src/shared/autoGuidance';
import { GUIDANCE_RANGE } from '../../../src/shared/guidance';

const BOTH = ['pixel', 'semantic'] as const;
const CLEAN = { noise: 0, blockiness: 0, blur: 0.5, lettering: false };
const at = (part: Partial<typeof CLEAN>): ReturnType<typeof chooseGuidance> =>
  chooseGuidance({ ...CLEAN, ...part }, BOTH);

test('a clean, sharp picture gets all of the restoration, and detail with some caution', () => {
  assert.deepEqual(at({}), { pixel: 1, semantic: 0.7 });
});

test('full noise or full blocks: more restoration, little detail; both together are no worse', () => {
  const damaged = { pixel: 1.25, semantic: 0.3 };
  assert.deepEqual(at({ noise: 12 }), damaged);
  assert.deepEqual(at({ blockiness: 1.05 }), damaged);
  assert.deepEqual(at({ noise: 40, blockiness: 3 }), damaged);
});

test('half noise, half blocks: three quarters of the damage', () => {
  assert.deepEqual(at({ noise: 6.75, blockiness: 0.7 }), { pixel: 1.2, semantic: 0.4 });
});

test('blur asks for detail, unless the picture is damaged', () => {
  assert.deepEqual(at({ blur: 1.8 }), { pixel: 1, semantic: 1 });
  assert.deepEqual(at({ blur: 1.3 }), { pixel: 1, semantic: 0.85 });
  assert.deepEqual(at({ blur: 1.8, noise: 12 }), { pixel: 1.25, semantic: 0.3 });
});

test('what lies below each measure’s threshold changes nothing', () => {
  assert.deepEqual(at({ noise: 1.5, blockiness: 0.35, blur: 0.8 }), at({}));
});

test('branches that the model lacks stay at 0', () => {
  assert.deepEqual(chooseGuidance(CLEAN, ['pixel']), { pixel: 1, semantic: 0 });
});

test('every choice lies on the dials’ steps and in their range, whatever the measures are', () => {
  for (const noise of [-1, 0, 3.3, 7.7, 1e9, NaN, Infinity]) {
    for (const blockiness of [-5, 0.37, 0.9, 50, NaN]) {
      for (const blur of [0, 0.9, 1.23, 99, NaN, -Infinity]) {
        for (const dial of Object.values(at({ noise, blockiness, blur }))) {
          assert.ok(dial >= GUIDANCE_RANGE.minimum && dial <= GUIDANCE_RANGE.maximum);
          assert.ok(
            Math.abs(dial / GUIDANCE_RANGE.step - Math.round(dial / GUIDANCE_RANGE.step)) < 1e-9,
            `${dial}`,
          );
        }
      }
    }
  }
});
