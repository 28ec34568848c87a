/** What esbuild makes of the sources: used by the build, and by whoever asks what is inside. */
import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

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
export const bundles = [
  // What activation loads, and what the first use loads.
  {
    ...node,
    entryPoints: ['src/extension/extension.ts'],
    outfile: 'dist/extension.js',
    external: ['vscode', './composition'],
    supported: { 'dynamic-import': false },
  },
  {
    ...node,
    entryPoints: ['src/extension/composition.ts'],
    outfile: 'dist/composition.js',
    external: ['vscode'],
  },
  {
    ...node,
    entryPoints: ['src/engine/main.ts'],
    outfile: 'dist/engine.js',
    external: ['onnxruntime-node', 'sharp', './grpc.js'],
    alias: { ...node.alias, '@grpc/grpc-js': './grpc.js' },
  },
  // Loaded by the engine when a server speaks gRPC.
  {
    ...node,
    entryPoints: ['node_modules/@grpc/grpc-js/build/src/index.js'],
    outfile: 'dist/grpc.js',
  },
  { ...node, entryPoints: ['src/engine/watchdog/main.ts'], outfile: 'dist/watchdog.js' },
  {
    ...node,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.js',
    banner: { js: '#!/usr/bin/env node' },
  },
  { ...node, entryPoints: ['src/node/index.ts'], outfile: 'dist/index.cjs' },
  {
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    // What the pages have in common lies there once.
    format: 'esm',
    splitting: true,
    chunkNames: 'shared',
    sourcemap: true,
    logLevel: 'warning',
    entryPoints: { panel: 'src/webview/panel/main.ts', batch: 'src/webview/batch/main.tsx' },
    outdir: 'dist/webview',
  },
  {
    bundle: true,
    logLevel: 'warning',
    entryPoints: {
      panel: 'src/webview/styles/panel.css',
      batch: 'src/webview/styles/batch.css',
      codicon: '@vscode/codicons/dist/codicon.css',
    },
    outdir: 'dist/webview',
    // The codicon font lies beside the style sheet.
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
  },
];
