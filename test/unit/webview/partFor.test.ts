import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rect, Size } from '../../../src/shared/geometry';
import { partFor } from '../../../src/webview/panel/partFor';
import { contains } from '../../../src/webview/panel/stagePlacing';
import { LayerSet } from '../../../src/webview/render/layerSet';

const PICTURES: readonly Size[] = [
  { width: 8000, height: 6000 },
  { width: 16_000, height: 12_000 },
  { width: 24_000, height: 16_000 },
  { width: 60_000, height: 900 },
  { width: 700, height: 70_000 },
];

for (const picture of PICTURES) {
  const name = `${picture.width}×${picture.height}`;
  const layers = LayerSet.windowed(picture, 3, false);
  const whole = { x: 0, y: 0, ...picture };

  test(`${name}: what is seen at 100 % is computed with a margin, wherever it lies`, () => {
    for (const [x, y] of [
      [0, 0],
      [0.5, 0.5],
      [1, 1],
      [0.31, 0.77],
    ] as const) {
      const seen = {
        width: Math.min(picture.width, 1400),
        height: Math.min(picture.height, 900),
      };
      const place: Rect = {
        x: Math.floor(x * (picture.width - seen.width)),
        y: Math.floor(y * (picture.height - seen.height)),
        ...seen,
      };
      const part = partFor(place, picture, {
        largest: layers.largestPart,
        scale: 4,
        reduced: false,
      });
      assert.ok(contains(part, place), JSON.stringify({ place, part }));
      assert.ok(contains(whole, part));
      assert.ok(part.width <= layers.largestPart.width && part.height <= layers.largestPart.height);
      layers.store.moveTo(part);
      assert.ok(contains(layers.store.held, part), JSON.stringify({ part, ...layers.store.held }));
    }
  });

  test(`${name}: of all of it only as much as can be kept, and at most 2 megapixels of the source`, () => {
    for (const scale of [1, 2, 2.5, 4, 8]) {
      const part = partFor(whole, picture, { largest: layers.largestPart, scale, reduced: true });
      assert.ok(contains(whole, part));
      assert.ok((part.width * part.height) / scale ** 2 <= 2e6);
      layers.store.moveTo(part);
      assert.ok(contains(layers.store.held, part));
    }
  });

  test(`${name}: never more than 96 blocks of half a kilopixel a side are held`, () => {
    const { columns, rows, blockSide } = layers.store;
    assert.ok(columns * rows * blockSide ** 2 <= 96 * 512 ** 2, `${columns}×${rows}`);
  });
}

test('blocks that stay in sight keep their pixels when the window moves, others are forgotten', () => {
  const size = { width: 16_000, height: 12_000 };
  const layers = LayerSet.windowed(size, 2, false);
  const { store } = layers;
  const paint = (x: number, y: number, value: number): void =>
    layers.addTile({ x, y, width: 64, height: 64 }, new Uint8Array(64 * 64 * 6).fill(value));
  const read = (x: number, y: number): number | undefined => {
    const plane = store.plane(0, 0, store.slotAt(x >> 9, y >> 9));
    return plane?.[((y & 511) * 512 + (x & 511)) * 4];
  };
  store.moveTo({ x: 0, y: 0, width: 2000, height: 1500 });
  paint(100, 100, 50);
  paint(4000, 2000, 60);
  // Beyond the window nothing is kept, and nothing breaks.
  paint(15_000, 11_000, 70);
  assert.deepEqual([read(100, 100), read(4000, 2000), read(15_000, 11_000)], [50, 60, undefined]);
  store.moveTo({ x: 3000, y: 1000, width: 5000, height: 3000 });
  assert.equal(read(100, 100), undefined);
  assert.equal(read(4000, 2000), 60);
  store.moveTo({ x: 0, y: 0, width: 2000, height: 1500 });
  assert.ok((read(100, 100) ?? 0) === 0, 'what was forgotten does not come back');
  assert.ok(!layers.complete);
});
