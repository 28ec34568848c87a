import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { outputPath } from '../../../src/extension/comparison/outputNames';
import { formatFromName } from '../../../src/shared/extensions';
import type { OutputFormat } from '../../../src/shared/settings';

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
  original: OutputFormat | undefined = formatFromName(source),
): string =>
  path.relative(folder, outputPath(path.join(folder, source), wanted, by, original, root));

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

test('a name has the format of the bytes, as the engine writes it, whatever the source is called', () => {
  for (const [source, original, pattern, name] of [
    ['a.png', 'jpeg', '{name}@{scale}x.{ext}', 'a@4x.jpg'],
    ['a.9.png', 'webp', '{name}@{scale}x.{ext}', 'a@4x.webp'],
    ['a.JPEG', 'jpeg', '{name}@{scale}x.{ext}', 'a@4x.JPEG'],
    ['a.svg', undefined, '{name}@{scale}x.{ext}', 'a@4x.png'],
    ['a.png', 'jpeg', '{name}@{scale}x.webp', 'a@4x.webp'],
  ] as const) {
    const by = { ...settings, namePattern: pattern };
    assert.equal(named(source, choice, by, undefined, original), name, source);
    const asked = named(source, { ...choice, format: 'tiff' }, settings, undefined, original);
    assert.match(asked, /^a@4x\.tif$/);
  }
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
