/**
 * Makes the npm package `pisa-upscale`: the command line and the library.
 *
 *   npm run package:npm [-- --out folder] [--repository https://github.com/…] [--if-changed]
 *
 * --if-changed  leaves a tarball that was made from the same files
 *
 * ONNX Runtime lies inside, for every platform: as a dependency its install script would download
 * CUDA's libraries, or fail where it can't. sharp is a dependency; it has no such script.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generateDtsBundle } from 'dts-bundle-generator';
import { bundleInto } from './bundling.mjs';
import { withoutFiles } from './extensionReadme.mjs';
import { digestOf, forget, isMadeFrom, note } from './lastMade.mjs';
import { copyModels } from './modelFiles.mjs';
import { copyNatives, ONNX_RUNTIME_PACKAGES } from './natives.mjs';
import { npmCommand } from './npmCommand.mjs';
import { fetchPackages } from './registryPackages.mjs';
import { TARGETS } from './targets.mjs';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));

const LIBRARY = 'dist/index.cjs';
const LIBRARY_SOURCE = 'src/node/index.ts';
const BUNDLES = new Set([
  'dist/cli.js',
  'dist/engine.js',
  'dist/grpc.js',
  'dist/watchdog.js',
  LIBRARY,
]);

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'dist-package' },
    repository: { type: 'string' },
    'if-changed': { type: 'boolean', default: false },
  },
});
const { out, repository } = values;
const folder = path.join(out, 'npm');
const source = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync(folder, { recursive: true, force: true });
mkdirSync(path.join(folder, 'dist'), { recursive: true });
const write = (name, text) => writeFileSync(path.join(folder, name), text);

write('package.json', `${JSON.stringify(manifest(), null, 2)}\n`);
write('README.md', withoutFiles(readFileSync('docs/api.md', 'utf8')));
for (const file of ['LICENSE', 'CHANGELOG.md', 'THIRD_PARTY_NOTICES.md'])
  cpSync(file, path.join(folder, file));
copyModels(folder);
await bundleInto(folder, (output) => BUNDLES.has(output), LIBRARY);
// One instance of the library for both module systems.
write('dist/index.mjs', `export { openUpscaler, upscale, UpscaleError } from './index.cjs';\n`);
writeTypes();
copyNatives(
  fetchPackages(ONNX_RUNTIME_PACKAGES, path.join(out, 'packages')),
  Object.values(TARGETS),
  path.join(folder, 'dist', 'node_modules'),
);
pack();

/** The package's own manifest: that of the repository is the extension's. */
function manifest() {
  const { name, version, license, keywords, engines, dependencies } = source;
  const entry = (kind, suffix) => ({
    types: `./dist/index.d.${suffix}`,
    default: `./dist/index.${suffix === 'mts' ? 'mjs' : 'cjs'}`,
  });
  return {
    name,
    version,
    description:
      'Upscales pictures with super-resolution you can steer: command line and library for Node, ' +
      'all on your machine.',
    license,
    keywords: [...keywords, 'upscaler', 'onnx', 'sharp', 'cli'],
    ...(repository ? { repository: { type: 'git', url: `git+${repository}.git` } } : {}),
    type: 'commonjs',
    engines: { node: engines.node },
    os: [...new Set(Object.values(TARGETS).map(({ os }) => os))],
    bin: { [name]: 'dist/cli.js' },
    main: './dist/index.cjs',
    types: './dist/index.d.cts',
    exports: {
      '.': { import: entry('import', 'mts'), require: entry('require', 'cts') },
      './package.json': './package.json',
    },
    files: ['dist', 'models', 'CHANGELOG.md', 'THIRD_PARTY_NOTICES.md'],
    dependencies: { sharp: dependencies.sharp },
    // Its binaries must be files on disk.
    preferUnplugged: true,
  };
}

function writeTypes() {
  const [types] = generateDtsBundle(
    [{ filePath: LIBRARY_SOURCE, output: { noBanner: true, exportReferencedTypes: false } }],
    { preferredConfigPath: 'tsconfig.engine.json' },
  );
  for (const suffix of ['cts', 'mts']) write(`dist/index.d.${suffix}`, types);
}

function pack() {
  const tarball = path.resolve(out, `${source.name}-${source.version}.tgz`);
  const digest = digestOf(folder, [process.version]);
  if (values['if-changed'] && isMadeFrom(tarball, digest)) return;
  forget(tarball);
  const { file, args } = npmCommand(['pack', '--pack-destination', '..', '--silent']);
  execFileSync(file, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  note(tarball, digest);
  console.log(`${tarball}  ${(statSync(tarball).size / 1e6).toFixed(1)} MB`);
}
