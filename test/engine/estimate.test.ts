import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { estimateDegradation } from '../../src/engine/estimate/estimateDegradation';
import { loadSharp } from '../../src/engine/image/sharpLoader';
import { closeSource, decodeSource } from '../../src/engine/image/decode';
import { chooseGuidance } from '../../src/shared/autoGuidance';
import type { DegradationEstimate } from '../../src/shared/previewProtocol';
import { previewRequest, newEngine, quiet } from './previewSupport';
import { ROOT, temporaryFolder } from './support';

// The engine's sharp reads files only; these tests make pictures in memory, in the same process.
loadSharp();
sharp.unblock({ operation: ['VipsForeignLoad'] });

const BOTH = ['pixel', 'semantic'] as const;
const folder = temporaryFolder();
/** Luma's share of noise that is independent in the three channels. */
const LUMA = Math.hypot(0.299, 0.587, 0.114);

type Picture = { readonly data: Buffer; readonly width: number; readonly height: number };
const open = ({ data, width, height }: Picture): Sharp =>
  sharp(data, { raw: { width, height, channels: 3 } });

async function ofSharp(image: Sharp): Promise<Picture> {
  const { data, info } = await image
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** A photograph, reduced to half so that nothing of its own compression is left. */
const photo = (): Promise<Picture> =>
  ofSharp(
    sharp(path.join(ROOT, 'media/samples/kingfisher.webp')).resize(192, 192, {
      kernel: 'lanczos3',
    }),
  );

/**
 * Smooth shading with discs and slanted edges, drawn at four times the size and averaged, so that
 * every edge is as sharp as pixels allow.
 */
async function drawing(): Promise<Picture> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="960"><defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="#324"/><stop offset="1" stop-color="#cb8"/></linearGradient></defs>
    <rect width="1200" height="960" fill="url(#g)"/><circle cx="330" cy="300" r="190" fill="#e8d9a0"/><circle cx="800" cy="500" r="260" fill="#25405c"/>
    <path d="M60 900 L420 520 L700 930 Z" fill="#7a2f2f"/><path d="M900 40 L1150 130 L1010 330 Z" fill="#dfe6ee"/></svg>`;
  const large = await ofSharp(sharp(Buffer.from(svg)));
  return ofSharp(open(large).resize(300, 240, { kernel: 'linear' }));
}

async function estimate(image: Sharp | Buffer, name = 'a.png'): Promise<DegradationEstimate> {
  const file = path.join(folder, name);
  await (Buffer.isBuffer(image) ? sharp(image).keepMetadata() : image).png().toFile(file);
  return ofFile(file);
}

async function ofFile(file: string): Promise<DegradationEstimate> {
  const decoded = await decodeSource(file, folder);
  try {
    return await estimateDegradation(decoded.rgb);
  } finally {
    await closeSource(decoded);
  }
}

const jpeg = (picture: Picture, quality: number): Promise<Buffer> =>
  open(picture).jpeg({ quality }).toBuffer();

/**
 * Gaussian noise of deviation `sigma` in each channel (Box–Muller on a linear congruential
 * generator).
 */
function noisy({ data, ...size }: Picture, sigma: number): Picture {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const gauss = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  return {
    ...size,
    data: Buffer.from(Uint8ClampedArray.from(data, (value) => value + sigma * gauss())),
  };
}

function increasing(values: readonly number[], by: number): void {
  for (let i = 1; i < values.length; i++)
    assert.ok(values[i]! > values[i - 1]! + by, values.map((value) => value.toFixed(3)).join(', '));
}

for (const [name, make] of [
  ['a photograph', photo],
  ['a drawing', drawing],
] as const) {
  describe(`the estimate of ${name}`, () => {
    it('is clean and sharp when the picture is', async () => {
      const { noise, blockiness, blur } = await estimate(open(await make()));
      assert.ok(
        noise < 0.6 && blockiness < 0.15 && blur < 0.7,
        JSON.stringify({ noise, blockiness, blur }),
      );
    });

    it('tells JPEG by its blocks, more for less quality', async () => {
      const picture = await make();
      const found: number[] = [];
      for (const quality of [100, 90, 50, 30, 10])
        found.push((await estimate(await jpeg(picture, quality))).blockiness);
      console.log(
        `${name}, blocks at quality 100, 90, 50, 30, 10: ` +
          found.map((value) => value.toFixed(2)).join(', '),
      );
      increasing(found.slice(1), 0.1);
      assert.ok(found[0]! < 0.1 && found[1]! < 0.3 && found[2]! > 0.6 && found[2]! < 1.8);
    });

    it('finds the blocks wherever their grid lies: cropped, turned, and turned by EXIF', async () => {
      const picture = await make();
      const compressed = await jpeg(picture, 30);
      const whole = (await estimate(compressed)).blockiness;
      const near = (value: number): void =>
        assert.ok(
          Math.abs(value - whole) < 0.25 * whole,
          `${value.toFixed(3)} instead of ${whole.toFixed(3)}`,
        );
      for (const [left, top] of [
        [1, 0],
        [3, 5],
        [4, 4],
        [7, 2],
      ] as const) {
        near(
          (
            await estimate(
              sharp(compressed).extract({
                left,
                top,
                width: picture.width - 9,
                height: picture.height - 9,
              }),
            )
          ).blockiness,
        );
      }
      near(
        (
          await estimate(
            sharp(compressed)
              .extract({ left: 0, top: 0, width: picture.width - 3, height: picture.height - 5 })
              .rotate(180),
          )
        ).blockiness,
      );
      for (const orientation of [3, 5, 6, 8]) {
        const file = path.join(folder, `turned-${orientation}.jpg`);
        await open(picture).jpeg({ quality: 30 }).withMetadata({ orientation }).toFile(file);
        near((await ofFile(file)).blockiness);
      }
    });

    it('measures noise', async () => {
      const picture = await make();
      for (const sigma of [5, 10]) {
        const { noise, blockiness } = await estimate(open(noisy(picture, sigma)));
        assert.ok(
          Math.abs(noise - LUMA * sigma) < 0.15 * LUMA * sigma,
          `${noise.toFixed(2)} instead of ${(LUMA * sigma).toFixed(2)}`,
        );
        assert.ok(blockiness < 0.15);
      }
    });

    it('measures blur', async () => {
      const picture = await make();
      const found: number[] = [];
      for (const sigma of [1, 1.5, 2.5])
        found.push((await estimate(open(picture).blur(sigma))).blur);
      console.log(
        `${name}, blur of 1, 1.5, 2.5: ${found.map((value) => value.toFixed(2)).join(', ')}`,
      );
      for (const [i, sigma] of [1, 1.5, 2.5].entries())
        assert.ok(
          Math.abs(found[i]! - sigma) < 0.25 * sigma,
          `${found[i]!.toFixed(2)} instead of ${sigma}`,
        );
    });

    it(
      'lets Auto restore what is damaged, invent where it is blurred, and leave good JPEG ' +
        'alone',
      async () => {
        const picture = await make();
        const auto = async (image: Sharp | Buffer): Promise<ReturnType<typeof chooseGuidance>> =>
          chooseGuidance(await estimate(image), BOTH);
        const clean = await auto(open(picture));
        assert.deepEqual(clean, { pixel: 1, semantic: 0.7 });
        assert.deepEqual(await auto(await jpeg(picture, 90)), clean);
        const [poor, bad, noise5, noise10, blurred] = [
          await auto(await jpeg(picture, 50)),
          await auto(await jpeg(picture, 30)),
          await auto(open(noisy(picture, 5))),
          await auto(open(noisy(picture, 10))),
          await auto(open(picture).blur(1.5)),
        ];
        for (const damaged of [poor, bad, noise5, noise10])
          assert.ok(
            damaged.pixel > clean.pixel && damaged.semantic < clean.semantic,
            JSON.stringify(damaged),
          );
        assert.ok(bad.semantic <= poor.semantic && noise10.semantic < noise5.semantic);
        assert.ok(
          blurred.semantic > clean.semantic && blurred.pixel === clean.pixel,
          JSON.stringify(blurred),
        );
      },
    );
  });
}

describe('the estimate', () => {
  it('is finite and clean for pictures with nothing to measure', async () => {
    for (const [width, height] of [
      [1, 1],
      [2, 300],
      [7, 7],
      [64, 64],
    ] as const) {
      const found = await estimate(
        sharp({ create: { width, height, channels: 3, background: '#6080a0' } }),
      );
      assert.deepEqual(
        found,
        { noise: 0, blockiness: 0, blur: 0.5, lettering: false },
        `${width}×${height}`,
      );
      assert.deepEqual(chooseGuidance(found, BOTH), { pixel: 1, semantic: 0.7 });
    }
  });

  it('tells letters on plain ground, dark or light, small or large, also as JPEG, from all else', async () => {
    const line = 'The quick brown fox jumps over 13 lazy dogs; return (a + b) * 42 / 7 === x';
    const page = (size: number, ink: string, paper: string): Promise<Picture> => {
      const rows = Array.from(
        { length: Math.floor(420 / (1.6 * size)) },
        (_, row) => `<text x="12" y="${(row + 1) * 1.6 * size}">${line.slice(row % 9)}</text>`,
      ).join('');
      const svg =
        '<svg xmlns="http://www.w3.org/2000/svg" width="560" height="420">' +
        `<rect width="560" height="420" fill="${paper}"/>` +
        `<g font-family="sans-serif" font-size="${size}" fill="${ink}">${rows}</g></svg>`;
      return ofSharp(sharp(Buffer.from(svg)));
    };
    for (const size of [11, 16, 28])
      for (const [ink, paper] of [
        ['#1f1f1f', '#ffffff'],
        ['#cccccc', '#1f1f1f'],
      ] as const) {
        const written = await page(size, ink, paper);
        const told = `${size} px, ${ink} on ${paper}`;
        assert.ok((await estimate(open(written))).lettering, told);
        assert.ok((await estimate(await jpeg(written, 90))).lettering, `${told}, JPEG`);
      }
    const plain = { data: Buffer.alloc(300 * 200 * 3, 128), width: 300, height: 200 };
    for (const other of [await photo(), await drawing(), plain])
      assert.equal((await estimate(open(other))).lettering, false);
    assert.equal((await estimate(await jpeg(await photo(), 50))).lettering, false);
  });

  it('of a large picture, which is read in parts, is that of a small one', async () => {
    const picture = await ofSharp(
      open(await photo()).resize(2400, 2000, { fit: 'fill', kernel: 'cubic' }),
    );
    const compressed = await jpeg(picture, 30);
    const [large, part] = [
      await estimate(compressed),
      await estimate(sharp(compressed).extract({ left: 1003, top: 805, width: 700, height: 700 })),
    ];
    assert.ok(large.blockiness > 0.5 && part.blockiness > 0.5, JSON.stringify([large, part]));
  });

  it('comes with a preview, the same each time', async () => {
    const file = path.join(folder, 'same.jpg');
    await open(await photo())
      .jpeg({ quality: 30 })
      .toFile(file);
    const api = newEngine();
    const [a, b] = [
      await api.preview(previewRequest(file, folder), quiet),
      await api.preview(previewRequest(file, folder), quiet),
    ];
    assert.deepEqual(a.estimate, b.estimate);
    assert.deepEqual(a.estimate, await ofFile(file));
    assert.ok(a.estimate.blockiness > 0.5);
  });
});
