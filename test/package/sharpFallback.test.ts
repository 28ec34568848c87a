/**
 * sharp where its native library can't be used: in the package for Linux the WebAssembly build takes
 * over, by itself when the library does not load, or when it is asked for.
 */
import assert from 'node:assert/strict';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { EngineClient } from '../../src/client/engineClient';
import { callFor } from '../../src/node/options';
import sharp from 'sharp';
import { makeTemporaryFolder } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { makeReleased, releasedVsix, unpackExtension } from './packages';

const TARGET = `${process.platform}-${process.arch}`;
const skip = process.platform === 'linux' ? false : 'the packages for Linux have the fallback';

let folder: string;
before(async () => {
  folder = makeTemporaryFolder();
  if (skip !== false) return;
  makeReleased([TARGET]);
  await unpackExtension(releasedVsix(TARGET), path.join(folder, 'extension'));
  await writePicture(path.join(folder, 'icon.png'), 24, 16);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Upscales a picture with the packaged engine; gives what the engine printed and says of sharp. */
async function upscale(output: string): Promise<{ log: string; library: string }> {
  const extension = path.join(folder, 'extension');
  const lines: string[] = [];
  const client = new EngineClient({
    entry: path.join(extension, 'dist/engine.js'),
    modelFolders: [path.join(extension, 'models')],
    store: path.join(folder, 'store'),
    idleSeconds: 60,
    log: (line) => lines.push(line),
  });
  try {
    const target = { kind: 'file', path: path.join(folder, output) } as const;
    await client.upscale(callFor(path.join(folder, 'icon.png'), target, { device: 'cpu' }));
    return { library: (await client.versions()).sharp, log: lines.join('\n') };
  } finally {
    await client.dispose();
  }
}

const pixels = (name: string): Promise<Buffer> => sharp(path.join(folder, name)).raw().toBuffer();

test('the native library is used where it loads', { skip }, async () => {
  const { log, library } = await upscale('native.png');
  assert.doesNotMatch(log + library, /WebAssembly/);
});

test('WebAssembly when it is asked for: the same pixels, and a note', { skip }, async (context) => {
  process.env.PISA_UPSCALE_SHARP = 'wasm';
  context.after(() => delete process.env.PISA_UPSCALE_SHARP);
  const { log, library } = await upscale('asked.png');
  assert.match(log, /sharp runs as WebAssembly/);
  assert.match(library, /WebAssembly/);
  assert.deepEqual(await pixels('asked.png'), await pixels('native.png'));
});

test('WebAssembly when the native library does not load', { skip }, async () => {
  const native = path.join(folder, 'extension/dist/node_modules/@img', `sharp-${TARGET}`, 'lib');
  const binary = readdirSync(native).find((name) => name.endsWith('.node'))!;
  renameSync(path.join(native, binary), path.join(folder, binary));
  const { log } = await upscale('fallen.png');
  assert.match(log, /sharp runs as WebAssembly/);
  assert.deepEqual(await pixels('fallen.png'), await pixels('native.png'));
});
