import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import path from 'node:path';
import { FOLDER } from './bundleTests.mjs';

/** A place in a bundle, by its path from the repository, from the root, or as an address. */
const PLACE = new RegExp(
  String.raw`(?:[^\s:()'"]{0,300}/|file://[^\s:()'"]{0,300}/)?(${FOLDER}/[^\s:()'"]+\.[cm]js):(\d+):(\d+)`,
  'g',
);

/**
 * A text in which places in bundles are those of the sources. Node can do the same as tests run, but
 * then looks up every stack that anybody takes: a driver of a browser takes one for each of its calls.
 * @param {string} text
 * @param {string} [root] the repository's
 */
export function withOriginalPlaces(text, root = '.') {
  const maps = new Map();
  return text.replaceAll(PLACE, (place, bundle, line, column) => {
    const file = path.join(root, bundle);
    if (!maps.has(file)) maps.set(file, mapOf(file));
    const entry = maps.get(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry?.originalSource === undefined) return place;
    const source = path.relative(root, path.resolve(path.dirname(file), entry.originalSource));
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

function mapOf(bundle) {
  const file = `${bundle}.map`;
  return existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}
