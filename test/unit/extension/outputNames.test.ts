import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { outputPath } from '../../../src/extension/comparison/outputNames';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-names-'));
after(() => rmSync(folder, { recursive: true }));
const choice = {
  model: 'compact',
  guidance: { pixel: 1, semantic: 0.5 },
  scale: 4,
  format: 'source',
  pixelArt: 'auto',
} as const;
const settings = { namePattern: '{name}@{scale}x.{ext}', overwrite: 'nextFreeName' } as const;
const named = (
  source: string,
  wanted: Parameters<typeof outputPath>[1],
  by: Parameters<typeof outputPath>[2],
  root?: string,
): string => path.relative(folder, outputPath(path.join(folder, source), wanted, by, root));

test('names follow the pattern, format and scale', () => {
  assert.equal(named('a.JPG', choice, settings), 'a@4x.JPG');
  assert.equal(named('a.gif', choice, settings), 'a@4x.gif');
  assert.equal(named('a.png', { ...choice, format: 'webp', scale: 2.5 }, settings), 'a@2.5x.webp');
  assert.equal(
    named('a.png', choice, {
      ...settings,
      namePattern: 'big/{name}-{model}-{pixel}-{semantic}.{ext}',
    }),
    path.join('big', 'a-compact-1-0.5.png'),
  );
});

test('a taken name is counted up, unless the settings overwrite or skip', () => {
  for (const name of ['b@4x.png', 'b@4x-2.png']) writeFileSync(path.join(folder, name), '');
  assert.equal(named('b.png', choice, settings), 'b@4x-3.png');
  assert.equal(named('b.png', choice, { ...settings, overwrite: 'overwrite' }), 'b@4x.png');
  assert.equal(named('b.png', choice, { ...settings, overwrite: 'skip' }), 'b@4x.png');
});

test('a pattern that leaves the folder is refused', () => {
  assert.throws(
    () => named('a.png', choice, { ...settings, namePattern: '../{name}.{ext}' }),
    /folder/,
  );
});

test('a pattern with {folder} begins at the root; of a picture outside, at its own folder', () => {
  const rooted = { ...settings, namePattern: 'public/{folder}/{name}.{ext}' };
  const source = path.join('assets', 'ui', 'a.png');
  assert.equal(named(source, choice, rooted, folder), path.join('public', 'assets', 'ui', 'a.png'));
  assert.equal(named('a.png', choice, rooted, folder), path.join('public', 'a.png'));
  const beside = path.join('assets', 'ui', 'public', 'a.png');
  assert.equal(named(source, choice, rooted, path.join(folder, 'elsewhere')), beside);
  assert.equal(named(source, choice, rooted), beside);
});
