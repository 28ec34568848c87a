import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as esbuild from 'esbuild';

/** Where bundles go. */
export const FOLDER = 'dist-test/bundled';
/** In a folder that runs as one: what is around all of its files. */
const AROUND = 'aroundAll.ts';
/** How a file asks where it lies. */
const OWN_PLACE = /\b__(?:dirname|filename)\b|\bimport\.meta\.(?:url|dirname|filename)\b/g;

/** Where the bundle of a test file goes, or of a folder of them that runs as one. */
export const bundleOf = (place) =>
  path.join(FOLDER, isScript(place) ? place : `${stemOf(place)}.cjs`);

/** Those of JavaScript wait for things as they are loaded, which CommonJS can't. */
const isScript = (place) => place.endsWith('.mjs');
const stemOf = (place) => place.replace(/\.m?[jt]s$/, '');

/**
 * Bundles test files, each with what it imports of the repository, so that none of the processes
 * that run them has to translate TypeScript: for most of them that takes longer than their tests.
 * Of a folder all files become one bundle, each a suite of its own: a process for each would take
 * longer than their tests, too. Packages stay outside. What a file knows of its own place is that
 * of its source.
 * @param {readonly string[]} places files or folders, from the repository's root, where this runs
 */
export async function bundleTests(places) {
  for (const [format, extension, chosen] of [
    ['cjs', '.cjs', places.filter((place) => !isScript(place))],
    ['esm', '.mjs', places.filter(isScript)],
  ])
    if (chosen.length > 0)
      await esbuild.build({
        entryPoints: chosen.map((place) => ({ in: place, out: stemOf(place) })),
        outdir: FOLDER,
        outExtension: { '.js': extension },
        bundle: true,
        packages: 'external',
        platform: 'node',
        target: 'node20',
        format,
        sourcemap: true,
        sourcesContent: false,
        logLevel: 'warning',
        plugins: [oneOfFolder, keepOwnPlace],
      });
}

/** All test files below a folder, from the repository's root. */
export const testFiles = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join(folder, name))
    .sort();

/** @type {esbuild.Plugin} */
const oneOfFolder = {
  name: 'one-of-folder',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ kind, path: place }) =>
      kind === 'entry-point' && path.extname(place) === ''
        ? { path: path.resolve(place), namespace: 'folder' }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'folder' }, ({ path: folder }) => {
      // Inside a suite a file's hooks are for its own tests only.
      const suites = testFiles(path.relative('.', folder)).map((file) => {
        const name = JSON.stringify(file);
        return `describe(${name}, () => void require(${JSON.stringify(path.resolve(file))}));`;
      });
      const around = path.resolve(folder, AROUND);
      const contents = [
        "const { describe } = require('node:test');",
        ...(existsSync(around) ? [`require(${JSON.stringify(around)});`] : []),
        ...suites,
      ].join('\n');
      return { contents, loader: 'js', resolveDir: '.' };
    });
  },
};

/** @type {esbuild.Plugin} */
const keepOwnPlace = {
  name: 'keep-own-place',
  setup(build) {
    build.onLoad({ filter: /\.(ts|mjs)$/ }, ({ path: file }) => {
      // This file only has the names, which a test that bundles another takes along.
      if (path.basename(file) === 'bundleTests.mjs') return undefined;
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
