import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { REMOTE_DEFAULTS } from '../../src/shared/remoteSettings';
import { InferenceServer } from '../harness/inferenceServer';
import { newEngine, previewRequest, quiet, runPreview } from './previewSupport';
import { MODEL, picture, served } from './remoteSupport';
import { largestDifference, temporaryFolder } from './support';

const folder = temporaryFolder();
const store = path.join(folder, 'store');
const NEAREST = 'nearest';
let server: InferenceServer;
let input: string;

before(async () => {
  server = await new InferenceServer({
    [MODEL]: await served(),
    [NEAREST]: {
      scale: 2,
      branches: [],
      picture: { input: 'x', output: 'y' },
      compute: async (image, width, height) => {
        const y = new Float32Array(4 * image.length);
        for (let row = 0; row < 6 * height; row++)
          for (let column = 0; column < 2 * width; column++)
            y[row * 2 * width + column] = image[(row >> 1) * width + (column >> 1)]!;
        return { y };
      },
    },
  }).listen();
  input = await picture(90, 60);
});
after(() => server.kill());

type Engine = ReturnType<typeof newEngine>;
async function engineOn(): Promise<Engine> {
  const engine = newEngine(store);
  await engine.useRemote({ ...REMOTE_DEFAULTS, url: server.url }, quiet);
  return engine;
}

test('a preview and an exact part of it are the same from a server', async () => {
  const engine = await engineOn();
  const here = await runPreview(engine, input, path.join(folder, 'here'));
  const there = await runPreview(engine, input, path.join(folder, 'there'), { device: 'remote' });
  assert.equal(there.result.device, 'remote');
  here.layers.forEach((layer, i) => assert.deepEqual(there.layers[i], layer));

  const rect = { x: 40, y: 30, width: 64, height: 48 };
  const guidance = { pixel: 1, semantic: 0.5 };
  const exactOn = async (device: 'cpu' | 'remote'): Promise<Buffer> => {
    const scratch = path.join(folder, 'here');
    const request = previewRequest(input, scratch, { device });
    const { file } = await engine.exactRegion({ ...request, rect, guidance }, quiet);
    return readFileSync(path.join(scratch, file));
  };
  const exact = await exactOn('cpu');
  assert.equal(exact.length, 3 * rect.width * rect.height);
  assert.ok((await exactOn('remote')).equals(exact));
});

test('a preview of a model that only the server has: from the base to what it makes', async () => {
  const engine = await engineOn();
  const { id } = await engine.addServed({ name: NEAREST }, quiet);
  const { layers, result } = await runPreview(engine, input, path.join(folder, 'own'), {
    model: id,
    device: 'remote',
    scale: 2,
  });
  assert.deepEqual(result.branches, ['pixel']);
  const nearest = await sharp(input)
    .resize(180, 120, { kernel: 'nearest' })
    .removeAlpha()
    .raw()
    .toBuffer();
  assert.ok(largestDifference(layers[1]!, nearest) <= 1);
  assert.ok(largestDifference(layers[0]!, nearest) > 8);
  await assert.rejects(
    runPreview(engine, input, path.join(folder, 'no'), { model: id, device: 'auto' }),
    { code: 'device-unavailable', message: /only an inference server has it/ },
  );
});
