import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { EngineClient } from '../../../src/client/engineClient';
import type { UpscaleResult } from '../../../src/shared/engineProtocol';
import { RpcError } from '../../../src/shared/rpc';
import { scratchOf } from '../../harness/scratch';
import { callFor, ENGINE, NO_STORE, temporaryFolder, TEST_MODELS, testPixels } from '../support';
import type { Size } from '../../../src/shared/geometry';
import { mutated, randomFrom } from './mutate';
import type { Raw } from './pictures';

/** `FUZZ_COUNT` and `FUZZ_SEED` repeat a run, or make it longer; `npm test -- thorough` does. */
const COUNT = Number(process.env.FUZZ_COUNT ?? 500);
const SEED = Number(process.env.FUZZ_SEED ?? 20_240_611);
/** Longer is hanging, however busy the machine is. */
const MOST_SECONDS_ONE = 120;
/** What says what is wrong with a file. Anything else would be a fault of the engine. */
const REFUSALS = [
  'input-empty',
  'input-unsupported',
  'input-not-an-image',
  'input-damaged',
  'input-too-large',
  'input-lfs-pointer',
];

/** Said of a damage that the decoder tells, or of a file whose end is missing. */
const DAMAGE = /^The decoder of this file says|has no end mark/;
/** Levels of 255 by which a picture that is there may differ on average. */
const MOST_DIFFERENCE = 16;
const MOST_MEMORY_MB = 500;

const folder = temporaryFolder();
let client: EngineClient;
const log: string[] = [];

before(() => {
  client = new EngineClient({
    entry: ENGINE,
    modelFolders: [TEST_MODELS],
    store: NO_STORE,
    idleSeconds: 60,
    log: (line) => log.push(line),
  });
});
after(() => client.dispose());

/** The first frame in sRGB with alpha, as a decoder sees it that takes every warning for an error. */
async function strictPixels(file: Buffer, size: Size): Promise<Raw | undefined> {
  try {
    const picture = sharp(file, { failOn: 'warning', limitInputPixels: false }).autoOrient();
    picture.resize(size.width, size.height, { fit: 'fill', kernel: 'linear' });
    // Values as they are, but for those that are converted.
    if ((await sharp(file).metadata()).space !== 'cmyk') picture.keepIccProfile();
    const { data, info } = await picture
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: 4 };
  } catch {
    return undefined;
  }
}

/** The mean absolute difference of premultiplied samples; infinite for other sizes. */
function meanDifference(a: Raw, b: Raw): number {
  if (a.width !== b.width || a.height !== b.height) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i < a.data.length; i += 4)
    for (let channel = 0; channel < 4; channel++) {
      const value = ({ data }: Raw): number =>
        channel === 3 ? data[i + 3]! : (data[i + channel]! * data[i + 3]!) / 255;
      sum += Math.abs(value(a) - value(b));
    }
  return sum / a.data.length;
}

/**
 * Whether the picture is there: as a strict decoder sees the damaged file, or, when that refuses it,
 * as it was before the damage.
 */
async function isThere(damaged: Buffer, original: Buffer, output: Buffer): Promise<string | true> {
  // Single pixels of noise change as they are enlarged; what is missing shows in a third of the size.
  const { width, height } = await sharp(original).metadata();
  const size = { width: Math.ceil(width / 3), height: Math.ceil(height / 3) };
  const strict = await strictPixels(damaged, size);
  const wanted = strict ?? (await strictPixels(original, size));
  const shown = wanted && (await strictPixels(output, size));
  if (!wanted || !shown) return 'nothing to compare';
  const difference = meanDifference(shown, wanted);
  return (
    difference <= MOST_DIFFERENCE ||
    `${difference.toFixed(0)} levels off ${strict ? 'what a strict decoder sees' : 'the source'}`
  );
}

async function seeds(): Promise<{ extension: string; bytes: Buffer }[]> {
  const [width, height] = [9, 7];
  const raw = testPixels(width, height);
  const one: Sharp = sharp(raw, { raw: { width, height, channels: 3 } });
  const large: Sharp = sharp(testPixels(60, 40), { raw: { width: 60, height: 40, channels: 3 } });
  const transparent = one.clone().ensureAlpha(0.5);
  const frames = sharp(Buffer.concat([raw, raw.map((value) => 255 - value)]), {
    raw: { width, height: 2 * height, channels: 3, pageHeight: height },
  });
  const pictures: [string, Sharp][] = [
    ['png', one.clone().png()],
    ['png', transparent.clone().png({ progressive: true })],
    ['png', one.clone().png({ palette: true })],
    ['png', one.clone().toColourspace('rgb16').png()],
    [
      'jpg',
      one
        .clone()
        .withExif({ IFD0: { Copyright: 'nobody' } })
        .jpeg(),
    ],
    ['jpg', one.clone().jpeg({ progressive: true })],
    ['jpg', one.clone().toColourspace('cmyk').jpeg()],
    ['webp', transparent.clone().webp()],
    ['webp', one.clone().webp({ lossless: true })],
    ['webp', frames.clone().webp({ delay: [40, 60] })],
    ['gif', frames.clone().gif({ delay: [40, 60] })],
    ['gif', one.clone().gif()],
    ['tif', one.clone().tiff({ compression: 'lzw' })],
    [
      'tif',
      transparent
        .clone()
        .tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 }),
    ],
    ['tif', large.clone().tiff({ compression: 'lzw', tile: true, tileWidth: 16, tileHeight: 16 })],
    ['tif', large.clone().tiff({ compression: 'jpeg', tile: true, tileWidth: 16, tileHeight: 16 })],
    ['jpg', large.clone().jpeg()],
    ['avif', one.clone().avif({ effort: 0 })],
    ['avif', transparent.clone().avif({ lossless: true, effort: 0 })],
  ];
  return Promise.all(
    pictures.map(async ([extension, picture]) => ({ extension, bytes: await picture.toBuffer() })),
  );
}

const scratchFolders = (): string[] => scratchOf(process.pid);

test(
  `${COUNT} damaged files, seed ${SEED}: each is upscaled or refused with a reason, and ` +
    'the picture is there or its loss is told, and nothing crashes, hangs or is left behind',
  async (t) => {
    const random = randomFrom(SEED);
    const originals = await seeds();
    const inputs = path.join(folder, 'in');
    const outputs = path.join(folder, 'out');
    mkdirSync(inputs);
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    let [noted, upscaled, refused, slowest, done] = [0, 0, 0, 0, 0];
    let engine: number | undefined;
    const written = new Set<string>();
    for (; done < COUNT; done++) {
      const { extension, bytes } = originals[done % originals.length]!;
      const input = path.join(inputs, `f.${extension}`);
      const damaged = mutated(bytes, random);
      writeFileSync(input, damaged);
      const from = performance.now();
      let result: UpscaleResult | undefined;
      try {
        result = await client.upscale(
          callFor(input, {
            target: { kind: 'pattern', directory: outputs, pattern: '{name}.{ext}' },
            overwrite: 'overwrite',
            guidance: { pixel: 0, semantic: 0 },
            asset: { pixelArt: 'off' },
            maxInputMegapixels: 0.05,
            scale: 2,
          }),
        );
      } catch (error) {
        const { code, message, hint } = RpcError.from(error);
        assert.ok(REFUSALS.includes(code), `seed ${SEED}, file ${done}: ${code}: ${message}`);
        assert.ok(
          message.length > 10 && hint,
          `seed ${SEED}, file ${done}: it says what is wrong and what to do`,
        );
        refused++;
      }
      const took = (performance.now() - from) / 1000;
      slowest = Math.max(slowest, took);
      if (result) {
        written.add(path.basename(result.output));
        upscaled++;
        if (result.notes.some((note) => DAMAGE.test(note))) noted++;
        else {
          const there = await isThere(damaged, bytes, readFileSync(result.output));
          if (there !== true) {
            writeFileSync(path.join(os.tmpdir(), `fuzz-${SEED}-${done}.${extension}`), damaged);
            assert.fail(`seed ${SEED}, file ${done} (${extension}): ${there}, and no note`);
          }
        }
      }
      assert.ok(took < MOST_SECONDS_ONE, `seed ${SEED}, file ${done} took ${took.toFixed(1)} s`);
      engine ??= client.processId;
      assert.equal(client.processId, engine, `seed ${SEED}: file ${done} took the engine down`);
    }
    t.diagnostic(
      `seed ${SEED}: ${done} files, ${upscaled} upscaled (${noted} with a note of damage), ${refused} refused, ` +
        `${seconds().toFixed(0)} s, slowest ${slowest.toFixed(2)} s`,
    );
    assert.ok(upscaled > 0 && refused > 0 && noted > 0);
    if (process.platform === 'linux') {
      const status = readFileSync(`/proc/${engine!}/status`, 'utf8');
      const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024;
      t.diagnostic(`peak of the engine's memory: ${peak.toFixed(0)} MB`);
      assert.ok(peak < MOST_MEMORY_MB, `${peak.toFixed(0)} MB`);
    }
    assert.deepEqual(scratchFolders(), []);
    assert.deepEqual(new Set(readdirSync(outputs)), written, 'no file but the results');
  },
);
