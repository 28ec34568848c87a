import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { readSvg } from '../../../src/engine/image/svg';

test('what is too large for a drawing is called one only where it begins as one', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'large-drawings-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'large.png');
  for (const [begins, isMarkup] of [
    ['', false],
    ['\u0089PNX', false],
    ['  \ufeff\n<svg>', true],
    ['<?xml version="1.0"?><svg>', true],
  ] as const) {
    await writeFile(file, begins);
    await truncate(file, 70_000_000);
    if (isMarkup) await assert.rejects(readSvg(file), /an SVG may have/);
    else assert.equal(await readSvg(file), undefined);
  }
});
