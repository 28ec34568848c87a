import path from 'node:path';
import * as esbuild from 'esbuild';
import { HOST_BUNDLE, REPOSITORY } from '../harness/paths.mjs';

/** Bundles the suites that run in the extension host; mocha is loaded from node_modules. */
export async function bundleSuites() {
  await esbuild.build({
    entryPoints: [path.join(REPOSITORY, 'test/host/index.ts')],
    outfile: HOST_BUNDLE,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    // As in the build: its main file is UMD, which can't be bundled.
    alias: { 'jsonc-parser': path.join(REPOSITORY, 'node_modules/jsonc-parser/lib/esm/main.js') },
    logLevel: 'warning',
  });
}
