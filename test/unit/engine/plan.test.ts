import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  planTiles,
  planWithCore,
  spans,
  type Span,
  type TilePlan,
  type TilingRule,
} from '../../../src/engine/tiling/plan';

function assertCovers(
  parts: readonly Span[],
  length: number,
  tile: number,
  { halo, multipleOf }: TilingRule,
): void {
  let position = 0;
  for (const { start, from, to } of parts) {
    assert.equal(from, position, 'the kept parts join');
    assert.ok(to > from, 'a tile keeps something');
    assert.equal(start % multipleOf, 0, 'a tile starts on a multiple');
    assert.ok(start >= 0 && start + tile <= Math.max(length, tile), 'a tile stays in the picture');
    if (start > 0) assert.ok(from - start >= halo, `left halo ${from - start} of ${halo}`);
    if (start + tile < length)
      assert.ok(start + tile - to >= halo, `right halo ${start + tile - to} of ${halo}`);
    position = to;
  }
  assert.equal(position, length);
}

function assertValid(plan: TilePlan, width: number, height: number, rule: TilingRule): void {
  assertCovers(plan.columns, width, plan.tile.width, rule);
  assertCovers(plan.rows, height, plan.tile.height, rule);
}

test('spans cover every length exactly once, each kept part a halo away from inner edges', () => {
  for (const multipleOf of [1, 4, 8]) {
    for (const halo of [0, 2, 7, 16]) {
      const rule = { halo, multipleOf };
      for (let length = multipleOf; length <= 400; length += multipleOf * 3) {
        for (const side of [33, 48, 64, 100, 129]) {
          const tile = Math.min(length, Math.ceil(side / multipleOf) * multipleOf);
          if (tile < length && tile < 2 * halo + multipleOf) continue;
          assertCovers(spans(length, tile, rule), length, tile, rule);
        }
      }
    }
  }
});

test('a tile that is all halo is refused', () => {
  assert.throws(() => spans(100, 32, { halo: 16, multipleOf: 1 }), /too small/);
});

test('a picture within the budget is one tile of its own size', () => {
  const plan = planTiles(
    { width: 512, height: 512 },
    { halo: 154, multipleOf: 1 },
    { pixels: 262_144, bandRows: 4096 },
  );
  assert.deepEqual(plan.tile, { width: 512, height: 512 });
  assert.equal(plan.columns.length * plan.rows.length, 1);
});

test('plans are valid, obey the budget, and beat square tiles of the same budget', () => {
  const rule = { halo: 154, multipleOf: 1 };
  const pixels = 262_144;
  for (const [width, height] of [
    [1920, 1080],
    [500, 333],
    [3, 5000],
    [5000, 3],
    [1281, 997],
    [6000, 4000],
  ] as const) {
    const plan = planTiles({ width, height }, rule, { pixels, bandRows: 4096 });
    assertValid(plan, width, height, rule);
    assert.ok(plan.tile.width * plan.tile.height <= pixels);
    const cost = (p: TilePlan): number =>
      p.columns.length * p.rows.length * p.tile.width * p.tile.height;
    const square = planWithCore({ width, height }, 512 - 2 * 154, rule);
    assert.ok(cost(plan) <= cost(square), `${width}×${height}: ${cost(plan)} > ${cost(square)}`);
  }
});

test('a band keeps no more rows than allowed, as far as the halo lets it', () => {
  const rule = { halo: 2, multipleOf: 1 };
  const plan = planTiles({ width: 6000, height: 4000 }, rule, { pixels: 1e9, bandRows: 100 });
  for (const { from, to } of plan.rows) assert.ok(to - from <= 104, `${to - from} rows`);
  assertValid(plan, 6000, 4000, rule);
});

test('a budget below the smallest tile still gives a plan', () => {
  const rule = { halo: 16, multipleOf: 8 };
  const plan = planTiles({ width: 640, height: 480 }, rule, { pixels: 1, bandRows: 1 });
  assertValid(plan, 640, 480, rule);
});

test('any core side works, odd ones too', () => {
  const rule = { halo: 8, multipleOf: 4 };
  for (const core of [16, 17, 33, 101, 640]) {
    const plan = planWithCore({ width: 500, height: 336 }, core, rule);
    assertValid(plan, 500, 336, rule);
    assert.equal(plan.tile.width % 4, 0);
  }
});
