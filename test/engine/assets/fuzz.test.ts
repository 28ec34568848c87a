import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { EngineClient } from '../../../src/client/engineClient';
import { RpcError } from '../../../src/shared/rpc';
import { scratchOf } from '../../harness/scratch';
import { callFor, ENGINE, NO_STORE, temporaryFolder, TEST_MODELS, testPixels } from '../support';
import { mutated, randomFrom } from './mutate';

/** `FUZZ_COUNT` and `FUZZ_SEED` repeat a run, or make it longer. */
const COUNT = Number(process.env.FUZZ_COUNT ?? 10_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_240_611);
/** The run ends here, however far it came. */
const MOST_SECONDS = 300;
const MOST_SECONDS_ONE = 10;
/** What says what is wrong with a file. Anything else would be a fault of the engine. */
const REFUSALS = [
  'input-empty',
  'input-not-an-image',
  'input-damaged',
  'input-too-large',
  'input-lfs-pointer',
];

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

async function seeds(): Promise<{ extension: string; bytes: Buffer }[]> {
  const [width, height] = [9, 7];
  const raw = testPixels(width, height);
  const one: Sharp = sharp(raw, { raw: { width, height, channels: 3 } });
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
    'nothing crashes, hangs or is left behind',
  async (t) => {
    const random = randomFrom(SEED);
    const originals = await seeds();
    const inputs = path.join(folder, 'in');
    const outputs = path.join(folder, 'out');
    mkdirSync(inputs);
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    let [upscaled, refused, slowest, done] = [0, 0, 0, 0];
    let engine: number | undefined;
    const written = new Set<string>();
    for (; done < COUNT && seconds() < MOST_SECONDS; done++) {
      const { extension, bytes } = originals[done % originals.length]!;
      const input = path.join(inputs, `f.${extension}`);
      writeFileSync(input, mutated(bytes, random));
      const from = performance.now();
      try {
        const result = await client.upscale(
          callFor(input, {
            target: { kind: 'pattern', directory: outputs, pattern: '{name}.{ext}' },
            overwrite: 'overwrite',
            guidance: { pixel: 1, semantic: 0 },
            maxInputMegapixels: 0.05,
            scale: 2,
          }),
        );
        written.add(path.basename(result.output));
        upscaled++;
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
      assert.ok(took < MOST_SECONDS_ONE, `seed ${SEED}, file ${done} took ${took.toFixed(1)} s`);
      engine ??= client.processId;
      assert.equal(client.processId, engine, `seed ${SEED}: file ${done} took the engine down`);
    }
    t.diagnostic(
      `seed ${SEED}: ${done} files, ${upscaled} upscaled, ${refused} refused, ` +
        `${seconds().toFixed(0)} s, slowest ${slowest.toFixed(2)} s`,
    );
    assert.ok(done >= Math.min(COUNT, 1000), `only ${done} files in ${MOST_SECONDS} s`);
    assert.ok(upscaled > 0 && refused > 0);
    assert.deepEqual(scratchFolders(), []);
    assert.deepEqual(new Set(readdirSync(outputs)), written, 'no file but the results');
  },
);
