import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import sharp from 'sharp';
import { readSafetensors } from '../../src/engine/checkpoint/safetensors';
import { RANGES } from '../../src/engine/graph/sd21/eightBits';
import {
  buildTinyDecoder,
  TINY_DECODER_REACH,
  type TinyForm,
} from '../../src/engine/graph/sd21/tinyDecoder';
import { Weights } from '../../src/engine/graph/sd21/weights';
import type { DiffusionModel } from '../../src/engine/models/kinds/diffusion';
import { tryDraftsIn8Bits } from '../../src/engine/pisa/draftIn8Bits';
import { uncropped } from '../../src/engine/pisa/levelCrops';
import type { PisaNetworks } from '../../src/engine/pisa/pisaNetworks';
import { PisaSessions } from '../../src/engine/pisa/pisaSessions';
import { Steps } from '../../src/engine/pisa/steps';
import { openNetwork, type Floats, type Network } from '../../src/engine/runtime/network';
import { randomValues, writeSafetensors, type Tensor } from '../harness/networks';
import { keepNetworksOpen, runPisa } from './pisaSupport';
import { cropped, exported, newEngine, runExact, runPreview } from './previewSupport';
import { whereSumsHold } from './sumsHold';
import { pixelsOf, ROOT, temporaryFolder } from './support';
import { importTiny, tinyWithDraft } from './tinyOnDevice';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const FILE = 'taesd/diffusion_pytorch_model.safetensors';
const CHANNELS = 64;
const GUIDANCE = { pixel: 1, semantic: 1 };

/** Random weights of TAESD's real size, whose layers keep the size of their values. */
async function writeTiny(files: string): Promise<void> {
  const tensors = new Map<string, Tensor>();
  let seed = 1;
  for (const [name, { shape: tiny }] of await readSafetensors(path.join(files, FILE))) {
    const shape = tiny.map((size) => (size === 8 ? CHANNELS : size));
    const [, from = 0] = shape;
    const isLast = from === CHANNELS && shape[0] === 3;
    const share = name.includes('.conv.4.') ? 0.2 : isLast ? 0.3 : 1;
    const factor = shape.length === 1 ? 0.05 : share * Math.sqrt(6 / (9 * from));
    const count = shape.reduce((product, size) => product * size, 1);
    tensors.set(name, { shape, data: randomValues(seed++, count).map((value) => factor * value) });
  }
  writeSafetensors(path.join(files, FILE), tensors);
}

const deviation = (values: Float32Array): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};
const rms = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.sqrt(Array.from(a, (value, i) => (value - b[i]!) ** 2).reduce((x, y) => x + y) / a.length);

describe('drafts in 8 bits', () => {
  keepNetworksOpen();
  const files = at('files');
  const store = at('store');
  let model: DiffusionModel;
  let photo = '';
  before(async () => {
    tinyWithDraft(files);
    await writeTiny(files);
    model = await importTiny(store, files, 'pisa-sr', { draft: true });
    photo = at('photo.png');
    await sharp(path.join(ROOT, 'media/samples/kingfisher.webp'))
      .resize(45, 35)
      .png()
      .toFile(photo);
  });

  const opened = async (form: TinyForm): Promise<Network> => {
    const weights = new Weights(await readSafetensors(path.join(files, FILE)), files);
    const shape = { channels: CHANNELS, latentChannels: 4, type: 'float32', form } as const;
    const onnx = buildTinyDecoder(weights, shape);
    assert.deepEqual(weights.problems, []);
    return openNetwork({ onnx, weightsFolder: files, device: 'cpu', plan: 'fastConvolutions' });
  };

  it(
    'of the tiny decoder itself: measured as it is, and in 8 bits near it, of any size and crop',
    whereSumsHold(async () => {
      const [floats, measured] = [await opened('floats'), await opened('measured')];
      const latent: Floats = { dims: [1, 4, 24, 19], data: randomValues(7, 4 * 24 * 19) };
      const all = { latent, ...uncropped(TINY_DECODER_REACH) };
      const [plain, told] = [await floats.run(all), await measured.run(all)];
      assert.ok(plain.image && told.image && told[RANGES]);
      assert.ok(rms(plain.image.data, told.image.data) < 1e-6);
      const ranges = told[RANGES].data;
      assert.ok(ranges.every((range) => range > 0));
      const bits = await opened({ ranges });
      const eight = (await bits.run(all)).image!;
      assert.deepEqual(eight.dims, plain.image.dims);
      const error = rms(eight.data, plain.image.data) / deviation(plain.image.data);
      console.log(`root mean square error: ${(100 * error).toFixed(1)} % of the deviation`);
      assert.ok(error > 1e-4 && error < 0.05, `${error}`);
      const wholes = { 'crop.1.starts': { wholes: [4, 2] }, 'crop.1.ends': { wholes: [40, 30] } };
      const part = (await bits.run({ ...all, ...wholes })).image!;
      assert.deepEqual(part.dims, [1, 3, 4 * 36, 4 * 28]);
      await Promise.all([floats, measured, bits].map((network) => network.release()));
    }),
  );

  const sessions = new PisaSessions();
  /** Each gets them as if nothing was known of drafts in 8 bits yet. */
  const withNetworks = async (work: (networks: PisaNetworks) => Promise<void>): Promise<void> => {
    const networks = await sessions.acquire(model, 'cpu', 'float32');
    networks.draftsIn8Bits = undefined;
    await work(networks);
  };
  after(async () => {
    mock.restoreAll();
    await sessions.release();
  });
  const draft = (networks: PisaNetworks, part = {}): ReturnType<typeof runPisa> =>
    runPisa(photo, networks, { draft: true, colourFix: 'none', ...part });

  it('follow from what a draft in floats measured, and are near it', () =>
    withNetworks(async (networks) => {
      assert.ok(networks.mayDraftIn8Bits);
      const before = await draft(networks, { draftForm: 'int8' });
      const { picture: known, pixels } = await draft(networks, { draftForm: 'measured' });
      assert.ok(rms(pixels, before.pixels) < 0.1, 'floats, until something is measured');
      const run = mock.method(Steps.prototype, 'run');
      const eight = await draft(networks, { draftForm: 'int8', known });
      const kinds = run.mock.calls.map(({ arguments: [kind] }) => kind);
      run.mock.restore();
      assert.deepEqual(kinds, ['draft8']);
      const error = rms(eight.pixels, pixels) / deviation(Float32Array.from(pixels));
      console.log(`root mean square error: ${(100 * error).toFixed(1)} % of the deviation`);
      assert.ok(error > 0 && error < 0.06, `${error}`);
    }));

  for (const [what, error, turns, right, expected] of [
    ['taken where they agree and are faster', 0, 0, true, true],
    ['left where they do not agree', 0.3, 0, true, false],
    ['left where they take longer', 0, 2, true, false],
    ['left where the processor adds up wrongly what is not in that piece', 0, 0, false, false],
  ] as const)
    it(`are ${what}`, () =>
      withNetworks(async (networks) => {
        const { picture } = await draft(networks, { draftForm: 'measured' });
        const floats = await networks.get('draft');
        // The floats' own results with an error, in no time or in the time of several runs.
        const known = new Map<number, Awaited<ReturnType<Network['run']>>>();
        const slow: Network = {
          ...floats,
          run: async (inputs) => {
            await new Promise((resolve) => setTimeout(resolve, 20));
            const result = await floats.run(inputs);
            known.set(0, result);
            return result;
          },
        };
        const other: Network = {
          ...floats,
          run: async (inputs) => {
            for (let turn = 0; turn < turns; turn++) await slow.run(inputs);
            const { image: right } = known.get(0)!;
            const data = right!.data.map((value) => value + error);
            return { image: { ...right!, data } };
          },
        };
        const mocks = [
          mock.method(networks, 'get', async () => slow),
          mock.method(networks, 'draftIn8Bits', async () => other),
        ];
        await tryDraftsIn8Bits(networks, picture!, GUIDANCE, async () => right).finally(() =>
          mocks.forEach((one) => one.mock.restore()),
        );
        assert.equal(networks.draftsIn8Bits, expected);
      }));

  it('are what a comparison shows while a dial moves, where they were found right and faster; with fp32 never', async () => {
    const api = newEngine(store);
    const rect = { x: 20, y: 30, width: 120, height: 80 };
    const guidance = { pixel: 0.6, semantic: 1.2 };
    const file = await exported(api, photo, at('export'), 'pisa-sr', guidance, 'adain', {
      draft: true,
    });
    const { data, width } = await pixelsOf(file);
    const run = mock.method(Steps.prototype, 'run');
    for (const precision of ['auto', 'fp32'] as const) {
      const request = { model: 'pisa-sr', precision } as const;
      await runPreview(api, photo, at(`preview-${precision}`), request);
      run.mock.resetCalls();
      const part = await runExact(api, photo, at(`preview-${precision}`), {
        ...request,
        rect,
        guidance,
        draft: true,
      });
      const kinds = run.mock.calls.map(({ arguments: [kind] }) => kind);
      console.log(`${precision}: ${kinds.join(', ')}`);
      assert.ok(
        kinds.every((kind) => kind === 'draft' || (kind === 'draft8' && precision === 'auto')),
      );
      assert.ok(rms(part, cropped(data, width, rect)) < (kinds[0] === 'draft8' ? 6 : 0.5));
    }
    run.mock.restore();
  });
});
