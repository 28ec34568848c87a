/** The product's bundles as they are shipped: minified, without source maps. */
import path from 'node:path';
import * as esbuild from 'esbuild';
import { bundles } from '../bundles.mjs';

/**
 * @param {(output: string) => boolean} isWanted of the development build's output, as
 * `dist/engine.js` or `dist/webview`
 * @param {string} folder gets dist/
 * @param {string} [readable] an output that stays as it is written, for whoever reads its stack
 */
export async function bundleInto(folder, isWanted, readable) {
  const wanted = bundles.filter(({ outfile, outdir }) => isWanted(outfile ?? outdir));
  await Promise.all(
    wanted.map((bundle) =>
      esbuild.build({ ...shipped(bundle, folder), minify: bundle.outfile !== readable }),
    ),
  );
}

/** A bundle of the development build, for shipping. */
export function shipped({ outfile, outdir, ...bundle }, folder) {
  return {
    ...bundle,
    ...(outfile === undefined
      ? { outdir: path.join(folder, outdir) }
      : { outfile: path.join(folder, outfile) }),
    minify: true,
    sourcemap: false,
    // THIRD_PARTY_NOTICES.md has them all.
    legalComments: 'none',
  };
}
