import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type {
  Agreement,
  DeviceReport,
  ModelTrust,
  PrecisionFinding,
} from '../../../src/shared/engineProtocol';
import type { CpuPrecision, Device } from '../../../src/shared/settings';
import type { ComputeType } from '../../../src/engine/graph/sd21/weights';
import { EmbeddedModel } from '../../../src/engine/models/kinds/embedded';
import { DiffusionModel } from '../../../src/engine/models/kinds/diffusion';
import type { Model } from '../../../src/engine/models/model';
import type { DeviceChecks, Tried } from '../../../src/engine/trust/deviceChecks';
import { DeviceTrust } from '../../../src/engine/trust/deviceTrust';
import { chooseAuto } from '../../../src/engine/trust/speed';
import { TrustFile } from '../../../src/engine/trust/trustFile';
import { inWords, type Words, spoken } from '../../../src/shared/phrase';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const freshFile = (): string => path.join(folder, `devices-${files++}.json`);

const licence = { spdx: 'MIT', source: 'test' };
const file = (sha256: string): { path: string; bytes: number; sha256: string } => ({
  path: 'model.onnx',
  bytes: 1000,
  sha256,
});
const common = { id: 'tiled', name: 'T', description: 'T', scale: 4, licence } as const;
const tiled = (
  sha256 = 'a'.repeat(64),
  precisions: readonly CpuPrecision[] = ['fp32', 'int8'],
  place = '/models/tiled',
): Model =>
  new EmbeddedModel(
    {
      kind: 'tiled',
      ...common,
      branches: ['pixel'],
      sizeRule: { multipleOf: 1, minimum: 1 },
      margin: 0,
      halo: 1,
      tilePixels: 1000,
      precisions,
      graph: file(sha256),
    },
    place,
  );
const pisa: Model = new DiffusionModel(
  {
    kind: 'pisa-sr',
    ...common,
    id: 'pisa-sr',
    branches: ['pixel', 'semantic'],
    precision: 'fp16',
    processSize: 512,
    parts: {
      unet: { ...file('1'), bytes: 2 ** 31 },
      unetConfig: file('2'),
      vae: file('3'),
      vaeConfig: file('4'),
      loras: file('5'),
      context: file('6'),
    },
    accepted: [],
  },
  '/models/pisa-sr',
);

/** How a made-up machine behaves. */
type Machine = {
  /** Milliseconds of the small network; a device without is not there. */
  times: Partial<Record<Device, number>>;
  /** Why an operator of a device is wrong, in a precision. */
  wrong: (device: Device, precision: ComputeType) => string | undefined;
  /** Why a model does not agree, and whether that may pass. */
  disagrees: (
    model: string,
    device: Device,
    precision: ComputeType,
  ) => { reason: string; isLasting?: boolean } | undefined;
  driver: string | undefined;
  versions: string;
  processor: string;
  precision: (model: string) => Tried<PrecisionFinding>;
};

function machine(part: Partial<Machine> = {}): {
  state: Machine;
  checks: DeviceChecks;
  log: string[];
} {
  const state: Machine = {
    times: { cpu: 10, webgpu: 2 },
    wrong: () => undefined,
    disagrees: () => undefined,
    driver: 'driver 1',
    versions: 'engine 1, ONNX Runtime 1',
    processor: 'Some CPU avx512_vnni',
    precision: (model) => ({
      value: { model, precision: 'int8', agrees: true, reason: '8 bits take 40 %', ratio: 0.4 },
      isLasting: true,
    }),
    ...part,
  };
  const log: string[] = [];
  const checks: DeviceChecks = {
    versions: async () => state.versions,
    driver: async () => state.driver,
    async probe(device, depth) {
      log.push(`${device} ${depth}`);
      const milliseconds = state.times[device];
      if (milliseconds === undefined)
        return { value: { device, usable: false, reason: 'not there' }, isLasting: false };
      const operators = (['float32', 'float16'] as const).map((precision): Agreement => {
        const reason = state.wrong(device, precision);
        return {
          what: 'Conv',
          precision,
          bound: 1e-5,
          agrees: reason === undefined,
          reason: reason ?? 'within 1e-7',
        };
      });
      const wrong = depth === 'operators' ? state.wrong(device, 'float32') : undefined;
      const value: DeviceReport = {
        device,
        usable: wrong === undefined,
        reason: wrong ?? 'agrees',
        milliseconds,
        maxDifference: 0,
        ...(depth === 'operators' ? { operators } : {}),
      };
      return { value, isLasting: true };
    },
    async fingerprint({ manifest: { id } }, device, precision) {
      log.push(`${id} on ${device} in ${precision}`);
      const fault = state.disagrees(id, device, precision);
      const value: ModelTrust = {
        model: id,
        device,
        precision,
        trusted: fault === undefined,
        reason: fault?.reason ?? 'within 2.0e-6 of the CPU (at most 1.0e-4)',
        checks: [],
      };
      return { value, isLasting: fault?.isLasting ?? true };
    },
    processor: async () => state.processor,
    async precision({ manifest: { id } }) {
      log.push(`${id} in 8 bits`);
      return state.precision(id);
    },
  };
  return { state, checks, log };
}

const signal = new AbortController().signal;

describe('a model runs on a device only after it agreed there', () => {
  const refused = { reason: 'network, pixel: differs by 2.0e-1 from the CPU (at most 1.0e-4)' };
  for (const [what, part, choice, expected] of [
    ['auto, all agree', {}, 'auto', 'webgpu'],
    ['auto, the model disagrees', { disagrees: () => refused }, 'auto', 'cpu'],
    ['auto, an operator is wrong', { wrong: () => 'wrong' }, 'auto', 'cpu'],
    ['auto, the device is slower', { times: { cpu: 2, webgpu: 10 } }, 'auto', 'cpu'],
    [
      'auto, the fastest disagrees, the second does not',
      {
        times: { cpu: 10, webgpu: 2, cuda: 5 },
        disagrees: (_: string, device: Device) => (device === 'webgpu' ? refused : undefined),
      },
      'auto',
      'cuda',
    ],
    ['named, all agree', {}, 'webgpu', 'webgpu'],
    ['named, slower than the CPU', { times: { cpu: 2, webgpu: 10 } }, 'webgpu', 'webgpu'],
    [
      'named, the model disagrees',
      { disagrees: () => refused },
      'webgpu',
      /webgpu.*"tiled".*2\.0e-1/,
    ],
    ['named, an operator is wrong', { wrong: () => 'Conv is wrong' }, 'webgpu', /Conv is wrong/],
    ['named, not there', { times: { cpu: 1 } }, 'webgpu', /not there/],
    ['the CPU', { disagrees: () => refused }, 'cpu', 'cpu'],
  ] as const)
    it(what, async () => {
      const { checks } = machine(part);
      const trust = new DeviceTrust(checks, new TrustFile());
      const notes: Words[] = [];
      const resolved = trust.resolve(choice, tiled(), { signal, notes });
      if (expected instanceof RegExp) {
        await assert.rejects(resolved, { code: 'device-unavailable', message: expected });
        return;
      }
      assert.equal(await resolved, expected);
      // Who asked for auto is told why the fastest device is not used, unless the CPU is faster.
      const isTold = /disagrees|wrong/.test(what);
      assert.equal(notes.length, choice === 'auto' && isTold ? 1 : 0);
      if (isTold && choice === 'auto')
        assert.match(inWords(notes[0]!), /webgpu is not used .*"tiled": /);
    });

  it('costs nothing where the CPU is asked for, and no operator where it is the fastest', async () => {
    const { checks, log } = machine({ times: { cpu: 1, webgpu: 5 } });
    const trust = new DeviceTrust(checks, new TrustFile());
    await trust.resolve('cpu', tiled(), { signal, notes: [] });
    assert.equal(await trust.refusal(tiled(), 'cpu', 'float32'), undefined);
    assert.equal(log.length, 0);
    await trust.resolve('auto', tiled(), { signal, notes: [] });
    assert.ok(
      log.every((entry) => entry.endsWith(' speed')),
      log.join(),
    );
  });

  it('a report tries each device once, for its operators and its speed', async () => {
    for (const part of [{}, { wrong: () => 'Conv is wrong' }, { times: { cpu: 1 } }]) {
      const kept = freshFile();
      const { checks, log } = machine(part);
      const trust = new DeviceTrust(checks, new TrustFile(kept));
      await trust.report({ refresh: true });
      assert.deepEqual(
        log.filter((entry) => entry.startsWith('webgpu')),
        ['webgpu operators'],
      );
      const notes: Words[] = [];
      const again = machine(part);
      const later = new DeviceTrust(again.checks, new TrustFile(kept));
      const device = await later.resolve('auto', tiled(), { signal, notes });
      assert.equal(device, 'wrong' in part || 'times' in part ? 'cpu' : 'webgpu');
      assert.equal(notes.length, 'wrong' in part ? 1 : 0, 'a faster device that is wrong is told');
      assert.ok(!again.log.some((entry) => /^webgpu (speed|operators)$/.test(entry)));
    }
  });

  it('a cancel while a device is tried leaves at once', async () => {
    const { checks } = machine();
    const never = new Promise<never>(() => undefined);
    const trust = new DeviceTrust({ ...checks, probe: () => never }, new TrustFile());
    const controller = new AbortController();
    const waiting = trust.resolve('auto', tiled(), { signal: controller.signal, notes: [] });
    controller.abort();
    await assert.rejects(waiting, { code: 'cancelled' });
  });
});

describe('PiSA-SR’s precisions', () => {
  const inHalf = { reason: 'unet, epsilon: differs by 6.7e-3' };
  for (const [what, part, half, full, device] of [
    ['both agree', {}, true, true, 'webgpu'],
    [
      'float16 is wrong in an operator',
      {
        wrong: (_: Device, type: ComputeType) => (type === 'float16' ? 'Conv is wrong' : undefined),
      },
      false,
      true,
      'webgpu',
    ],
    [
      'float16 is wrong in a network',
      {
        disagrees: (_: string, __: Device, type: ComputeType) =>
          type === 'float16' ? inHalf : undefined,
      },
      false,
      true,
      'webgpu',
    ],
    ['both are wrong', { disagrees: () => inHalf }, false, false, 'cpu'],
  ] as const)
    it(what, async () => {
      const { checks } = machine(part);
      const trust = new DeviceTrust(checks, new TrustFile());
      assert.equal(await trust.resolve('auto', pisa, { signal, notes: [] }), device);
      assert.equal((await trust.refusal(pisa, 'webgpu', 'float16')) === undefined, half);
      assert.equal((await trust.refusal(pisa, 'webgpu', 'float32')) === undefined, full);
    });
});

describe('what was found out is kept', () => {
  const resolveAnew = async (
    kept: string,
    part: Partial<Machine>,
    model = tiled(),
  ): Promise<string[]> => {
    const { checks, log } = machine(part);
    await new DeviceTrust(checks, new TrustFile(kept))
      .resolve('auto', model, { signal, notes: [] })
      .catch(() => undefined);
    return log;
  };
  const FINGERPRINT = 'tiled on webgpu in float32';

  for (const [what, part, model, isRenewed] of [
    ['nothing changed', {}, undefined, false],
    ['another driver', { driver: 'driver 2' }, undefined, true],
    ['another ONNX Runtime', { versions: 'engine 1, ONNX Runtime 2' }, undefined, true],
    ['another version of the engine', { versions: 'engine 2, ONNX Runtime 1' }, undefined, true],
    ['another file of the model', {}, tiled('b'.repeat(64)), true],
    ['the system no longer tells the driver', { driver: undefined }, undefined, true],
  ] as const)
    it(`${what}: ${isRenewed ? 'found out anew' : 'not asked again'}`, async () => {
      const kept = freshFile();
      assert.ok((await resolveAnew(kept, {})).includes(FINGERPRINT));
      const log = await resolveAnew(kept, part, model);
      assert.equal(log.includes(FINGERPRINT), isRenewed, log.join());
      if (!isRenewed) assert.deepEqual(log, []);
    });

  it('a difference lasts, a crash is tried again after a day', async (context) => {
    for (const isLasting of [true, false]) {
      const kept = freshFile();
      const disagrees = (): { reason: string; isLasting: boolean } => ({ reason: 'no', isLasting });
      assert.ok((await resolveAnew(kept, { disagrees })).includes(FINGERPRINT));
      assert.ok(!(await resolveAnew(kept, { disagrees })).includes(FINGERPRINT));
      context.mock.method(Date, 'now', () => new Date().getTime() + 25 * 60 * 60_000);
      assert.equal((await resolveAnew(kept, { disagrees })).includes(FINGERPRINT), !isLasting);
      context.mock.restoreAll();
    }
  });

  it('precisions, devices and models are kept apart, also from several at once', async () => {
    const kept = freshFile();
    const { checks, log } = machine();
    const trust = new DeviceTrust(checks, new TrustFile(kept));
    await Promise.all([
      trust.refusal(pisa, 'webgpu', 'float16'),
      trust.refusal(pisa, 'webgpu', 'float32'),
      trust.refusal(tiled(), 'webgpu', 'float32'),
      trust.refusal(tiled(), 'webgpu', 'float32'),
    ]);
    assert.deepEqual(log.sort(), [
      'pisa-sr on webgpu in float16',
      'pisa-sr on webgpu in float32',
      FINGERPRINT,
      'webgpu operators',
    ]);
    const again = machine();
    const later = new DeviceTrust(again.checks, new TrustFile(kept));
    assert.equal(await later.refusal(pisa, 'webgpu', 'float16'), undefined);
    assert.equal(await later.refusal(tiled(), 'webgpu', 'float32'), undefined);
    assert.deepEqual(again.log, []);
  });

  it('another file of the same model is found out anew, also in the life of one process', async () => {
    const { checks, log } = machine();
    const trust = new DeviceTrust(checks, new TrustFile(freshFile()));
    const both = [tiled(), tiled('b'.repeat(64))];
    for (const model of [...both, ...both]) await trust.refusal(model, 'webgpu', 'float32');
    assert.equal(log.filter((entry) => entry === FINGERPRINT).length, 2);
  });

  it('the same files in another place are not tried again; neither of two of one name ousts the other', async () => {
    const kept = freshFile();
    const tried = async (model: Model): Promise<string[]> => {
      const { checks, log } = machine();
      const trust = new DeviceTrust(checks, new TrustFile(kept));
      await trust.refusal(model, 'webgpu', 'float32');
      await trust.precision(model, new AbortController().signal);
      return log.filter((entry) => entry !== 'webgpu operators');
    };
    const other = 'b'.repeat(64);
    assert.equal((await tried(tiled())).length, 2);
    assert.deepEqual(await tried(tiled(undefined, undefined, '/extension/tiled')), []);
    assert.equal((await tried(tiled(other))).length, 2);
    for (const model of [tiled(), tiled(other)]) assert.deepEqual(await tried(model), []);
  });

  it('of many findings the newest are kept', async () => {
    const kept = new TrustFile(freshFile());
    const isValue = (value: unknown): value is number => typeof value === 'number';
    const names = Array.from({ length: 300 }, (_, i) => `finding ${i}`);
    for (const [i, name] of names.entries()) {
      await kept.set(name, { key: 'key', value: i });
      await kept.set('found out anew', { key: 'key', value: i });
    }
    const found = await Promise.all(names.map((name) => kept.get(name, 'key', isValue)));
    assert.deepEqual(
      found.filter((value) => value !== undefined),
      Array.from({ length: 255 }, (_, i) => 45 + i),
    );
    assert.equal(await kept.get('found out anew', 'key', isValue), 299);
  });

  it('a file that is damaged, or says what no finding says, costs a check and no error', async () => {
    const kept = freshFile();
    await resolveAnew(kept, {});
    const text = readFileSync(kept, 'utf8');
    for (const damaged of [
      '',
      '{',
      '[]',
      '{"version":1,"findings":{"speed of cpu":{}}}',
      text.replace('"version": 1', '"version": 2'),
      text.replaceAll('"trusted": true', '"trusted": "yes"'),
      text.slice(0, -200),
    ]) {
      writeFileSync(kept, damaged);
      assert.ok((await resolveAnew(kept, {})).includes(FINGERPRINT), damaged.slice(0, 60));
    }
  });

  it('a folder that can’t be written is no error', async () => {
    const log = await resolveAnew(path.join(freshFile(), 'no', 'devices.json'), {});
    assert.ok(log.includes(FINGERPRINT));
    writeFileSync(path.join(folder, 'a-file'), '');
    assert.ok(
      (await resolveAnew(path.join(folder, 'a-file', 'devices.json'), {})).includes(FINGERPRINT),
    );
  });
});

describe('what the processor computes a model in', () => {
  const slower = (model: string): Tried<PrecisionFinding> => ({
    value: { model, precision: 'fp32', agrees: true, reason: '8 bits take 120 %', ratio: 1.2 },
    isLasting: true,
  });
  const askAnew = async (
    kept: string,
    part: Partial<Machine>,
    model = tiled(),
  ): Promise<{ log: string[]; found: PrecisionFinding }> => {
    const { checks, log } = machine(part);
    const trust = new DeviceTrust(checks, new TrustFile(kept));
    const [found] = await Promise.all([
      trust.precision(model, signal),
      trust.precision(model, signal),
    ]);
    return { log, found: spoken(found) };
  };

  for (const [what, part, model, isRenewed] of [
    ['nothing changed', {}, undefined, false],
    ['another processor', { processor: 'Some CPU' }, undefined, true],
    ['another ONNX Runtime', { versions: 'engine 1, ONNX Runtime 2' }, undefined, true],
    ['another file of the model', {}, tiled('b'.repeat(64)), true],
  ] as const)
    it(`${what}: ${isRenewed ? 'found out anew' : 'not asked again'}`, async () => {
      const kept = freshFile();
      const first = await askAnew(kept, {});
      assert.deepEqual(first.log, ['tiled in 8 bits']);
      assert.equal(first.found.precision, 'int8');
      const { log, found } = await askAnew(kept, { ...part, precision: slower }, model);
      assert.deepEqual(log, isRenewed ? ['tiled in 8 bits'] : []);
      assert.equal(found.precision, isRenewed ? 'fp32' : 'int8');
    });

  it('processors that share a cache do not take each other’s findings away', async () => {
    const kept = freshFile();
    const processors = ['with VNNI', 'without'];
    for (const processor of processors) await askAnew(kept, { processor });
    for (const processor of processors)
      assert.deepEqual((await askAnew(kept, { processor })).log, []);
  });

  it('a kept finding that contradicts itself is found out anew', async () => {
    const kept = freshFile();
    await askAnew(kept, {});
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('"agrees": true', '"agrees": false'));
    assert.deepEqual((await askAnew(kept, {})).log, ['tiled in 8 bits']);
  });

  it('is in the report of the models that have two forms, and of no other', async () => {
    const { checks } = machine({ times: { cpu: 1 } });
    const trust = new DeviceTrust(checks, new TrustFile());
    const { precisions } = await trust.report({
      models: [tiled(), pisa, tiled('c'.repeat(64), ['fp32'])],
    });
    assert.deepEqual(
      precisions.map(({ model, precision, ratio }) => [model, precision, ratio]),
      [
        ['tiled', 'int8', 0.4],
        ['pisa-sr', 'int8', 0.4],
      ],
    );
  });
});

describe('the report', () => {
  it('says of each model on each usable device what was checked and how close it was', async () => {
    const { checks } = machine({ times: { cpu: 10, webgpu: 2, cuda: 20 } });
    const trust = new DeviceTrust(checks, new TrustFile());
    const { devices, auto, models } = await trust.report({ models: [tiled(), pisa] });
    assert.equal(auto, 'webgpu');
    assert.deepEqual(
      devices.filter(({ usable }) => usable).map(({ device }) => device),
      ['cpu', 'webgpu', 'cuda'],
    );
    const said = models.map(({ model, device, precision, trusted }) =>
      [model, device, precision, trusted].join(' '),
    );
    assert.deepEqual(said, [
      'tiled webgpu float32 true',
      'pisa-sr webgpu float16 true',
      'pisa-sr webgpu float32 true',
      'tiled cuda float32 true',
      // Gigabytes are not run on a device that is slower than the CPU only to report of it.
      'pisa-sr cuda float16 false',
      'pisa-sr cuda float32 false',
    ]);
    assert.match(inWords(models[0]!.reason), /within 2\.0e-6 .*at most 1\.0e-4/);
    assert.match(inWords(models.at(-1)!.reason), /not checked/);
  });

  it('is made anew on request, and again after it failed', async () => {
    const { checks, log } = machine();
    let isBroken = true;
    const trust = new DeviceTrust(
      {
        ...checks,
        versions: async () => {
          if (isBroken) throw new Error('no runtime');
          return '1';
        },
      },
      new TrustFile(),
    );
    await assert.rejects(trust.report(), /no runtime/);
    isBroken = false;
    await trust.report({ models: [tiled()] });
    const first = log.length;
    await trust.report({ models: [tiled()] });
    assert.equal(log.length, first);
    await trust.report({ refresh: true, models: [tiled()] });
    assert.equal(log.length, 2 * first);
  });

  it('auto is the fastest device that passed; an emulated GPU does not beat the CPU', () => {
    const report = (device: Device, usable: boolean, milliseconds: number): DeviceReport => ({
      device,
      usable,
      reason: 'test',
      milliseconds,
    });
    assert.equal(chooseAuto([report('cpu', true, 9), report('webgpu', true, 1)]), 'webgpu');
    assert.equal(chooseAuto([report('cpu', true, 9), report('webgpu', true, 200)]), 'cpu');
    assert.equal(
      chooseAuto([report('cpu', true, 9), report('webgpu', false, 1), report('cuda', true, 2)]),
      'cuda',
    );
    assert.equal(chooseAuto([]), 'cpu');
  });
});
