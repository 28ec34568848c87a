import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paddedSize, scaledSize } from '../../../src/shared/geometry';
import { clampDial, describeGuidance, guidanceForBranches } from '../../../src/shared/guidance';
import { isImageName } from '../../../src/shared/settings';

test('dials of branches that a model lacks are 0', () => {
  assert.deepEqual(guidanceForBranches({ pixel: 0.8, semantic: 1 }, ['pixel']), {
    pixel: 0.8,
    semantic: 0,
  });
  assert.deepEqual(guidanceForBranches({ pixel: 0.8, semantic: 1 }, ['pixel', 'semantic']), {
    pixel: 0.8,
    semantic: 1,
  });
});

test('guidance names only the dials that the model has', () => {
  assert.equal(describeGuidance({ pixel: 1, semantic: 0.5 }, ['pixel']), 'λ_pix 1.00');
  assert.equal(
    describeGuidance({ pixel: 1, semantic: 0.5 }, ['pixel', 'semantic']),
    'λ_pix 1.00 · λ_sem 0.50',
  );
});

test('a dial is brought into its range; nonsense becomes the fallback', () => {
  assert.equal(clampDial(2, 1), 1.5);
  assert.equal(clampDial(-1, 1), 0);
  assert.equal(clampDial(Number.NaN, 1), 1);
  assert.equal(clampDial('0.5', 1), 1);
});

test('sizes are padded to the rule and scaled to whole pixels', () => {
  assert.deepEqual(paddedSize({ width: 7, height: 65 }, { multipleOf: 8, minimum: 64 }), {
    width: 64,
    height: 72,
  });
  assert.deepEqual(scaledSize({ width: 101, height: 1 }, 0.25), { width: 25, height: 1 });
});

test('pictures are recognised by extension', () => {
  for (const name of ['a.png', 'b.JPG', 'c.d.webp', 'x.tif']) assert.ok(isImageName(name), name);
  for (const name of ['png', 'a.png.txt', 'folder.png/readme']) assert.ok(!isImageName(name), name);
});
