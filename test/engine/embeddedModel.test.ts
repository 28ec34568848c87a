import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import type { TiledModel } from '../../src/engine/models/kinds/tiled';
import {
  openTileSession,
  type TileLayers,
  type TileSession,
} from '../../src/engine/runtime/session';
import { mirroredIndices, tileInput } from '../../src/engine/upscale/tileInput';
import type { Guidance } from '../../src/shared/guidance';
import { DEFAULT_SETTINGS } from '../../src/shared/settings';
import { EMBEDDED_MODELS, ROOT, tiledModel } from './support';

const SCALE = 4;
const SIDE = 96;

let model: TiledModel;
let session: TileSession;
before(async () => {
  model = await tiledModel(EMBEDDED_MODELS, DEFAULT_SETTINGS.model);
  session = await openTileSession(model.graph, 'cpu', model.manifest.branches);
});
after(() => session.release());

/** Interleaved RGB, side·side·3 bytes. */
type Picture = { readonly side: number; readonly data: Uint8Array };

const ofSharp = async (image: Sharp, side: number): Promise<Picture> => ({
  side,
  data: await image.removeAlpha().toColourspace('srgb').raw().toBuffer(),
});
const toSharp = ({ side, data }: Picture): Sharp =>
  sharp(data, { raw: { width: side, height: side, channels: 3 } });

/** A photograph that the model was not trained on. */
const photo = (): Promise<Picture> =>
  ofSharp(sharp(path.join(ROOT, 'media/samples/kingfisher.webp')), SCALE * SIDE);
const reduced = (picture: Picture): Promise<Picture> =>
  ofSharp(toSharp(picture).resize(SIDE, SIDE, { kernel: 'cubic' }), SIDE);
const throughJpeg = async (picture: Picture): Promise<Picture> =>
  ofSharp(sharp(await toSharp(picture).jpeg({ quality: 50 }).toBuffer()), picture.side);

async function layersOf(picture: Picture): Promise<TileLayers> {
  const all = mirroredIndices(0, picture.side, picture.side);
  return session.run(tileInput(picture.data, picture.side, all, all), picture.side, picture.side);
}

/** Planar RGB in [0,1]. */
const blend = ({ base, pixel, semantic }: TileLayers, guidance: Guidance): Float32Array =>
  base.map((value, i) =>
    Math.min(
      1,
      Math.max(0, value + guidance.pixel * pixel[i]! + guidance.semantic * semantic![i]!),
    ),
  );

/** dB over all channels, without `SCALE` pixels of the border. */
function psnr(planar: Float32Array, { side, data }: Picture): number {
  let [sum, count] = [0, 0];
  for (let channel = 0; channel < 3; channel++) {
    for (let y = SCALE; y < side - SCALE; y++) {
      for (let x = SCALE; x < side - SCALE; x++, count++)
        sum +=
          (planar[(channel * side + y) * side + x]! - data[(y * side + x) * 3 + channel]! / 255) **
          2;
    }
  }
  return -10 * Math.log10(sum / count);
}

/** Mean difference of neighbours. */
const sharpness = (planar: Float32Array): number =>
  planar.reduce((sum, value, i) => sum + Math.abs(value - planar[Math.max(0, i - 1)]!), 0) /
  planar.length;
const mean = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const PLAIN = { pixel: 0, semantic: 0 };
const FAITHFUL = { pixel: 1, semantic: 0 };
const FULL = { pixel: 1, semantic: 1 };

test('the embedded model is the default, has both dials and enlarges four times', () => {
  assert.deepEqual(model.manifest.branches, ['pixel', 'semantic']);
  assert.equal(model.manifest.scale, SCALE);
});

for (const [name, prepare] of [
  ['clean', reduced],
  ['compressed', async (picture: Picture) => throughJpeg(await reduced(picture))],
] as const) {
  test(`a ${name} photograph: λ_pix restores it, λ_sem adds detail, neither shifts the colour`, async () => {
    const truth = await photo();
    const layers = await layersOf(await prepare(truth));
    const [plain, faithful, full] = [PLAIN, FAITHFUL, FULL].map((guidance) =>
      blend(layers, guidance),
    ) as [Float32Array, Float32Array, Float32Array];
    const figures = [plain, faithful, full].map(
      (planar) =>
        `${psnr(planar, truth).toFixed(2)} dB, sharpness ${(255 * sharpness(planar)).toFixed(2)}`,
    );
    console.log(`${name}: bicubic ${figures[0]}; (1, 0) ${figures[1]}; (1, 1) ${figures[2]}`);
    assert.ok(psnr(faithful, truth) >= psnr(plain, truth) + 0.3);
    assert.ok(sharpness(full) > 1.05 * sharpness(faithful));
    for (const planar of [faithful, full]) {
      for (let channel = 0; channel < 3; channel++) {
        const [from, to] = [channel, channel + 1].map((at) => at * (SCALE * SIDE) ** 2);
        assert.ok(
          Math.abs(mean(planar.subarray(from, to)) - mean(plain.subarray(from, to))) < 1 / 255,
        );
      }
    }
  });
}

test(
  'the halo is the radius of the receptive field: farther pixels change nothing, and it ' +
    'is no larger than it must be',
  async () => {
    const { halo } = model.manifest;
    const side = 2 * halo + 9;
    const centre = halo + 4;
    const grey = new Uint8Array(side * side * 3).map((_, i) => 100 + ((i * 37) % 60));
    const other = grey.slice();
    other.fill(255, (centre * side + centre) * 3, (centre * side + centre + 1) * 3);
    const [a, b] = [await layersOf({ side, data: grey }), await layersOf({ side, data: other })];
    let reach = 0;
    for (const name of ['base', 'pixel', 'semantic'] as const) {
      a[name]!.forEach((value, i) => {
        if (value === b[name]![i]) return;
        const [x, y] = [i % (SCALE * side), Math.floor(i / (SCALE * side)) % (SCALE * side)];
        reach = Math.max(
          reach,
          Math.abs(Math.floor(x / SCALE) - centre),
          Math.abs(Math.floor(y / SCALE) - centre),
        );
      });
    }
    assert.equal(reach, halo);
  },
);

test('the margin keeps the network’s zero padding out of the picture', async () => {
  const { margin } = model.manifest;
  const largestError = async (m: number): Promise<number> => {
    const side = 40 + 2 * m;
    const planar = blend(
      await layersOf({ side, data: new Uint8Array(3 * side * side).fill(204) }),
      FULL,
    );
    let largest = 0;
    for (let y = m * SCALE; y < (side - m) * SCALE; y++) {
      for (let x = m * SCALE; x < (side - m) * SCALE; x++)
        largest = Math.max(largest, Math.abs(planar[y * side * SCALE + x]! - 204 / 255));
    }
    return 255 * largest;
  };
  const [without, withMargin] = [await largestError(0), await largestError(margin)];
  console.log(
    `flat grey, largest error: ${without.toFixed(1)}/255 without the margin, ` +
      `${withMargin.toFixed(1)}/255 with it`,
  );
  assert.ok(withMargin <= 2 && withMargin <= without);
});
