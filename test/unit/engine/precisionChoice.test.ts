import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EmbeddedModel } from '../../../src/engine/models/kinds/embedded';
import type { TiledModel } from '../../../src/engine/models/kinds/tiled';
import type { TiledManifest } from '../../../src/engine/models/manifest';
import type { Model } from '../../../src/engine/models/model';
import type { TileLayers } from '../../../src/engine/runtime/session';
import { compareForms } from '../../../src/engine/trust/compareForms';
import { cpuFeatures } from '../../../src/engine/trust/cpuFeatures';
import { precisionPicture } from '../../../src/engine/trust/precisionPicture';
import {
  addsUpRightly,
  compareProducts,
  wrongSums,
} from '../../../src/engine/trust/compareProducts';
import { precisionVerdict, productsVerdict } from '../../../src/engine/trust/precisionVerdict';
import { placeModel } from '../../../src/engine/upscale/placeModel';
import { restorerChoice } from '../../../src/engine/upscale/restored';
import type { PrecisionFinding } from '../../../src/shared/engineProtocol';
import type { CpuPrecision, Device, DeviceChoice } from '../../../src/shared/settings';
import { inWords } from '../../../src/shared/phrase';

const MANIFEST: TiledManifest = {
  kind: 'tiled',
  id: 'model',
  name: 'M',
  description: 'M',
  scale: 1,
  branches: ['pixel', 'semantic'],
  licence: { spdx: 'MIT', source: 'test' },
  sizeRule: { multipleOf: 1, minimum: 1 },
  margin: 0,
  halo: 1,
  tilePixels: 1e6,
  precisions: ['fp32', 'int8'],
  graph: { path: 'model.onnx', bytes: 1, sha256: 'a'.repeat(64) },
};
const both = new EmbeddedModel(MANIFEST, '/models/model');
/** A model whose 8 bits are for those who ask for them. */
const onDemand: Model = Object.assign(new EmbeddedModel(MANIFEST, '/models/model'), {
  choosesPrecision: false,
  inPrecision: () => both.inPrecision('int8'),
});
const floatsOnly = new EmbeddedModel({ ...MANIFEST, precisions: ['fp32'] }, '/models/model');

const exact = { largest: 3, deviation: 0.25 };

describe('what a processor computes a model in', () => {
  for (const [what, compared, precision, agrees, reason] of [
    ['right and twice as fast', { ...exact, fp32: [10], int8: [5] }, 'int8', true, /50% of/],
    ['right and no faster', { ...exact, fp32: [10], int8: [9.5] }, 'fp32', true, /gains nothing/],
    ['right and slower', { ...exact, fp32: [10], int8: [18] }, 'fp32', true, /180%/],
    [
      'a pixel far off',
      { largest: 12.5, deviation: 0.2, fp32: [10], int8: [5] },
      'fp32',
      false,
      /off by 12\.50/,
    ],
    [
      'off everywhere',
      { largest: 9, deviation: 1.4, fp32: [10], int8: [5] },
      'fp32',
      false,
      /1\.40 in root/,
    ],
    [
      'not a number',
      { largest: Number.NaN, deviation: Number.NaN, fp32: [10], int8: [5] },
      'fp32',
      false,
      /NaN/,
    ],
    // Whatever else a busy machine does only adds to a time.
    [
      'busy while 8 bits ran, but once',
      { ...exact, fp32: [10, 11, 10], int8: [40, 5, 39] },
      'int8',
      true,
      /50% of/,
    ],
    [
      'busy while floats ran, but once',
      { ...exact, fp32: [90, 10, 80], int8: [10, 11, 12] },
      'fp32',
      true,
      /gains nothing/,
    ],
    ['no time at all', { ...exact, fp32: [0], int8: [0] }, 'fp32', true, /gains nothing/],
  ] as const)
    it(what, () => {
      const found = precisionVerdict('model', compared);
      assert.deepEqual([found.precision, found.agrees], [precision, agrees]);
      assert.match(inWords(found.reason), reason);
    });

  for (const [int8Ms, rounds, how] of [
    [2, 2, 'in few rounds where it is clear'],
    [4.5, 4, 'in more where it is not'],
  ] as const)
    it(`is measured in turns, by the clock, at both settings of the dials, ${how}`, async () => {
      const order: string[] = [];
      let now = 0;
      const open = async ({ cpuPrecision, manifest }: TiledModel) => ({
        device: 'cpu' as const,
        secondsPerPixel: undefined,
        async run(image: Float32Array, width: number, height: number): Promise<TileLayers> {
          assert.equal(image.length, 3 * width * height);
          order.push(cpuPrecision);
          now += cpuPrecision === 'int8' ? int8Ms : 5;
          const layer = (value: number): Float32Array => new Float32Array(image.length).fill(value);
          const off = layer(0);
          // Seen at (1, 1) alone.
          if (cpuPrecision === 'int8') off[7] = 5 / 255;
          assert.deepEqual(manifest, MANIFEST);
          return { base: layer(0.5), pixel: layer(0), semantic: off };
        },
        release: async () => void order.push(`end of ${cpuPrecision}`),
      });
      const found = await compareForms(both, undefined, {
        open,
        now: () => now,
      });
      assert.ok(Math.abs(found.largest - 5) < 1e-3);
      assert.ok(found.deviation > 0 && found.deviation < 0.1);
      assert.deepEqual(new Set(found.fp32), new Set([5]));
      assert.deepEqual(new Set(found.int8), new Set([int8Ms]));
      const turns = order.slice(2, -2);
      assert.deepEqual(
        [turns.length, found.fp32.length, found.int8.length],
        [2 * rounds, rounds, rounds],
      );
      assert.ok(
        turns.every((one, i) => one === (i % 2 === 0 ? 'fp32' : 'int8')),
        order.join(),
      );
      assert.deepEqual(order.slice(-2).sort(), ['end of fp32', 'end of int8']);
    });

  it('closes what it opened when a form can’t be run', async () => {
    let open = 0;
    await assert.rejects(
      compareForms(both, undefined, {
        open: async ({ cpuPrecision }) => {
          open++;
          return {
            device: 'cpu',
            secondsPerPixel: undefined,
            run: async () => {
              if (cpuPrecision === 'int8') throw new Error('no kernel');
              return { base: new Float32Array(3), pixel: new Float32Array(3) };
            },
            release: async () => {
              open--;
            },
          };
        },
        now: () => 0,
      }),
      /no kernel/,
    );
    assert.equal(open, 0);
  });

  it('the picture is of 8-bit values, the same each time, with something of every kind', () => {
    const picture = precisionPicture(64, 64);
    assert.deepEqual(picture, precisionPicture(64, 64));
    assert.ok(
      picture.every((v) => v >= 0 && v <= 1 && Number.isInteger(Math.round(v * 255e4) / 1e4)),
    );
    const quarter = (fromX: number, fromY: number): Set<string> => {
      const colours = new Set<string>();
      for (let y = fromY; y < fromY + 32; y++)
        for (let x = fromX; x < fromX + 32; x++)
          colours.add([0, 1, 2].map((c) => picture[(c * 64 + y) * 64 + x]).join());
      return colours;
    };
    assert.ok(quarter(0, 0).size > 300, 'a photograph has many colours');
    assert.deepEqual([quarter(32, 0).size, quarter(0, 32).size, quarter(32, 32).size], [3, 2, 2]);
  });

  it('a processor is told by its model and by what it has for 8 bits', async () => {
    const told = (text: string): Promise<string> => cpuFeatures(async () => text);
    const vnni = await told('flags\t\t: fpu sse2 avx2 avx512vl avx512_vnni hypervisor\n');
    assert.match(vnni, / avx2 avx512_vnni avx512vl$/);
    assert.notEqual(vnni, await told('flags\t\t: fpu sse2 avx2 hypervisor\n'));
    assert.equal(vnni, await told('flags : avx512_vnni avx512vl avx2 something_new\n'));
    assert.match(await told('Features\t: fp asimd asimddp i8mm\n'), / asimddp i8mm$/);
    const silent = await cpuFeatures(async () => Promise.reject(new Error('no such file')));
    assert.ok(silent !== '');
  });
});

describe('products of 8 bits for diffusion models', () => {
  it('are counted that are not what the integers add up to', () => {
    const size = { rows: 2, depth: 3, columns: 2 };
    const bytes = Float32Array.of(255, 255, 1, 0, 2, 3);
    const weights = Int8Array.of(127, -1, 127, 2, -127, 3);
    const sums = [255 * 254 - 127, 255 + 3, 254 - 381, 4 + 9];
    assert.equal(wrongSums(Float32Array.from(sums), bytes, weights, size), 0);
    // What 16 bits hold of the first.
    const saturated = Float32Array.from([32767 - 127, ...sums.slice(1)]);
    assert.equal(wrongSums(saturated, bytes, weights, size), 1);
  });

  it('are compared by ONNX Runtime itself, in turns', async () => {
    const compared = await compareProducts();
    assert.deepEqual([compared.fp32.length, compared.int8.length], [4, 4]);
    // Instructions that multiply 8 bits and add up in 32; without, x64 adds pairs up in 16.
    const is32 = /vnni|amx_int8|asimddp|i8mm/.test(await cpuFeatures());
    if (is32) assert.equal(compared.wrong, 0);
    else assert.ok(Number.isInteger(compared.wrong) && compared.wrong >= 0);
    assert.equal(productsVerdict('m', compared).agrees, compared.wrong === 0);
    assert.equal(await addsUpRightly(), compared.wrong === 0);
  });

  for (const [wrong, agrees, reason] of [
    [0, true, /only where int8 is asked for.*products take 40% of/],
    [1, false, /adds up products of 8 bits wrongly/],
  ] as const)
    it(`floats stay the choice of auto; ${wrong} wrong`, () => {
      const found = productsVerdict('m', { wrong, fp32: [12, 10], int8: [4, 6] });
      assert.deepEqual([found.precision, found.agrees, found.ratio], ['fp32', agrees, 0.4]);
      assert.match(inWords(found.reason), reason);
    });
});

describe('where a model runs, and in what', () => {
  const faster: PrecisionFinding = { model: 'm', precision: 'int8', agrees: true, reason: 'fast' };
  const slower: PrecisionFinding = { model: 'm', precision: 'fp32', agrees: true, reason: 'slow' };
  const wrong: PrecisionFinding = {
    model: 'm',
    precision: 'fp32',
    agrees: false,
    reason: 'is off',
  };
  const place = async (
    device: DeviceChoice,
    precision: 'auto' | CpuPrecision | undefined,
    model: Model,
    found: PrecisionFinding,
    auto: Device = 'cpu',
  ): Promise<string> => {
    const asked: string[] = [];
    const placed = await placeModel(
      { device, ...(precision === undefined ? {} : { precision }) },
      model,
      {
        resolveDevice: async (choice) => {
          asked.push('device');
          return choice === 'auto' ? auto : choice;
        },
        cpuPrecision: async () => {
          asked.push('precision');
          return found;
        },
      },
      { signal: new AbortController().signal, notes: [] },
    );
    return [placed.device, placed.model.cpuPrecision, ...asked].join(' ');
  };

  for (const [device, precision, model, found, auto, expected] of [
    ['auto', undefined, both, faster, 'cpu', 'cpu int8 device precision'],
    ['auto', 'auto', both, faster, 'cpu', 'cpu int8 device precision'],
    ['cpu', 'auto', both, faster, 'cpu', 'cpu int8 device precision'],
    ['auto', 'auto', both, slower, 'cpu', 'cpu fp32 device precision'],
    ['auto', 'auto', both, wrong, 'cpu', 'cpu fp32 device precision'],
    ['auto', 'auto', floatsOnly, faster, 'cpu', 'cpu fp32 device'],
    // Nothing is even tried.
    ['auto', 'auto', onDemand, faster, 'cpu', 'cpu fp32 device'],
    ['auto', undefined, onDemand, faster, 'cpu', 'cpu fp32 device'],
    ['cpu', 'int8', onDemand, slower, 'webgpu', 'cpu int8 precision'],
    ['cpu', 'int8', onDemand, wrong, 'cpu', /processor does not compute it right: is off/],
    ['auto', 'auto', both, faster, 'webgpu', 'webgpu fp32 device'],
    ['remote', 'auto', both, faster, 'cpu', 'remote fp32 device'],
    ['cpu', 'fp32', both, faster, 'cpu', 'cpu fp32 device'],
    ['auto', 'int8', both, faster, 'webgpu', 'cpu int8 precision'],
    // Slower is the person's business, wrong is not.
    ['cpu', 'int8', both, slower, 'cpu', 'cpu int8 precision'],
    ['cpu', 'int8', both, wrong, 'cpu', /processor does not compute it right: is off/],
    ['cpu', 'int8', floatsOnly, faster, 'cpu', /the model "model" has no form in 8 bits/],
    ['webgpu', 'int8', both, faster, 'cpu', /runs on the CPU alone, and the device is "webgpu"/],
    ['remote', 'int8', both, faster, 'cpu', /runs on the CPU alone, and the device is "remote"/],
  ] as const)
    it(`${device}, ${precision}, ${model.cpuPrecisions.join('+')}${model === onDemand ? ' on demand' : ''}, ${found.reason}`, async () => {
      const placed = place(device, precision, model, found, auto);
      if (typeof expected === 'string') assert.equal(await placed, expected);
      else await assert.rejects(placed, { code: 'bad-setting', message: expected });
    });

  it('a restorer takes the precision that was asked for where it has it', () => {
    const choice = { device: 'cpu', precision: 'int8' } as const;
    assert.equal(restorerChoice(choice, floatsOnly).precision, 'auto');
    assert.equal(restorerChoice(choice, both).precision, 'int8');
    assert.equal(restorerChoice({ device: 'cpu' }, both).precision, 'auto');
  });
});
