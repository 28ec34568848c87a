/**
 * The npm package as somebody installs it: into an empty folder, with a registry that is all that
 * may be asked, then the command line and the library, in both module systems and in strict
 * TypeScript.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync, type ExecFileException } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import * as tar from 'tar';
import { npmCommand } from '../../scripts/package/npmCommand.mjs';
import { makeTemporaryFolder, REPOSITORY } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { makeNpmPackage, NPM_FOLDER, npmTarball } from './packages';

const run = promisify(execFile);
let project: string;
let installLog: string;
/** Hosts that something wanted to reach past the registry. */
const reached = new Set<string>();

before(async () => {
  makeNpmPackage();
  project = makeTemporaryFolder();
  writeFileSync(path.join(project, 'package.json'), '{ "private": true }');
  installLog = await install();
});
after(() => rmSync(project, { recursive: true, force: true }));

/**
 * Installs with a proxy that refuses and notes every host but the registry's, which is asked
 * directly.
 */
async function install(): Promise<string> {
  const { file, args } = npmCommand(['config', 'get', 'registry']);
  const registry = execFileSync(file, args, { encoding: 'utf8', cwd: project }).trim();
  const proxy = http
    .createServer((request, response) => {
      reached.add(request.url ?? '?');
      response.writeHead(403).end();
    })
    .on('connect', (request: http.IncomingMessage, socket) => {
      reached.add(request.url ?? '?');
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    })
    .listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|onnxruntime|(https?|no)_proxy)/i.test(name),
    ),
  );
  const command = npmCommand([
    'install',
    npmTarball(),
    `@types/node@${versionOf('@types/node')}`,
    ...['--prefer-offline', '--no-audit', '--no-fund', '--foreground-scripts'],
  ]);
  const names = [
    'HTTPS_PROXY',
    'HTTP_PROXY',
    'https_proxy',
    'http_proxy',
    'GLOBAL_AGENT_HTTPS_PROXY',
  ];
  try {
    const { stdout, stderr } = await run(command.file, command.args, {
      cwd: project,
      env: {
        ...environment,
        ...Object.fromEntries(names.map((name) => [name, address])),
        NO_PROXY: new URL(registry).hostname,
        no_proxy: new URL(registry).hostname,
      },
    });
    return stdout + stderr;
  } finally {
    proxy.close();
  }
}

const versionOf = (name: string): string =>
  (
    JSON.parse(
      readFileSync(path.join(REPOSITORY, 'node_modules', name, 'package.json'), 'utf8'),
    ) as { version: string }
  ).version;

/** Runs a script of the project. */
const node = (name: string, text: string): Promise<{ stdout: string; stderr: string }> => {
  writeFileSync(path.join(project, name), text);
  return run(process.execPath, [name], { cwd: project });
};

test('installing asks the registry only, and runs no script of ours', () => {
  assert.deepEqual([...reached], []);
  assert.doesNotMatch(installLog, /> (pisa-upscale|onnxruntime-node)@/);
  const manifest = JSON.parse(readFileSync(path.join(NPM_FOLDER, 'package.json'), 'utf8')) as {
    scripts?: unknown;
    dependencies: object;
  };
  assert.equal(manifest.scripts, undefined);
  assert.deepEqual(Object.keys(manifest.dependencies), ['sharp']);
});

test('the package holds what was agreed on', () => {
  const files = readdirSync(path.join(project, 'node_modules/pisa-upscale'), { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => /\.(node|dll|dylib|js|cjs|mjs|cts|mts|onnx|map)$|\.so\./.test(name));
  const own = files.filter((name) => !name.startsWith('dist/node_modules/')).sort();
  assert.deepEqual(own, [
    'dist/cli.js',
    'dist/engine.js',
    'dist/grpc.js',
    'dist/index.cjs',
    'dist/index.d.cts',
    'dist/index.d.mts',
    'dist/index.mjs',
    'dist/watchdog.js',
    'models/pisa-compact-4x/model.onnx',
  ]);
  const platforms = files.map((name) => /napi-v6\/(\w+\/\w+)\/.*\.node$/.exec(name)?.[1]);
  assert.deepEqual(platforms.filter(Boolean).sort(), [
    'darwin/arm64',
    'linux/arm64',
    'linux/x64',
    'win32/arm64',
    'win32/x64',
  ]);
  assert.ok(!files.some((name) => name.endsWith('.map')));
});

test('npx upscales a picture', async () => {
  await writePicture(path.join(project, 'photo.png'), 24, 16);
  const { file, args } = npmCommand([
    'exec',
    '--offline',
    '--',
    'pisa-upscale',
    'photo.png',
    '--verbose',
  ]);
  const { stdout, stderr } = await run(file, args, { cwd: project });
  assert.match(stdout, /^photo@4x\.png {2}96×64/m);
  // The engine's own log: nothing that it loads is missing.
  assert.match(stderr, /engine \d+ started/);
  assert.doesNotMatch(stderr, /warning/i);
});

test('an ES module: file to file, bytes to bytes, progress', async () => {
  await writePicture(path.join(project, 'a.png'), 20, 12);
  const { stdout } = await node(
    'module.mjs',
    `import { readFile } from 'node:fs/promises';
import { upscale } from 'pisa-upscale';
const phases = new Set();
const file = await upscale('a.png', { output: 'b.webp', scale: 2, onProgress: ({ phase }) => phases.add(phase) });
const bytes = await upscale(await readFile('a.png'), { scale: 3, device: 'cpu', guidance: { semantic: 0 } });
console.log(JSON.stringify({
  file: [file.path.endsWith('b.webp'), file.width, file.height, file.skipped],
  bytes: [bytes.format, bytes.width, bytes.height, Buffer.isBuffer(bytes.data), bytes.guidance],
  phases: [...phases],
}));`,
  );
  assert.deepEqual(JSON.parse(stdout), {
    file: [true, 40, 24, false],
    bytes: ['png', 60, 36, true, { pixel: 1, semantic: 0 }],
    phases: ['prepare', 'infer', 'encode'],
  });
});

test('CommonJS: one instance with the ES module; errors, cancelling, models; nothing is left', async () => {
  await writePicture(path.join(project, 'a.png'), 20, 12);
  const { stdout } = await node(
    'common.cjs',
    `const { openUpscaler, UpscaleError } = require('pisa-upscale');
const { readdirSync } = require('node:fs');
const { tmpdir } = require('node:os');
const ours = () => readdirSync(tmpdir()).filter((name) => name.startsWith('pisa-upscale-') && name.includes('-bytes-'));
async function main() {
  const before = new Set(ours());
  const upscaler = openUpscaler({ modelStore: 'store' });
  const isSame = (await import('pisa-upscale')).UpscaleError === UpscaleError;
  const error = await upscaler.upscale(Buffer.from('no picture')).catch((e) => e);
  const controller = new AbortController();
  const reason = new Error('enough');
  const running = upscaler.upscale('a.png', { signal: controller.signal, onProgress: () => controller.abort(reason) });
  const cancelled = await running.catch((e) => e);
  const models = (await upscaler.models()).map(({ id }) => id);
  const [one, two] = await Promise.all([upscaler.upscale('a.png'), upscaler.upscale('a.png', { scale: 2 })]);
  await upscaler.close();
  console.log(JSON.stringify({
    isSame, error: [error instanceof UpscaleError, error.code], cancelled: cancelled === reason, models,
    widths: [one.width, two.width], left: ours().filter((name) => !before.has(name)),
  }));
}
void main();`,
  );
  assert.deepEqual(JSON.parse(stdout), {
    isSame: true,
    error: [true, 'input-not-an-image'],
    cancelled: true,
    models: ['pisa-compact-4x'],
    widths: [80, 40],
    left: [],
  });
});

/** A tarball of the parts that have types or programs; the whole takes a minute to unpack. */
function withoutNatives(): Uint8Array {
  const file = path.join(project, 'light.tgz');
  tar.create(
    { file, gzip: true, sync: true, cwd: NPM_FOLDER, prefix: 'package', filter: isLight },
    ['.'],
  );
  return readFileSync(file);
}

const isLight = (name: string): boolean => !/(^|\/)(node_modules|models)(\/|$)/.test(name);

/** The examples of the documentation. */
function examples(): string[] {
  const text = ['README.md', 'docs/api.md']
    .map((file) => readFileSync(path.join(REPOSITORY, file), 'utf8'))
    .join('\n');
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
}

test('the documentation’s examples pass strict TypeScript and run', async () => {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    module: 'NodeNext',
    target: 'ES2022',
    lib: ['ES2022'],
    types: ['node'],
  };
  const folder = path.join(project, 'examples');
  mkdirSync(path.join(folder, 'large'), { recursive: true });
  copyFileSync(path.join(REPOSITORY, 'media/samples/photo.jpg'), path.join(folder, 'photo.jpg'));
  for (const name of ['a.png', 'b.png']) await writePicture(path.join(folder, name), 20, 12);
  const names = examples().map((code, index) => {
    writeFileSync(path.join(folder, `example${index}.mts`), code);
    return `example${index}`;
  });
  writeFileSync(
    path.join(folder, 'common.cts'),
    `import { upscale } from 'pisa-upscale';
export const path: Promise<string> = upscale('a.png', { output: 'b.png' }).then((result) => result.path);
export const data: Promise<Buffer> = upscale(new Uint8Array()).then((result) => result.data);
// @ts-expect-error a dial that does not exist
void upscale('a.png', { guidance: { sharpness: 1 } });
`,
  );
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  await run(
    process.execPath,
    [path.join(REPOSITORY, 'node_modules/typescript-7/bin/tsc'), '-p', folder],
    {
      cwd: project,
    },
  ).catch((error: unknown) => assert.fail((error as ExecFileException).stdout));
  assert.equal(names.length, 3);
  for (const name of names) await run(process.execPath, [`${name}.mjs`], { cwd: folder });
  assert.deepEqual(readdirSync(path.join(folder, 'large')), ['a.png', 'b.png']);
  assert.ok(existsSync(path.join(folder, 'large.jpg')));
});

test('publint and "are the types wrong" have nothing to say', async () => {
  // ES modules only, and these tests are CommonJS.
  const { publint } = await import('publint');
  const { checkPackage, createPackageFromTarballData } = await import('@arethetypeswrong/core');
  const { messages } = await publint({
    pkgDir: NPM_FOLDER,
    level: 'suggestion',
    strict: true,
    pack: false,
  });
  assert.deepEqual(messages, []);
  const analysis = await checkPackage(createPackageFromTarballData(withoutNatives()));
  assert.ok(analysis.types);
  assert.deepEqual('problems' in analysis ? analysis.problems : [], []);
});
