import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { bundles } from '../../scripts/bundles.mjs';
import { REPOSITORY } from './paths.mjs';

/** The package that `buildTinyPackage` makes: a process' own, since others may run beside it. */
export const TINY_PACKAGE = path.join(REPOSITORY, `dist-test/tiny-package-${process.pid}`);
const TINY = path.join(REPOSITORY, 'test/fixtures/pisa-sr-tiny');

/**
 * Makes the product as it is built, but for one thing: it knows the tiny checkpoints of the tests
 * where the real one knows Stable Diffusion's, of which no test has the gigabytes, with the small
 * side that goes with them, and the published models of `catalogue`, if given. So the way from a
 * server to a picture can be tested without a switch in the product that turns its checks off.
 * `files`: the folder with the checkpoints that are known.
 * @param {{ catalogue?: readonly object[]; files?: string }} [options]
 */
export async function buildTinyPackage({ catalogue, files = TINY } = {}) {
  rmSync(TINY_PACKAGE, { recursive: true, force: true });
  process.once('exit', () => rmSync(TINY_PACKAGE, { recursive: true, force: true }));
  mkdirSync(TINY_PACKAGE, { recursive: true });
  cpSync(path.join(REPOSITORY, 'dist'), path.join(TINY_PACKAGE, 'dist'), { recursive: true });
  for (const name of ['package.json', 'package.nls.json'])
    cpSync(path.join(REPOSITORY, name), path.join(TINY_PACKAGE, name));
  for (const name of ['models', 'media', 'schemas', 'l10n'])
    symlinkSync(path.join(REPOSITORY, name), path.join(TINY_PACKAGE, name), 'junction');
  const engine = bundles.find(({ outfile }) => outfile === 'dist/engine.js');
  await esbuild.build({
    ...engine,
    absWorkingDir: REPOSITORY,
    outfile: path.join(TINY_PACKAGE, 'dist/engine.js'),
    plugins: [tinyFiles(files), ...(catalogue ? [otherCatalogue(catalogue)] : [])],
  });
}

/** Names the server that has `osediff.pkl` where the product asks its authors' repository. */
export const OSEDIFF_VARIABLE = 'TINY_OSEDIFF_FOLDER';

/** Small pictures are computed with at least this side. */
const TRAINED_SIDE = 64;

/** @returns {esbuild.Plugin} */
const tinyFiles = (folder) => ({
  name: 'tiny known files',
  setup(build) {
    build.onLoad({ filter: /[\\/]knownFiles\.ts$/ }, () => ({
      contents:
        `export const TRAINED_SIDE = ${TRAINED_SIDE};` +
        `export const KNOWN_FILES = ${JSON.stringify({ fp32: knownFiles(folder), fp16: {} })};` +
        `export const TAESD_ADDRESS = 'https://localhost/none';` +
        `export const OSEDIFF_FOLDER = process.env.${OSEDIFF_VARIABLE} ?? 'https://localhost/none';`,
      loader: 'ts',
    }));
  },
});

/** @returns {esbuild.Plugin} */
const otherCatalogue = (catalogue) => ({
  name: 'another catalogue',
  setup(build) {
    build.onLoad({ filter: /[\\/]community[\\/]catalogue\.ts$/ }, () => ({
      contents: `export const CATALOGUE = ${JSON.stringify(catalogue)}; export const NATURAL_PAIRS = [];`,
      loader: 'ts',
    }));
  },
});

function knownFiles(folder) {
  const names = [
    'unet/diffusion_pytorch_model.safetensors',
    'vae/diffusion_pytorch_model.safetensors',
    'text_encoder/model.safetensors',
    'tokenizer/merges.txt',
    'taesd/diffusion_pytorch_model.safetensors',
  ].filter((name) => existsSync(path.join(folder, name)));
  return Object.fromEntries(
    names.map((name) => {
      const bytes = readFileSync(path.join(folder, name));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return [name, { sha256, bytes: bytes.length }];
    }),
  );
}
