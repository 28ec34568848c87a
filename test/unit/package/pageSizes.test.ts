import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { bundles } from '../../../scripts/bundles.mjs';
import { shipped } from '../../../scripts/package/bundling.mjs';

/** In bytes. */
const MOST = 120_000;

test('the scripts of both pages, as they are shipped, have at most 120 kB when compressed', async () => {
  const pages = (bundles as readonly esbuild.BuildOptions[]).find(
    ({ outdir, entryPoints }) =>
      outdir === 'dist/webview' && JSON.stringify(entryPoints).includes('.ts'),
  );
  assert.ok(pages);
  const options = shipped(
    { outfile: undefined, outdir: '', ...pages },
    'out',
  ) as esbuild.BuildOptions;
  const { outputFiles } = await esbuild.build({
    ...options,
    absWorkingDir: path.resolve(__dirname, '../../..'),
    write: false,
  });
  const names = outputFiles.map((file) => path.basename(file.path)).sort();
  assert.deepEqual(names, ['batch.js', 'panel.js', 'shared.js']);
  const bytes = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
  assert.ok(bytes <= MOST, `${bytes} bytes`);
});
