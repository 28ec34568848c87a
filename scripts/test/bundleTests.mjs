import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';
import * as esbuild from 'esbuild';

const FOLDER = 'dist-test/bundled';
/** How a file asks where it lies. */
const OWN_PLACE = /\b__(?:dirname|filename)\b|\bimport\.meta\.(?:url|dirname|filename)\b/g;

/** Where the bundle of a test file goes. */
export const bundleOf = (file) => path.join(FOLDER, file.replace(/\.ts$/, '.cjs'));

/**
 * Bundles test files, each with what it imports of the repository, so that none of the processes
 * that run them has to translate TypeScript: for most of them that takes longer than their tests.
 * Packages stay outside. What a file knows of its own place is that of its source.
 * @param {readonly string[]} files paths from the repository's root, where this runs
 */
export async function bundleTests(files) {
  await esbuild.build({
    entryPoints: files.map((file) => ({ in: file, out: file.replace(/\.ts$/, '') })),
    outdir: FOLDER,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    plugins: [keepOwnPlace],
  });
}

/** @type {esbuild.Plugin} */
const keepOwnPlace = {
  name: 'keep-own-place',
  setup(build) {
    build.onLoad({ filter: /\.(ts|mjs)$/ }, ({ path: file }) => {
      const text = readFileSync(file, 'utf8');
      const places = {
        __dirname: path.dirname(file),
        __filename: file,
        'import.meta.dirname': path.dirname(file),
        'import.meta.filename': file,
        'import.meta.url': pathToFileURL(file).href,
      };
      const contents = text.replace(OWN_PLACE, (name) => JSON.stringify(places[name]));
      return { contents, loader: file.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
};
