/** The folder that becomes a VSIX: nothing is in it that is not to be shipped. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LANGUAGES } from '../l10n/translations.mjs';
import { bundleInto } from './bundling.mjs';
import { withoutFiles } from './extensionReadme.mjs';
import { copyModels } from './modelFiles.mjs';
import { copyNatives } from './natives.mjs';
import { putWalkthroughPictures } from './walkthroughPictures.mjs';

/** Copied as they are. */
const FILES = [
  'LICENSE',
  'CHANGELOG.md',
  'THIRD_PARTY_NOTICES.md',
  'package.nls.json',
  ...LANGUAGES.map((language) => `package.nls.${language}.json`),
  'l10n',
  'schemas',
  'media/icons',
  ...['kingfisher.webp', 'icon.png', 'screenshot.png'].map((name) => `media/samples/${name}`),
];
/** The command line and the library. */
const NPM_ONLY = new Set(['dist/cli.js', 'dist/index.cjs']);
/** What only developing needs. */
const NOT_SHIPPED = ['private', 'scripts', 'devDependencies', 'dependencies', 'allowScripts'];

/**
 * Fills `folder` with everything that all targets have in common.
 * @param {string} folder
 * @param {string | undefined} repository https address of the public repository, if there is one
 */
export async function fillExtensionFolder(folder, repository) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const key of NOT_SHIPPED) delete manifest[key];
  if (repository) manifest.repository = { type: 'git', url: `${repository}.git` };
  await putWalkthroughPictures(manifest, folder);
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2));

  const readme = readFileSync('README.md', 'utf8');
  writeFileSync(path.join(folder, 'README.md'), repository ? readme : withoutFiles(readme));
  for (const file of [...FILES, manifest.icon])
    cpSync(file, path.join(folder, file), { recursive: true });
  // vsce asks for one; it leaves nothing out here.
  writeFileSync(path.join(folder, '.vscodeignore'), '.vscodeignore\n');
  copyModels(folder);
  await bundleInto(folder, (output) => !NPM_ONLY.has(output));
}

/**
 * Puts one target's natives into the folder, in place of another's.
 * @param {string} folder
 * @param {import('./targets.mjs').Target} target
 * @param {Map<string, string>} places of `fetchPackages`
 */
export function putNatives(folder, target, places) {
  const natives = path.join(folder, 'dist', 'node_modules');
  rmSync(natives, { recursive: true, force: true });
  copyNatives(places, [target], natives);
}
