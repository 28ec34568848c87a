import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  outputSize,
  SizeError,
  sizeProblem,
  type SizeTarget,
} from '../../../src/shared/outputSize';
import { inWords } from '../../../src/shared/phrase';

const source = { width: 300, height: 200 };
const sizeOf = (size: SizeTarget, notBeyond?: { width?: number; height?: number }): string => {
  const result = outputSize(source, { scale: 4, size, ...(notBeyond ? { notBeyond } : {}) });
  return `${result.size.width}x${result.size.height}`;
};

test('a factor rounds halves up, and a side never vanishes', () => {
  assert.deepEqual(outputSize({ width: 5, height: 3 }, { scale: 1.5 }).size, {
    width: 8,
    height: 5,
  });
  assert.deepEqual(outputSize({ width: 1, height: 1 }, { scale: 1 }).size, { width: 1, height: 1 });
});

test('the side of a box that decides is met exactly', () => {
  assert.equal(sizeOf({ kind: 'box', width: 1000, height: 1000, fit: 'inside' }), '1000x667');
  assert.equal(sizeOf({ kind: 'box', width: 1000, height: 1000, fit: 'outside' }), '1500x1000');
  assert.equal(sizeOf({ kind: 'box', width: 1000, height: 1000, fit: 'fill' }), '1000x1000');
  assert.equal(sizeOf({ kind: 'box', height: 333, fit: 'inside' }), '500x333');
  for (let width = 301; width < 700; width++)
    assert.match(sizeOf({ kind: 'box', width, fit: 'inside' }), new RegExp(`^${width}x`));
});

test('megapixels, and a limit', () => {
  assert.equal(sizeOf({ kind: 'megapixels', megapixels: 1 }), '1225x816');
  assert.equal(sizeOf({ kind: 'box', width: 2000, fit: 'inside' }, { width: 1000 }), '1000x667');
  assert.equal(sizeOf({ kind: 'box', width: 2000, fit: 'inside' }, { height: 999 }), '1499x999');
  const limited = outputSize(source, { scale: 4, notBeyond: { width: 1920, height: 1080 } });
  assert.deepEqual([limited.size.width, limited.size.height, limited.note], [1200, 800, undefined]);
  assert.match(
    inWords(outputSize(source, { scale: 8, notBeyond: { width: 1920, height: 1080 } }).note ?? ''),
    /1920×1080/,
  );
});

test('nothing is made smaller than its source', () => {
  const result = outputSize(source, { scale: 4, size: { kind: 'box', width: 100, fit: 'inside' } });
  assert.deepEqual([result.size, result.scale], [source, 1]);
  assert.match(inWords(result.note ?? ''), /smaller/);
  assert.deepEqual(outputSize(source, { scale: 4, notBeyond: { width: 10 } }).size, source);
});

test('more than eight times is an error that names both sizes', () => {
  assert.throws(
    () => sizeOf({ kind: 'box', width: 2401, fit: 'inside' }),
    (error) =>
      error instanceof SizeError &&
      error.message.includes('2401×1601') &&
      error.message.includes('300×200'),
  );
  assert.equal(sizeOf({ kind: 'box', width: 2400, fit: 'inside' }), '2400x1600');
});

test('what comes over a boundary is checked', () => {
  assert.equal(sizeProblem({}), undefined);
  assert.equal(
    sizeProblem({ size: { kind: 'box', width: 5, fit: 'inside' }, notBeyond: { height: 9 } }),
    undefined,
  );
  for (const wrong of [
    { size: { kind: 'box', fit: 'inside' } },
    { size: { kind: 'box', width: 1.5, fit: 'inside' } },
    { size: { kind: 'box', width: 5, fit: 'tight' } },
    { size: { kind: 'round' } },
    { size: { kind: 'megapixels', megapixels: Number.NaN } },
    { notBeyond: { width: 0 } },
  ]) {
    assert.ok(sizeProblem(wrong as never), JSON.stringify(wrong));
  }
});
