import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import sharp from 'sharp';
import { DRAW_ARGUMENT } from '../../../src/engine/image/drawing';
import { requireScratch, scratchBytes } from '../../../src/engine/upscale/scratchSpace';
import type { RpcError } from '../../../src/shared/rpc';
import { childrenOf } from '../../harness/processes.mjs';
import { testPixels } from '../support';
import { bench, PLAIN, type Part } from './assetSupport';
import { fromRaw, svg } from './pictures';

const { folder, write, file, upscale } = bench();
const photo = fromRaw({ data: testPixels(24, 16), width: 24, height: 16, channels: 3 });

/** Refuses, with a code, what happened and what to do. */
async function refused(input: string, part: Part, code: string, words: RegExp): Promise<void> {
  await assert.rejects(upscale(input, { ...PLAIN, ...part }), (error: RpcError) => {
    assert.equal(error.code, code, error.message);
    assert.match(`${error.message} ${error.hint ?? ''} ${JSON.stringify(error.remedies)}`, words);
    assert.ok(error.hint);
    return true;
  });
}

test('a result beyond the limit is refused before any work, whatever makes it so large', async () => {
  const picture = await write('photo.png', await photo.clone().png().toBuffer());
  const drawing = await write('large.svg', svg(8100, 8100, '<rect width="9" height="9"/>'));
  await refused(drawing, {}, 'output-too-large', /1050 megapixels.*maxOutputMegapixels/);
  for (const part of [
    { scale: 4 },
    { size: { kind: 'box', width: 96, fit: 'inside' } },
    { size: { kind: 'megapixels', megapixels: 0.006 } },
  ] satisfies Part[])
    await refused(picture, { ...part, maxOutputMegapixels: 0.005 }, 'output-too-large', /limit is/);
  assert.equal((await upscale(picture, { ...PLAIN, maxOutputMegapixels: 0.01 })).width, 96);
});

test('frames count, too: many are refused, and so is their sum of pixels', async () => {
  const frames = 12;
  const pixels = Buffer.alloc(frames * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = i * 7;
  const input = await write(
    'many.gif',
    await sharp(pixels, { raw: { width: 1, height: frames, channels: 3, pageHeight: 1 } })
      .gif()
      .toBuffer(),
  );
  await refused(input, { maxFrames: 11 }, 'input-too-large', /12 frames.*maxFrames/);
  await refused(
    input,
    { maxOutputMegapixels: 0.00015 },
    'output-too-large',
    /4×4 pixels in 12 frames/,
  );
  assert.equal((await upscale(input, { ...PLAIN, maxFrames: 12 })).skipped, false);
  const first = await upscale(input, { ...PLAIN, maxFrames: 1, asset: { frames: 'first' } });
  assert.equal(first.skipped, false);
});

test('the disk of temporary files is asked before any work', async () => {
  await assert.rejects(
    requireScratch(folder, 1e18),
    (error: RpcError) =>
      error.code === 'disk-full' && /needed.*TMPDIR/s.test(`${error.message} ${error.hint}`),
  );
  const need = (part: object): number =>
    scratchBytes({
      source: { width: 1000, height: 1000 },
      plan: { size: { width: 4000, height: 4000 }, frames: 1, depth: 8 },
      isVector: false,
      modelScale: 4,
      ...part,
    });
  assert.ok(need({}) >= 1000 * 1000 * 8 + 4000 * 4000 * 4);
  assert.ok(need({ isVector: true }) >= 2 * 4000 * 4000 * 4);
  assert.ok(need({ modelScale: 2 }) > need({}) / 2);
});

/** The processes in which this one's engine draws. */
const drawers = (): ReturnType<typeof childrenOf> =>
  childrenOf(process.pid)
    .flatMap(({ pid }) => childrenOf(pid))
    .filter(({ command }) => command.includes(DRAW_ARGUMENT));

const BLURS = Array.from(
  { length: 30 },
  (_, i) =>
    `<feTurbulence baseFrequency="0.0${i + 1}" numOctaves="9"/><feGaussianBlur stdDeviation="${200 + i}"/>`,
).join('');

test(
  'a drawing that takes too long is ended, and the engine goes on with other pictures meanwhile',
  { timeout: 120_000 },
  async () => {
    const slow = await write(
      'slow.svg',
      svg(
        2000,
        2000,
        `<defs><filter id="f" x="0" y="0" width="1" height="1">${BLURS}</filter></defs>` +
          '<rect width="2000" height="2000" filter="url(#f)"/>',
      ),
    );
    const picture = await write('beside.png', await photo.clone().png().toBuffer());
    let isOver = false;
    const ended = refused(slow, {}, 'input-too-slow', /30 seconds.*Simplify/).finally(
      () => (isOver = true),
    );
    assert.equal((await upscale(picture, PLAIN)).width, 96);
    assert.equal(isOver, false, 'the picture did not wait for the drawing');
    // One that stands still is not over either, and needs no processor meanwhile.
    if (process.platform === 'linux')
      for (const { pid } of drawers()) process.kill(Number(pid), 'SIGSTOP');
    await ended;
    // The next drawing has a new process.
    const drawn = await write('quick.svg', svg(10, 10, '<rect width="9" height="9"/>'));
    assert.equal((await upscale(drawn, PLAIN)).width, 40);
  },
);

test('only the decoders that are named open anything, whatever a file’s bytes and name say', async () => {
  const raw = file('picture.v');
  await photo.clone().toFile(raw);
  const contents: { readonly [name: string]: Buffer } = {
    'libvips’ own': readFileSync(raw),
    matrix: Buffer.from('4 2\n1 2 3 4\n5 6 7 8\n'),
    CSV: Buffer.from('1,2,3\n4,5,6\n'),
    PPM: Buffer.from('P3 2 1 255 255 0 0 0 255 0\n'),
    Radiance: Buffer.from('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n\x80\x80\x80\x80'),
    Analyze: Buffer.concat([Buffer.from([0, 0, 1, 92]), Buffer.alloc(344)]),
    HTML: Buffer.from('<html><svg xmlns="http://www.w3.org/2000/svg"/></html>'),
  };
  for (const [name, bytes] of Object.entries(contents)) {
    for (const extension of ['png', 'tif', 'svg'])
      await refused(
        await write(`${name.replace(/\W/g, '')}.${extension}`, bytes),
        {},
        'input-not-an-image',
        /is not a picture|which can't be upscaled/,
      );
  }
});

test(
  'a PNG whose packed XMP is a bomb is upscaled without it, with a note',
  { timeout: 300_000 },
  async () => {
    const xmp =
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
      '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/">';
    for (const [name, bomb] of [
      ['thumbnails', '<xmp:Thumbnails>'.repeat(450_000)],
      ['positions', '<exif:GPSx>'.repeat(60_000)],
    ] as const) {
      const input = await write(
        `${name}.png`,
        await photo
          .clone()
          .withXmp(xmp + bomb)
          .png()
          .toBuffer(),
      );
      const { notes } = await upscale(input, { ...PLAIN, output: { metadata: 'withoutLocation' } });
      assert.match(notes.join(), /XMP was left out/);
    }
  },
);
