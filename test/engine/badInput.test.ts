import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { EngineClient, type UpscaleCall } from '../../src/client/engineClient';
import { remediesOf } from '../../src/shared/remedies';
import { RpcError } from '../../src/shared/rpc';
import {
  callFor,
  ENGINE,
  temporaryFolder,
  TEST_MODELS,
  testPixels,
  writePng,
  NO_STORE,
} from './support';

const folder = temporaryFolder();
const file = (name: string): string => path.join(folder, name);
let client: EngineClient;

before(async () => {
  client = new EngineClient({
    entry: ENGINE,
    modelFolders: [TEST_MODELS],
    store: NO_STORE,
    idleSeconds: 60,
    log: () => undefined,
  });
  await writePng(file('good.png'), 64, 64);
});
after(() => client.dispose());

/** Expects a refusal with a code, a message and advice, and not one file more than before. */
async function refused(call: UpscaleCall, code: string, message: RegExp): Promise<void> {
  const before = readdirSync(folder).sort();
  await assert.rejects(client.upscale(call), (error: unknown) => {
    assert.ok(error instanceof RpcError);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok((error.hint ?? '') !== '' || remediesOf(error).length > 0, 'it says what to do');
    return true;
  });
  assert.deepEqual(readdirSync(folder).sort(), before, 'nothing is written');
}

test('an empty file', async () => {
  writeFileSync(file('empty.png'), '');
  await refused(callFor(file('empty.png')), 'input-empty', /empty\.png is empty/);
});

test('a truncated PNG', async () => {
  const good = readFileSync(file('good.png'));
  writeFileSync(file('cut.png'), good.subarray(0, Math.floor(good.length / 2)));
  await refused(callFor(file('cut.png')), 'input-damaged', /cut\.png is damaged or incomplete/);
});

test('a truncated JPEG', async () => {
  const jpeg = await sharp(testPixels(200, 200), { raw: { width: 200, height: 200, channels: 3 } })
    .jpeg()
    .toBuffer();
  writeFileSync(file('cut.jpg'), jpeg.subarray(0, Math.floor(jpeg.length / 2)));
  await refused(callFor(file('cut.jpg')), 'input-damaged', /cut\.jpg is damaged or incomplete/);
});

test('text named .png', async () => {
  writeFileSync(file('text.png'), 'This is not a picture.\n'.repeat(20));
  await refused(callFor(file('text.png')), 'input-not-an-image', /text\.png is not a picture/);
});

test('an SVG named .png is what it is: a drawing', async () => {
  writeFileSync(
    file('vector.png'),
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" ' +
      'height="9"/></svg>',
  );
  const { width, notes } = await client.upscale(callFor(file('vector.png')));
  assert.equal(width, 36);
  assert.match(notes.join(), /SVG is drawn/);
});

test('a PNG whose header claims 60000×60000', async () => {
  const bomb = Buffer.from(readFileSync(file('good.png')));
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  bomb.writeUInt32BE(crcOf(bomb.subarray(12, 29)), 29);
  writeFileSync(file('bomb.png'), bomb);
  await refused(
    callFor(file('bomb.png')),
    'input-too-large',
    /60000×60000 pixels \(3600 megapixels\); the limit is 100/,
  );
});

test('a Git LFS pointer', async () => {
  writeFileSync(
    file('lfs.png'),
    'version https://git-lfs.github.com/spec/v1\noid ' +
      'sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n',
  );
  await refused(callFor(file('lfs.png')), 'input-lfs-pointer', /Git LFS pointer/);
});

test('a missing file', () =>
  refused(callFor(file('nowhere.png')), 'input-missing', /nowhere\.png does not exist/));

test('a folder', async () => {
  mkdirSync(file('folder.png'));
  await refused(callFor(file('folder.png')), 'input-not-an-image', /is a folder/);
});

test('an output folder that is no folder', () =>
  refused(
    callFor(file('good.png'), {
      target: { kind: 'pattern', directory: file('good.png'), pattern: '{name}@4x.{ext}' },
    }),
    'output-unwritable',
    /good\.png is not a folder, so nothing can lie in it/,
  ));

test('an unknown model', () =>
  refused(callFor(file('good.png'), { model: 'nope' }), 'model-missing', /no model called "nope"/));

test('a device that is not here', () =>
  refused(
    callFor(file('good.png'), { device: 'coreml' }),
    'device-unavailable',
    /"coreml" can't be used here/,
  ));

test('a result too large for its format', () =>
  refused(
    callFor(file('good.png'), { format: 'webp', scale: 8, input: file('wide.png') }),
    'output-too-large-for-format',
    /at most 16383/,
  ));

for (const [name, part] of Object.entries<Partial<UpscaleCall>>({
  'scale 0': { scale: 0 },
  'scale NaN': { scale: Number.NaN },
  'λ_pix 2': { guidance: { pixel: 2, semantic: 1 } },
  'quality 101': { quality: 101 },
  'tile 3': { tile: 3 },
  'an empty pattern': { target: { kind: 'pattern', directory: folder, pattern: '' } },
  'a pattern that leaves the folder': {
    target: { kind: 'pattern', directory: folder, pattern: '../{name}.{ext}' },
  },
  'an output without a format': { target: { kind: 'file', path: file('result.xyz') } },
})) {
  test(`${name} is a bad setting`, () =>
    refused(callFor(file('good.png'), part), 'bad-setting', /./));
}

test('a model whose file was changed', async () => {
  const models = temporaryFolder();
  mkdirSync(path.join(models, 'one-layer-4x'));
  writeFileSync(
    path.join(models, 'one-layer-4x/manifest.json'),
    readFileSync(path.join(TEST_MODELS, 'one-layer-4x/manifest.json')),
  );
  const graph = Buffer.from(readFileSync(path.join(TEST_MODELS, 'one-layer-4x/model.onnx')));
  graph[graph.length - 100]! ^= 1;
  writeFileSync(path.join(models, 'one-layer-4x/model.onnx'), graph);
  const other = new EngineClient({
    entry: ENGINE,
    modelFolders: [models],
    store: NO_STORE,
    idleSeconds: 60,
    log: () => undefined,
  });
  try {
    await assert.rejects(other.upscale(callFor(file('good.png'))), { code: 'model-damaged' });
  } finally {
    await other.dispose();
  }
});

test('after all of this the engine still works', async () => {
  assert.equal((await client.upscale(callFor(file('good.png')))).width, 256);
});

before(() => writePng(file('wide.png'), 2100, 8));

const crcOf = (bytes: Buffer): number => crc32(bytes);
