import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import type { Guidance } from '../../src/shared/guidance';
import { inWords } from '../../src/shared/phrase';
import { keepNetworksOpen } from './pisaSupport';
import { exported, newEngine, runPreview } from './previewSupport';
import { largestDifference, pixelsOf, requestFor, ROOT, temporaryFolder } from './support';
import { importTiny, tinyOseDiff } from './tinyOnDevice';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const store = at('store');
const FULL: Guidance = { pixel: 1, semantic: 1 };
const EMBEDDED = 'pisa-compact-4x';
const MODELS = ['pisa-sr', 'osediff', `${EMBEDDED}+osediff`];
const FLOATS = { precision: 'fp32' } as const;
const photo = (width: number, height: number): Sharp =>
  sharp(path.join(ROOT, 'media/samples/kingfisher.webp')).resize(width, height);

describe('diffusion models take assets the way that tiled models take them', () => {
  keepNetworksOpen();
  before(async () => {
    await importTiny(store, tinyOseDiff(at('files')), 'osediff');
    await importTiny(store, undefined, 'pisa-sr');
  });
  // Each keeps the networks of one model.
  const engines = new Map([...MODELS, EMBEDDED].map((model) => [model, newEngine(store)]));
  const engineOf = (model: string): ReturnType<typeof newEngine> =>
    engines.get(model) ?? assert.fail(model);
  const made = (
    input: string,
    model: string,
    guidance = FULL,
    part: Parameters<typeof exported>[6] = {},
  ): Promise<string> =>
    exported(engineOf(model), input, at('scratch'), model, guidance, 'adain', {
      ...FLOATS,
      ...part,
    });

  for (const model of MODELS)
    for (const guidance of [FULL, { pixel: 0.7, semantic: 0 }])
      it(`${model} at λ_sem ${guidance.semantic}: 16 bits in and out`, async () => {
        const { data, info } = await photo(40, 30).raw().toBuffer({ resolveWithObject: true });
        const deep = at('deep.png');
        const samples = Uint16Array.from(data as Uint8Array, (value) => value * 257);
        await sharp(samples, { raw: { ...info } })
          .toColourspace('rgb16')
          .png()
          .toFile(deep);
        const request = await engineOf(model).upscale(
          { ...requestOf(deep, model, guidance), jobId: 'deep' },
          { signal: new AbortController().signal, progress: () => undefined },
        );
        assert.ok(!request.notes.some((note) => /bits/.test(inWords(note))));
        const result = sharp(request.output);
        assert.equal((await result.metadata()).depth, 'ushort');
        const { data: bytes } = await result
          .toColourspace('rgb16')
          .raw({ depth: 'ushort' })
          .toBuffer({ resolveWithObject: true });
        const values = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
        const between = values.filter((value) => value % 257 !== 0).length;
        assert.ok(between > 0.9 * values.length, 'levels between those of 8 bits are used');
      });

  for (const model of MODELS.slice(0, 2))
    it(`${model}: what 8 bits can hold is the same in 16, where nothing is rounded between`, async () => {
      const { data, info } = await photo(80, 72).raw().toBuffer({ resolveWithObject: true });
      const files = { shallow: at('same-8.png'), deep: at('same-16.png') };
      await photo(80, 72).png().toFile(files.shallow);
      const samples = Uint16Array.from(data as Uint8Array, (value) => value * 257);
      await sharp(samples, { raw: { ...info } })
        .toColourspace('rgb16')
        .png()
        .toFile(files.deep);
      // At ×1 nothing is enlarged, so both networks see the very same values.
      const plain = await pixelsOf(await made(files.shallow, model, FULL, { scale: 1 }));
      const file = await made(files.deep, model, FULL, { scale: 1 });
      const bytes = await sharp(file).toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer();
      const values = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
      const rounded = Uint8Array.from(values, (value) => Math.round(value / 257));
      assert.ok(largestDifference(rounded, plain.data) <= 1);
    });

  const requestOf = (
    input: string,
    model: string,
    guidance: Guidance,
  ): Parameters<ReturnType<typeof newEngine>['upscale']>[0] => {
    mkdirSync(at('scratch'), { recursive: true });
    return requestFor(input, at('scratch'), {
      ...FLOATS,
      model,
      guidance,
      format: 'png',
      overwrite: 'overwrite',
      output: { palette: false },
    });
  };

  for (const model of MODELS)
    it(`${model}: transparency is the embedded model's, in its preview, too`, async () => {
      const [width, height] = [48, 36];
      const disc = Buffer.from(
        Uint8Array.from({ length: width * height }, (_, i) => {
          const away = Math.hypot((i % width) - 20, Math.floor(i / width) - 17);
          return Math.max(0, Math.min(255, (14 - away) * 128 + 128));
        }),
      );
      const clear = at('clear.png');
      await photo(width, height)
        .joinChannel(disc, { raw: { width, height, channels: 1 } })
        .png()
        .toFile(clear);
      const alphaOf = async (file: string): Promise<Buffer> =>
        sharp(file).extractChannel('alpha').raw().toBuffer();
      const own = await alphaOf(await made(clear, EMBEDDED, { pixel: 1, semantic: 0 }));
      for (const guidance of [FULL, { pixel: 0, semantic: 0 }]) {
        const alpha = await alphaOf(await made(clear, model, guidance));
        // Its three channels are clipped before their mean is taken.
        const [largest, average] = [largestDifference(alpha, own), mean(alpha, own)];
        assert.ok(largest <= 6 && average < 0.3, `${largest}, ${average} on average`);
      }
      const { alpha } = await runPreview(engineOf(model), clear, at('clear-layers'), {
        ...FLOATS,
        model,
      });
      assert.ok(largestDifference(alpha!, await alphaOf(await made(clear, model))) <= 1);
      // At other sizes it is as far from the exact shape as there.
      const half = await alphaOf(await made(clear, model, FULL, { scale: 2.5 }));
      const expected = await alphaOf(
        await made(clear, EMBEDDED, { pixel: 1, semantic: 0 }, { scale: 2.5 }),
      );
      assert.ok(mean(half, expected) < 1);
    });

  for (const model of MODELS.slice(0, 2)) {
    it(`${model}: a seamless texture goes on at its edges, at whole and other scales`, async () => {
      const side = 40;
      const wave = Uint8Array.from({ length: 3 * side * side }, (_, i) => {
        const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
        const turn = (2 * Math.PI) / side;
        return 128 + 60 * Math.sin(turn * (2 * x + (i % 3))) + 40 * Math.cos(turn * 3 * y);
      });
      const texture = at('texture.png');
      await sharp(wave, { raw: { width: side, height: side, channels: 3 } })
        .png()
        .toFile(texture);
      for (const scale of [2, 2.5, 4]) {
        const part = { scale, asset: { seamless: true } };
        const { data, width, height } = await pixelsOf(await made(texture, model, FULL, part));
        assert.deepEqual([width, height], [side * scale, side * scale]);
        const seam = step(data, width, height, width - 1, 0);
        const inside = Array.from({ length: width - 1 }, (_, x) =>
          step(data, width, height, x, x + 1),
        );
        assert.ok(
          seam <= 1.5 * Math.max(...inside),
          `×${scale}: ${seam} at the seam, ${Math.max(...inside)} inside`,
        );
      }
    });

    it(`${model}: each cell of a sheet is made by itself`, async () => {
      const cells = [0, 1].map((index) => at(`cell-${index}.png`));
      await photo(60, 44)
        .extract({ left: 0, top: 0, width: 24, height: 20 })
        .png()
        .toFile(cells[0]!);
      await photo(60, 44)
        .extract({ left: 30, top: 20, width: 24, height: 20 })
        .png()
        .toFile(cells[1]!);
      const sheet = at('sheet.png');
      await sharp({ create: { width: 48, height: 20, channels: 3, background: 'black' } })
        .composite(cells.map((input, i) => ({ input, left: 24 * i, top: 0 })))
        .png()
        .toFile(sheet);
      const whole = await made(sheet, model, FULL, { asset: { grid: { columns: 2, rows: 1 } } });
      for (const [index, cell] of cells.entries()) {
        const left = index * 96;
        const part = await sharp(whole)
          .extract({ left, top: 0, width: 96, height: 80 })
          .raw()
          .toBuffer();
        assert.deepEqual(part, (await pixelsOf(await made(cell, model))).data);
      }
    });
  }

  it('pisa-sr: frames of an animation are made one by one, equal ones once', async () => {
    const raw = { width: 24, height: 20, channels: 3 } as const;
    const frame = await photo(24, 20).removeAlpha().raw().toBuffer();
    const other = Buffer.from(frame.map((value) => 255 - value));
    const animation = at('frames.webp');
    await sharp(Buffer.concat([frame, other, frame]), {
      raw: { ...raw, height: 60, pageHeight: 20 },
    })
      .webp({ lossless: true, delay: [80, 120, 160], loop: 2 })
      .toFile(animation);
    const { output, tiles } = await engineOf('pisa-sr').upscale(
      {
        ...requestOf(animation, 'pisa-sr', FULL),
        format: 'webp',
        output: { lossless: true },
      },
      { signal: new AbortController().signal, progress: () => undefined },
    );
    const { pages, delay, loop, pageHeight } = await sharp(output, { animated: true }).metadata();
    assert.deepEqual([pages, delay, loop, pageHeight], [3, [80, 120, 160], 2, 80]);
    const single = at('single.png');
    await sharp(frame, { raw }).toFile(single);
    const alone = await made(single, 'pisa-sr');
    const pageOf = (page: number): Promise<Buffer> =>
      sharp(output, { page }).removeAlpha().raw().toBuffer();
    assert.deepEqual(await pageOf(0), (await pixelsOf(alone)).data);
    assert.deepEqual(await pageOf(2), await pageOf(0));
    assert.ok(largestDifference(await pageOf(1), await pageOf(0)) > 20);
    assert.ok(tiles > 0);
  });
});

const mean = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.equal(a.length, b.length);
  return Array.from(a).reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
};

/** Mean difference of two columns. */
function step(data: Uint8Array, width: number, height: number, a: number, b: number): number {
  let sum = 0;
  for (let y = 0; y < height; y++)
    for (let channel = 0; channel < 3; channel++)
      sum += Math.abs(data[3 * (y * width + a) + channel]! - data[3 * (y * width + b) + channel]!);
  return sum / (3 * height);
}
