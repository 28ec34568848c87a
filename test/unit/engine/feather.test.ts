import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spans } from '../../../src/engine/tiling/plan';
import { mixColumns, mixRows, widened } from '../../../src/engine/upscale/feather';

test('kept parts reach over every inner border alike, and stay inside their tiles', () => {
  const [tile, halo, half] = [64, 16, 8];
  const plain = spans(200, tile, { halo, multipleOf: 8 });
  const wide = widened(plain, half);
  for (const [i, span] of wide.entries()) {
    const next = wide[i + 1];
    if (next) assert.equal(span.to - next.from, 2 * half);
    assert.ok(span.from >= span.start && span.to <= span.start + tile);
  }
  assert.equal(wide[0]!.from, 0);
  assert.equal(wide.at(-1)!.to, 200);
  assert.deepEqual(widened(plain, 0), plain);
});

test('a step between two tiles becomes a ramp, and nothing else changes', () => {
  const band = new Uint8ClampedArray(3 * 10).fill(100);
  const tile = new Uint8ClampedArray(3 * 6).fill(180);
  const window = { width: 6, height: 1, bandX: 4, bandWidth: 10 };
  mixColumns(tile, { ...window, tileWidth: 6, tileHeight: 1, fromX: 0, fromY: 0 }, band, 3, 4);
  const red = [...band].filter((_, i) => i % 3 === 0);
  assert.deepEqual(red, [100, 100, 100, 100, 110, 130, 150, 170, 180, 180]);
});

test('rows pass over in the same way', () => {
  const above = new Uint8ClampedArray(8).fill(0);
  const band = new Uint8ClampedArray(12).fill(200);
  mixRows(above, band, 2);
  assert.deepEqual([...band], [25, 25, 75, 75, 125, 125, 175, 175, 200, 200, 200, 200]);
});
