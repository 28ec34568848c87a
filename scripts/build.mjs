/**
 * Builds everything into dist/, and the models of the tests.
 *
 *   node scripts/build.mjs [--if-stale] [--watch]
 *
 * --if-stale  builds only when a source is newer than the last build
 * --watch     rebuilds the bundles on change (for F5)
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const node = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  logLevel: 'warning',
  define: { PISA_UPSCALE_VERSION: JSON.stringify(version) },
  // Its main file is UMD, which can't be bundled.
  alias: { 'jsonc-parser': './node_modules/jsonc-parser/lib/esm/main.js' },
};

/** Each bundle with what it may load at run time; natives only in the engine. */
const bundles = [
  {
    ...node,
    entryPoints: ['src/extension/extension.ts'],
    outfile: 'dist/extension.js',
    external: ['vscode'],
  },
  {
    ...node,
    entryPoints: ['src/engine/main.ts'],
    outfile: 'dist/engine.js',
    external: ['onnxruntime-node', 'sharp'],
  },
  { ...node, entryPoints: ['src/cli/main.ts'], outfile: 'dist/cli.js' },
  {
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    sourcemap: true,
    logLevel: 'warning',
    entryPoints: { panel: 'src/webview/panel/main.ts', batch: 'src/webview/batch/main.ts' },
    outdir: 'dist/webview',
  },
  {
    bundle: true,
    logLevel: 'warning',
    entryPoints: ['src/webview/styles/panel.css', 'src/webview/styles/batch.css'],
    outdir: 'dist/webview',
    // The codicon font lies beside the style sheet.
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
  },
];

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
