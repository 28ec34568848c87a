/**
 * Makes the extension's packages, one for each platform:
 *
 *   npm run package [-- --target linux-x64]… [--out folder] [--repository https://github.com/…]
 *                   [--if-changed]
 *
 * --if-changed  leaves a package that was made from the same files
 *
 * Natives come from the npm registry as package-lock.json names them, whatever machine this is.
 */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { fillExtensionFolder, putNatives } from './extensionFolder.mjs';
import { digestOf, forget, isMadeFrom, note } from './lastMade.mjs';
import { ONNX_RUNTIME_PACKAGES, sharpPackages } from './natives.mjs';
import { fetchPackages } from './registryPackages.mjs';
import { TARGETS, targetNamed } from './targets.mjs';
import { problemsOf, readVsix } from './vsixContents.mjs';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true, default: Object.keys(TARGETS) },
    out: { type: 'string', default: 'dist-package' },
    repository: { type: 'string' },
    'if-changed': { type: 'boolean', default: false },
  },
});
const { out, repository } = values;
const names = values.target.map((name) => (targetNamed(name), name));
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

mkdirSync(out, { recursive: true });
const folder = path.join(out, 'extension');
await fillExtensionFolder(folder, repository);
for (const name of names) {
  const target = TARGETS[name];
  const places = fetchPackages(
    [...ONNX_RUNTIME_PACKAGES, ...sharpPackages(target)],
    path.join(out, 'packages'),
  );
  putNatives(folder, target, places);
  const vsix = path.resolve(out, `pisa-upscale-${name}-${version}.vsix`);
  const digest = digestOf(folder, [name, repository]);
  if (values['if-changed'] && isMadeFrom(vsix, digest)) continue;
  forget(vsix);
  await createVSIX({
    cwd: folder,
    target: name,
    packagePath: vsix,
    dependencies: false,
    // Without a repository the README names no files.
    ...(repository === undefined
      ? { allowMissingRepository: true, rewriteRelativeLinks: false }
      : { githubBranch: `v${version}` }),
  });
  const files = await readVsix(vsix);
  const problems = problemsOf(vsix, files, target);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  note(vsix, digest, files);
  console.log(`${vsix}  ${(statSync(vsix).size / 1e6).toFixed(1)} MB`);
}
