/**
 * Builds everything into dist/, and the models of the tests.
 *
 *   node scripts/build.mjs [--if-stale] [--watch]
 *
 * --if-stale  builds only when a source is newer than the last build
 * --watch     rebuilds the bundles on change (for F5)
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { bundles } from './bundles.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const STAMP = 'dist/.built';
const options = new Set(process.argv.slice(2));

if (options.has('--watch')) {
  for (const bundle of bundles) await (await esbuild.context(bundle)).watch();
  console.log('watching');
} else if (!options.has('--if-stale') || isStale()) {
  await Promise.all(bundles.map((bundle) => esbuild.build(bundle)));
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/buildModels.ts'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  writeFileSync(STAMP, '');
}

function isStale() {
  if (!existsSync(STAMP) || !existsSync('test/fixtures/models/slow-4x/model.onnx')) return true;
  const built = statSync(STAMP).mtimeMs;
  return ['src', 'scripts', 'package.json', 'models', 'test/fixtures/models'].some(
    (place) => newest(place) > built,
  );
}

function newest(place) {
  const info = statSync(place, { throwIfNoEntry: false });
  if (!info) return 0;
  if (!info.isDirectory()) return path.basename(place) === 'model.onnx' ? 0 : info.mtimeMs;
  return Math.max(0, ...readdirSync(place).map((name) => newest(path.join(place, name))));
}
