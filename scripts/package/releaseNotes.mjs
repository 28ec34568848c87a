/**
 * Prints what CHANGELOG.md says of this version:
 *
 *   node scripts/package/releaseNotes.mjs [v1.2.3]
 *
 * Fails when the newest heading, package.json and the tag (if given) do not name the same version.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The notes under the newest heading.
 * @param {string} changelog
 * @param {string} version of package.json
 * @param {string} [tag]
 */
export function releaseNotes(changelog, version, tag) {
  const [, ...parts] = changelog.split(/^## /m);
  const [newest = ''] = parts;
  const [heading = '', ...lines] = newest.split('\n');
  const told = heading.trim();
  if (told !== version)
    throw new Error(
      `The newest heading of CHANGELOG.md is "${told}", package.json has the version ${version}.`,
    );
  if (tag !== undefined && tag !== `v${version}`)
    throw new Error(`The tag is ${tag}, package.json has the version ${version}.`);
  const notes = lines.join('\n').trim();
  if (notes === '') throw new Error(`CHANGELOG.md says nothing about ${version}.`);
  return notes;
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = new URL('../../', import.meta.url);
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  console.log(
    releaseNotes(readFileSync(new URL('CHANGELOG.md', root), 'utf8'), version, process.argv[2]),
  );
}
