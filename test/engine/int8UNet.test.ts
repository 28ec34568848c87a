// A diffusion model's UNet in 8 bits: its weights' file, its products, its pixels, and the choice.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { readSafetensors } from '../../src/engine/checkpoint/safetensors';
import { GraphBuilder } from '../../src/engine/graph/graphBuilder';
import { Int8Products } from '../../src/engine/graph/sd21/int8Products';
import { Layers } from '../../src/engine/graph/sd21/layers';
import { Weights } from '../../src/engine/graph/sd21/weights';
import type { DiffusionModel } from '../../src/engine/models/kinds/diffusion';
import { int8Layout, int8Weights } from '../../src/engine/pisa/int8/int8Layout';
import { int8UNet, removeDamagedInt8 } from '../../src/engine/pisa/int8/int8File';
import { WeightRounding } from '../../src/engine/pisa/int8/roundWeights';
import { PisaSessions } from '../../src/engine/pisa/pisaSessions';
import { openNetwork, type Floats } from '../../src/engine/runtime/network';
import type { Guidance } from '../../src/shared/guidance';
import { randomValues, writeSafetensors } from '../harness/networks';
import { quickCli, succeeds } from './batch/batchSupport';
import { golden, GOLDEN_PISA, keepNetworksOpen, relativeL2, runPisa } from './pisaSupport';
import { exported, newEngine, runPreview } from './previewSupport';
import { largestDifference, pixelsOf, temporaryFolder, TEST_MODELS, writePng } from './support';
import { whereSumsFail, whereSumsHold } from './sumsHold';
import { importTiny, tinyOseDiff } from './tinyOnDevice';

const cli = quickCli();
const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const SOURCE = path.join(GOLDEN_PISA, 'source.png');
const GATES = { base: [0, 0], pix: [1, 0], full: [1, 1] } as const;
/** Of ε, relative to the reference's; the tiny network's was 0.017 to 0.024. */
const MOST_ERROR = 0.035;
/** Levels of 255 between both forms; the tiny model's were 22 and 2.3. */
const MOST_LEVELS = 40;
const MOST_DEVIATION = 4;

const fileOf = ({ folder: place }: DiffusionModel): string => {
  const names = readdirSync(place).filter((name) => name.startsWith('unet-int8-'));
  assert.equal(names.length, 1, names.join(', '));
  return path.join(place, names[0]!);
};
const deviation = (a: Uint8Array, b: Uint8Array): number =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);

async function pixels(model: DiffusionModel, guidance: Guidance): Promise<Uint8Array> {
  const sessions = new PisaSessions();
  try {
    const networks = await sessions.acquire(model, 'cpu', 'float32');
    return (await runPisa(SOURCE, networks, { guidance })).pixels;
  } finally {
    await sessions.release();
  }
}

describe('a layer in 8 bits', () => {
  const [FROM, TO] = [24, 10];
  /** Channels whose weights differ a thousandfold: a step that is not their own shows. */
  const spread = (kernel: number): Float32Array =>
    randomValues(3, TO * FROM * kernel ** 2).map(
      (value, i) => value * 10 ** ((3 * Math.floor(i / (FROM * kernel ** 2))) / TO),
    );

  it('weights have one step an output channel, and their taps in front', () => {
    const rounding = new WeightRounding(3, 2, 4);
    const values = Float32Array.from({ length: 24 }, (_, i) => (i % 2 ? -1 : 1) * (i + 1));
    values.fill(0, 16);
    // In pieces, as they are read.
    rounding.add(values.subarray(0, 8));
    rounding.add(values.subarray(8));
    const { integers, steps } = rounding.result;
    assert.deepEqual([...steps], [Math.fround(8 / 127), Math.fround(16 / 127), 0]);
    for (let to = 0; to < 3; to++)
      for (let from = 0; from < 2; from++)
        for (let tap = 0; tap < 4; tap++) {
          const value = values[(to * 2 + from) * 4 + tap]!;
          const whole = integers[(tap * 2 + from) * 3 + to]!;
          const step = steps[to]!;
          assert.ok(Math.abs(whole * step - value) <= 0.5001 * step, `${to}, ${from}, ${tap}`);
        }
  });

  for (const kernel of [1, 3])
    it(
      `a convolution of ${kernel}×${kernel} with its bias, of any size`,
      whereSumsHold(async () => {
        const shape = [TO, FROM, kernel, kernel];
        const file = at(`conv${kernel}.safetensors`);
        const weight = spread(kernel);
        const bias = randomValues(4, TO);
        writeSafetensors(
          file,
          new Map([
            ['c.weight', { shape, data: weight }],
            ['c.bias', { shape: [TO], data: bias }],
          ]),
        );
        const tensors = await readSafetensors(file);
        const layout = int8Layout(tensors);
        const rounding = new WeightRounding(TO, FROM, kernel ** 2);
        rounding.add(weight);
        const bytes = new Uint8Array(layout.bytes);
        const [layer] = layout.layers;
        const { integers, steps } = rounding.result;
        bytes.set(new Uint8Array(integers.buffer), layer!.integersAt);
        bytes.set(new Uint8Array(steps.buffer), layer!.stepsAt);
        writeFileSync(at('conv.bin'), bytes);
        const run = async (int8: boolean, x: Floats): Promise<Floats> => {
          const graph = new GraphBuilder('conv');
          const products = int8 ? new Int8Products(int8Weights(layout, 'conv.bin')) : undefined;
          const weights = new Weights(tensors, folder);
          const layers = new Layers(
            graph,
            weights,
            'float32',
            undefined,
            'fused',
            'direct',
            products,
          );
          const input = graph.input('x', [1, FROM, 'height', 'width']);
          const y = layers.conv(input, 'c', { from: FROM, to: TO, kernel });
          graph.output('y', y, [1, TO, 'height', 'width']);
          const onnx = graph.toBytes('test');
          const network = await openNetwork({
            onnx,
            weightsFolder: folder,
            device: 'cpu',
            plan: 'mappedIntegers',
          });
          try {
            return (await network.run({ x })).y!;
          } finally {
            await network.release();
          }
        };
        for (const [height, width] of [
          [7, 12],
          [1, 5],
        ] as const) {
          const area = height * width;
          const x = { data: randomValues(5, FROM * area), dims: [1, FROM, height, width] };
          const [floats, bits] = [await run(false, x), await run(true, x)];
          assert.deepEqual(bits.dims, [1, TO, height, width]);
          // Of each channel by itself: the small ones must be as right as the large ones.
          for (let channel = 0; channel < TO; channel++) {
            const plane = ({ data, dims }: Floats): Floats => ({
              data: data.slice(channel * area, (channel + 1) * area),
              dims,
            });
            const error = relativeL2(plane(bits), plane(floats));
            assert.ok(
              error > 0 && error < 0.03,
              `${height}×${width}, channel ${channel}: ${error}`,
            );
          }
        }
      }),
    );
});

describe('the UNet in 8 bits', () => {
  keepNetworksOpen();
  let model: DiffusionModel;
  let int8: DiffusionModel;
  let stages: ReadonlyMap<string, Floats>;
  before(async () => {
    tinyOseDiff(at('files'));
    model = await importTiny(at('store'));
    int8 = model.inPrecision('int8');
    stages = await golden();
  });
  const stage = (name: string): Floats => stages.get(name) ?? assert.fail(`no golden ${name}`);

  /** ε of a model in one form, relative to the reference's, by size and gates. */
  async function errors(form: DiffusionModel): Promise<Map<string, number>> {
    const sessions = new PisaSessions();
    const found = new Map<string, number>();
    try {
      const unet = await (await sessions.acquire(form, 'cpu', 'float32')).get('unet');
      for (const size of ['even', 'odd'])
        for (const [label, gate] of Object.entries(GATES)) {
          const latent = stage(`unet.${size}.latent`);
          const inputs = { latent, gate: { data: Float32Array.from(gate), dims: [1, 2] } };
          const { epsilon } = await unet.run(inputs);
          const name = `unet.${size}.${label}`;
          found.set(name, relativeL2(epsilon!, stage(name)));
        }
    } finally {
      await sessions.release();
    }
    return found;
  }

  it(
    'is near the reference; in floats it is the reference',
    whereSumsHold(async () => {
      for (const [name, error] of await errors(int8))
        assert.ok(error > 1e-4 && error <= MOST_ERROR, `${name}: ${error}`);
      for (const [name, error] of await errors(model))
        assert.ok(error <= 1e-5, `${name}: ${error}`);
    }),
  );

  it(
    'is another network by far when its steps are those of other channels',
    whereSumsHold(async () => {
      const file = fileOf(int8);
      const whole = readFileSync(file);
      const { parts } = model.manifest;
      const layout = int8Layout(await readSafetensors(path.join(model.folder, parts.unet.path)));
      try {
        const broken = Buffer.from(whole);
        for (const { to, stepsAt } of layout.layers)
          new Float32Array(broken.buffer, broken.byteOffset + stepsAt, to).reverse();
        writeFileSync(file, broken);
        for (const [name, error] of await errors(int8))
          assert.ok(error > 2 * MOST_ERROR, `${name}: ${error}`);
      } finally {
        writeFileSync(file, whole);
      }
    }),
  );

  it(
    'makes nearly the same pixels; those in floats stay the same bytes',
    whereSumsHold(async () => {
      const guidances = [
        { pixel: 1, semantic: 1 },
        { pixel: 0.9, semantic: 0.6 },
      ];
      const sessions = new PisaSessions();
      const made: Uint8Array[][] = [];
      for (const form of [model, int8, model]) {
        const networks = await sessions.acquire(form, 'cpu', 'float32');
        assert.equal(await sessions.acquire(form, 'cpu', 'float32'), networks);
        const pictures: Uint8Array[] = [];
        for (const guidance of guidances)
          pictures.push((await runPisa(SOURCE, networks, { guidance })).pixels);
        made.push(pictures);
      }
      await sessions.release();
      const [floats, bits, again] = made as [Uint8Array[], Uint8Array[], Uint8Array[]];
      assert.deepEqual(again, floats);
      for (const [i, { semantic }] of guidances.entries()) {
        const [most, mean] = [
          largestDifference(bits[i]!, floats[i]!),
          deviation(bits[i]!, floats[i]!),
        ];
        assert.ok(most > 0 && most <= MOST_LEVELS, `${semantic}: ${most} levels`);
        assert.ok(mean <= MOST_DEVIATION, `${semantic}: ${mean} root mean square`);
      }
    }),
  );

  it(
    'OSEDiff has it, too',
    whereSumsHold(async () => {
      const osediff = await importTiny(at('store'), at('files'), 'osediff');
      const guidance = { pixel: 1, semantic: 1 };
      const floats = await pixels(osediff, guidance);
      const bits = await pixels(osediff.inPrecision('int8'), guidance);
      const [most, mean] = [largestDifference(bits, floats), deviation(bits, floats)];
      assert.ok(most > 0 && most <= MOST_LEVELS, `${most} levels`);
      assert.ok(mean <= MOST_DEVIATION, `${mean} root mean square`);
    }),
  );

  describe('its weights’ file', () => {
    const unet = async () =>
      readSafetensors(path.join(model.folder, model.manifest.parts.unet.path));

    it('is made once, a quarter of the size, and anew when it was cut off', async () => {
      const tensors = await unet();
      const weights = await int8UNet(int8, tensors);
      const file = fileOf(int8);
      assert.ok(statSync(file).size < 0.35 * model.manifest.parts.unet.bytes);
      utimesSync(file, 1, 1);
      const content = readFileSync(file);
      await int8UNet(int8, tensors);
      assert.equal(statSync(file).mtimeMs, 1000);
      truncateSync(file, content.length - 1);
      assert.deepEqual(await int8UNet(int8, tensors), weights);
      assert.deepEqual(readFileSync(file), content);
    });

    const besides = (file: string): string => path.join(path.dirname(file), 'elsewhere');
    for (const [what, put] of [
      ['a pipe', (file: string) => execFileSync('mkfifo', [file])],
      ['a link to the same bytes', (file: string) => symlinkSync(besides(file), file)],
      ['a link to nothing', (file: string) => symlinkSync('/nowhere/at/all', file)],
    ] as const)
      it(`takes the place of ${what}, which a check takes away`, async () => {
        const file = fileOf(int8);
        const elsewhere = besides(file);
        renameSync(file, elsewhere);
        try {
          put(file);
          await removeDamagedInt8(model.folder);
          assert.equal(lstatSync(file, { throwIfNoEntry: false }), undefined);
          put(file);
          await int8UNet(int8, await unet());
          assert.ok(lstatSync(file).isFile());
          assert.deepEqual(readFileSync(file), readFileSync(elsewhere));
        } finally {
          rmSync(elsewhere);
        }
      });

    it('says that a folder is in its place', async () => {
      const file = fileOf(int8);
      const aside = besides(file);
      renameSync(file, aside);
      mkdirSync(file);
      try {
        await assert.rejects(int8UNet(int8, await unet()), /is a folder, not a file/);
      } finally {
        rmSync(file, { recursive: true });
        renameSync(aside, file);
      }
    });

    it('leaves nothing half-made, and takes away what another left', async () => {
      const file = fileOf(int8);
      const [old, fresh] = [`${file}.aaa.part`, `${file}.bbb.part`];
      for (const left of [old, fresh]) copyFileSync(file, left);
      utimesSync(old, 1, 1);
      truncateSync(file, 0);
      await int8UNet(int8, await unet());
      const left = readdirSync(model.folder).filter((name) => name.endsWith('.part'));
      // The fresh one may be in somebody's work.
      assert.deepEqual(left, [path.basename(fresh)]);
      rmSync(fresh);
    });

    it('belongs to the weights that it was made of', async () => {
      const own = fileOf(int8);
      const { parts } = model.manifest;
      const manifest = {
        ...model.manifest,
        parts: { ...parts, unet: { ...parts.unet, sha256: 'f'.repeat(64) } },
      };
      const tensors = await unet();
      const places: string[] = [];
      for (const one of [int8, { folder: model.folder, manifest }])
        for (const { integers } of (await int8UNet(one, tensors)).values())
          places.push(integers.location);
      const names = new Set(places);
      assert.equal(names.size, 2);
      for (const name of names)
        if (name !== path.basename(own)) rmSync(path.join(model.folder, name));
    });

    it('is taken away by a check of every byte when one of them is wrong', async () => {
      const file = fileOf(int8);
      await model.check(true);
      const content = readFileSync(file);
      const damaged = Buffer.from(content);
      damaged[1000]! ^= 1;
      writeFileSync(file, damaged);
      await model.check();
      assert.ok(existsSync(file));
      await model.check(true);
      assert.ok(!existsSync(file));
      await int8UNet(int8, await unet());
      assert.deepEqual(readFileSync(file), content);
    });

    it('leaves out what is small or computed once', async () => {
      const modules = new Set(int8Layout(await unet()).layers.map(({ module }) => module));
      for (const name of [
        'conv_in',
        'conv_out',
        'time_embedding.linear_1',
        'down_blocks.0.resnets.0.time_emb_proj',
        'down_blocks.0.downsamplers.0.conv',
      ])
        assert.ok(!modules.has(name), name);
      for (const name of ['down_blocks.0.resnets.0.conv1', 'mid_block.attentions.0.proj_in'])
        assert.ok(modules.has(name), name);
      assert.ok([...modules].some((name) => name.endsWith('.attn2.to_q')));
      assert.ok(![...modules].some((name) => name.endsWith('.attn2.to_k')));
    });
  });

  it(
    'is taken by who asks for it alone; the comparison shows what is saved',
    whereSumsHold(async () => {
      const api = newEngine(at('store'));
      const input = await writePng(at('a.png'), 28, 24);
      const results: Uint8Array[] = [];
      for (const precision of ['auto', 'fp32', 'int8'] as const) {
        const part = { precision };
        const guidance = { pixel: 1, semantic: 1 };
        const saved = await exported(api, input, at(precision), 'pisa-sr', guidance, 'adain', part);
        const preview = await runPreview(api, input, at(`preview-${precision}`), {
          model: 'pisa-sr',
          precision,
        });
        assert.equal(preview.result.precision, precision === 'int8' ? 'int8' : undefined);
        const shown = preview.layers[2]!;
        const { data } = await pixelsOf(saved);
        assert.ok(largestDifference(shown, data) <= 1, precision);
        results.push(data);
      }
      assert.deepEqual(results[1], results[0]);
      assert.notDeepEqual(results[2], results[0]);
    }),
  );

  it(
    'is told by the command line, and a lock tells it apart',
    whereSumsHold(async () => {
      const root = at('pictures');
      mkdirSync(root);
      await writePng(path.join(root, 'a.png'), 24, 20);
      const run = (...args: string[]) =>
        cli(root, at('state'), '--models-dir', TEST_MODELS, '--store', at('store'), ...args);
      const model8 = ['--model', 'pisa-sr', '--device', 'cpu', '--precision', 'int8'];
      assert.match((await run('a.png', ...model8, '--out', 'b.png')).stdout, / s on cpu in int8$/m);
      const doctor = (await run('doctor')).stdout;
      assert.match(doctor, /^pisa-sr +fp32 +×\d\.\d\d +8 bits are taken only where int8 is asked/m);
      const recipe = (precision: string): void =>
        writeFileSync(
          path.join(root, '.pisa-upscale.json'),
          JSON.stringify({ rules: [{ files: 'a.png', model: 'pisa-sr', precision }] }),
        );
      const recorded = (): string | undefined =>
        (
          JSON.parse(readFileSync(path.join(root, '.pisa-upscale.lock.json'), 'utf8')) as {
            outputs: Record<string, { precision?: string }>;
          }
        ).outputs['a@4x.png']?.precision;
      recipe('int8');
      succeeds(await run('--device', 'cpu'));
      assert.equal(recorded(), 'int8');
      succeeds(await run('--check'));
      recipe('fp32');
      assert.equal((await run('--check')).status, 1);
      succeeds(await run('--device', 'cpu'));
      assert.equal(recorded(), undefined);
      succeeds(await run('--check'));
    }),
  );

  it(
    'is refused by a processor that adds its products up wrongly, and nothing is written',
    whereSumsFail(async () => {
      const root = at('refused');
      mkdirSync(root);
      await writePng(path.join(root, 'a.png'), 24, 20);
      const run = (...args: string[]) =>
        cli(root, at('state'), '--models-dir', TEST_MODELS, '--store', at('store'), ...args);
      const model8 = ['--model', 'pisa-sr', '--device', 'cpu', '--precision', 'int8'];
      const { status, stderr } = await run('a.png', ...model8);
      assert.match(stderr, /this processor adds up products of 8 bits wrongly/);
      assert.equal(status, 1);
      assert.deepEqual(readdirSync(root), ['a.png']);
      const doctor = (await run('doctor')).stdout;
      assert.match(doctor, /^pisa-sr +fp32 +×\d\.\d\d +this processor adds up products of 8 bits/m);
    }),
  );
});
