/**
 * Writes THIRD_PARTY_NOTICES.md: whose code the product contains, and under which licence.
 *
 *   node scripts/notices.mjs [--check]
 *
 * --check  writes nothing; fails when the file is not what this machine would write
 *
 * A package counts when a bundle contains a file of it (esbuild tells), or when the engine loads it
 * at run time. A licence that is not on the list below ends the script: somebody must look at it.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import licences from 'spdx-license-list/full.js';
import { bundles } from './bundles.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const FILE = 'THIRD_PARTY_NOTICES.md';

const ALLOWED = new Set([
  'MIT',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'ISC',
  '0BSD',
  'CC0-1.0',
  '(Apache-2.0 AND BSD-3-Clause)',
]);

/** What must be said of a package; a licence in front is one that only this package may have. */
const ALLOWED_FOR = {
  'onnxruntime-node': [
    'MIT',
    'Its binary contains other projects, whose licences are listed in its repository: ' +
      '<https://github.com/microsoft/onnxruntime/blob/v<version>/ThirdPartyNotices.txt>.',
  ],
  '@vscode/codicons': ['CC-BY-4.0', 'The icons are used unchanged.'],
  'sharp-libvips': [
    'LGPL-3.0-or-later',
    'A shared library of its own beside the product, unchanged, as published to npm by the sharp ' +
      'project. You may replace it: the file lies in the folder of the package `@img/sharp-libvips-*`' +
      '. Its source and build scripts: <https://github.com/lovell/sharp-libvips>.',
  ],
};

/** Whose the standard text is, where package.json names a publisher and not the holder. */
const HOLDERS = {
  'onnxruntime-node': 'Microsoft Corporation',
  'onnxruntime-common': 'Microsoft Corporation',
};

/** What the engine loads at run time; no bundle contains it. */
const LOADED = [
  'onnxruntime-node',
  'onnxruntime-common',
  'sharp',
  '@img/colour',
  'detect-libc',
  'semver',
  'tslib',
  ...readdirSync('node_modules/@img')
    .filter((name) => name.startsWith('sharp-'))
    .map((name) => `@img/${name}`),
];

const LGPL_PARTS =
  'It contains sharp (Apache-2.0) and libvips with the libraries of the table below (see ' +
  '`@img/sharp-libvips-<platform>`), unchanged, as published to npm by the sharp project. ';

/**
 * What only packages for other platforms contain, so that it need not be installed here: its version
 * and licence are in package-lock.json. `texts`: licences whose text is not here already.
 */
const ELSEWHERE = [
  {
    name: '@img/sharp-win32-x64',
    shown: '@img/sharp-win32-<cpu>',
    licence: 'Apache-2.0 AND LGPL-3.0-or-later',
    remark:
      `${LGPL_PARTS}libvips is a DLL of its own: you may replace it, it lies in the package’s ` +
      'folder. Its source and build scripts: <https://github.com/libvips/build-win64-mxe>.',
    texts: [],
  },
  {
    name: '@img/sharp-wasm32',
    shown: '@img/sharp-wasm32',
    licence: 'Apache-2.0 AND LGPL-3.0-or-later AND MIT',
    remark:
      `${LGPL_PARTS}Both are one WebAssembly file; you may build another and put it in its place: ` +
      'sources and build scripts are at <https://github.com/lovell/sharp> and ' +
      '<https://github.com/kleisauke/wasm-vips>.',
    texts: [],
  },
  {
    name: '@emnapi/runtime',
    shown: '@emnapi/runtime',
    licence: 'MIT',
    remark: '',
    texts: [['MIT', 'toyobayashi']],
  },
];

const text = await notices();
if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (!existsSync(FILE) || readFileSync(FILE, 'utf8') !== text) {
  console.error(`${FILE} is not up to date: run "npm run notices" and commit it.`);
  process.exitCode = 1;
}

async function notices() {
  const names = [...new Set([...(await bundledPackages()), ...LOADED])].map(describe);
  // What differs by platform only is told once.
  const packages = [
    ...new Map([...names, ...elsewhere()].map((each) => [each.name, each])).values(),
  ];
  packages.sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = packages.map((each) => `| ${each.name} | ${each.version} | ${each.licence} |`);
  const texts = packages.map(
    (each) =>
      `## ${each.name}\n\n${each.remark}${each.texts.map((part) => `\`\`\`\`text\n${part.trim()}\n\`\`\`\`\n`).join('\n')}`,
  );
  return [
    '# Third-party notices',
    '',
    'PiSA Upscale contains or loads the packages below, unchanged. Made by `npm run notices`.',
    '',
    '| package | version | licence |',
    '| --- | --- | --- |',
    ...rows,
    '',
    ...texts,
  ].join('\n');
}

/** The npm packages of which at least one file is in a bundle. */
async function bundledPackages() {
  const found = new Set();
  for (const bundle of bundles) {
    const { metafile } = await esbuild.build({
      ...bundle,
      write: false,
      metafile: true,
      outdir: bundle.outdir ?? 'dist',
      outfile: undefined,
    });
    for (const file of Object.keys(metafile.inputs)) {
      const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(
        file,
      )?.[1];
      if (name) found.add(name);
    }
  }
  return found;
}

function elsewhere() {
  const locked = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  return ELSEWHERE.map(({ name, shown, licence, remark, texts }) => {
    const { version, license } = locked[`node_modules/${name}`];
    if (license !== licence)
      throw new Error(`${name} has the licence ${license}, which nobody has looked at yet.`);
    return {
      name: shown,
      version,
      licence,
      remark: remark === '' ? '' : `${remark}\n\n`,
      texts: texts.flatMap(([id, holder]) => standardTexts(id, holder)),
    };
  });
}

function describe(name) {
  const folder = path.join('node_modules', name);
  const { version, license, author } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const platform = /^@img\/(sharp|sharp-libvips)-[a-z0-9]+-[a-z0-9]+$/.exec(name)?.[1];
  const shown = platform === undefined ? name : `@img/${platform}-<platform>`;
  const special = ALLOWED_FOR[platform ?? name];
  if (!ALLOWED.has(license) && special?.[0] !== license)
    throw new Error(`${name} has the licence ${license}, which nobody has looked at yet.`);
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice|thirdparty)/i.test(file))
    .sort()
    .map((file) => readFileSync(path.join(folder, file), 'utf8'));
  if (texts.length === 0)
    texts.push(
      ...standardTexts(
        license,
        HOLDERS[name] ?? (typeof author === 'string' ? author : author?.name),
      ),
    );
  // The table of what libvips itself is made of.
  if (platform === 'sharp-libvips')
    texts.unshift(
      readFileSync(path.join(folder, 'README.md'), 'utf8').replace(/^[\s\S]*?## Lic/, 'Lic'),
    );
  return {
    name: shown,
    version,
    licence: license,
    remark: special === undefined ? '' : `${special[1].replace('v<version>', `v${version}`)}\n\n`,
    texts: texts.map((each) => each.replaceAll('\r\n', '\n').replace(/[ \t]+$/gm, '')),
  };
}

/** For packages that name a licence and bring no text; LGPL 3 is an addition to GPL 3. */
function standardTexts(expression, holder = 'its authors') {
  const ids = expression.replace(/[()]/g, '').split(/ AND | OR /);
  return ids
    .flatMap((id) => (id === 'LGPL-3.0-or-later' ? ['LGPL-3.0', 'GPL-3.0'] : [id]))
    .map((id) => {
      const text = (licences[id] ?? licences[`${id}-only`])?.licenseText;
      if (!text) throw new Error(`No text for the licence ${id}.`);
      return text.replace(
        /Copyright \(c\) <year> <(?:copyright holders|owner)>/i,
        `Copyright (c) ${holder}`,
      );
    });
}
