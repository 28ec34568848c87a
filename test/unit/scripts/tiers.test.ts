import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { TIERS } from '../../../scripts/test/tiers.mjs';

/** The host's own runner finds them, inside VS Code. */
const INSIDE_VS_CODE = path.join('test', 'host', 'suite') + path.sep;

describe('the tiers of the tests', () => {
  it('run every test file', () => {
    const run = Object.values(TIERS)
      .flatMap(({ jobs }) => jobs())
      .flatMap(({ command, bundle = [], imports = [] }) => [...command, ...bundle, ...imports]);
    const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.test\.m?[jt]s$/.test(name))
      .map((name) => path.join('test', name))
      .filter((file) => !file.startsWith(INSIDE_VS_CODE));
    assert.ok(files.length > 200, `${files.length} test files`);
    const left = files.filter((file) => !run.some((place) => isIn(file, place)));
    assert.deepEqual(left, []);
  });
});

const isIn = (file: string, place: string): boolean =>
  file === place || file.startsWith(place + path.sep);
