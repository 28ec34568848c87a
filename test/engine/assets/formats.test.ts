import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import type { RpcError } from '../../../src/shared/rpc';
import { largestDifference, testPixels } from '../support';
import { bench, DEFAULT_MODEL, PLAIN } from './assetSupport';
import { fromRaw, rawOf, svg } from './pictures';

const { folder, file, write, upscale } = bench();
const [WIDTH, HEIGHT] = [48, 36];
const photo = fromRaw({
  data: testPixels(WIDTH, HEIGHT),
  width: WIDTH,
  height: HEIGHT,
  channels: 3,
});

test('an SVG is drawn at the size of the result, and the person is told', async () => {
  const drawing =
    '<path d="M2 2L22 12L2 22z" fill="#06d6a0"/><circle cx="17" cy="5" r="3.3" fill="none" ' +
    'stroke="#123" stroke-width="0.7"/>';
  const input = await write('drawing.svg', svg(24, 24, drawing));
  const { output, notes, tiles, width } = await upscale(input, { ...DEFAULT_MODEL, scale: 8 });
  assert.deepEqual([path.basename(output), width, tiles], ['drawing@8x.png', 192, 0]);
  assert.match(notes.join(), /SVG is drawn/);
  const direct = await rawOf(
    await sharp(svg(24, 24, drawing, 8))
      .png()
      .toBuffer(),
    4,
  );
  assert.ok(largestDifference((await rawOf(output, 4)).data, direct.data) <= 2);
  const jpeg = await upscale(input, { ...DEFAULT_MODEL, format: 'jpeg' });
  assert.match(jpeg.notes.join(), /white/);
  assert.deepEqual([...(await rawOf(jpeg.output, 3)).data.subarray(0, 3)], [255, 255, 255]);
});

test('what is not drawn of an SVG is told, and why one can’t be drawn at all', async () => {
  const notesOf = async (content: string): Promise<string> =>
    (await upscale(await write('parts.svg', svg(24, 24, content)), PLAIN)).notes.join('\n');
  const dot = sharp({ create: { width: 9, height: 9, channels: 4, background: '#0000' } });
  const inside = (type: string, bytes: Buffer): string =>
    `<image width="9" height="9" href="data:image/${type};base64,${bytes.toString('base64')}"/>`;
  const damaged = (await dot.png().toBuffer()).subarray(0, 40);
  for (const [content, note] of [
    ['<image width="9" height="9" href="photo.png"/>', /other files.*: photo\.png\./],
    [
      '<use xlink:href="parts/all.svg#a" xmlns:xlink="http://www.w3.org/1999/xlink"/>',
      /all\.svg#a/,
    ],
    ['<style>@import "theme.css"; @font-face { src: url(a.woff) }</style>', /theme\.css, a\.woff/],
    ['<foreignObject width="9" height="9"><p>a</p></foreignObject>', /HTML/],
    ['<rect width="9" height="9"><animate attributeName="x" to="9" dur="1s"/></rect>', /animated/],
    ['<style>@keyframes a { to { opacity: 0 } }</style>', /animated/],
    [inside('png', damaged), /pictures in it .*: image\/png\./],
    [inside('webp', await dot.webp().toBuffer()), /pictures in it .*: image\/webp\./],
    [inside('gif', await dot.gif().toBuffer()), /pictures in it .*: image\/gif\./],
    ['<rect fill="oklch(0.6 0.2 29)"/>', /passed over: oklch\(\)\./],
  ] as const)
    assert.match(await notesOf(content), note, content);
  const own =
    '<!-- <image href="a.png"/> --><defs><rect id="r" width="9" height="9"/></defs><use href="#r"/>' +
    `<a href="https://example.org">${inside('png', await dot.png().toBuffer())}</a>` +
    inside('jpeg', await dot.jpeg().toBuffer()) +
    inside('svg+xml', svg(9, 9, '')) +
    '<style>.a { fill: url(#g) }</style>';
  assert.doesNotMatch(await notesOf(own), /The drawing/);

  const group = (i: number): string => `<g id="a${i}">${`<use href="#a${i - 1}"/>`.repeat(10)}</g>`;
  const uses = `<g id="a0"/>${[1, 2, 3, 4, 5, 6, 7].map(group).join('')}<use href="#a7"/>`;
  const entities = [1, 2, 3, 4, 5, 6, 7, 8]
    .map((i) => `<!ENTITY e${i} "${`&e${i - 1};`.repeat(10)}">`)
    .join('');
  const text = svg(24, 24, '<text>&e8;</text>').toString();
  for (const [bytes, why] of [
    [svg(24, 24, uses), /repeats or nests its own parts/],
    [`<!DOCTYPE svg [<!ENTITY e0 "eeeeeeeeee">${entities}]>${text}`, /repeats or nests/],
    [`<!DOCTYPE svg [<!ENTITY e8 SYSTEM "e.txt">]>${text}`, /nothing in it says what &e8; stands/],
  ] as const)
    await assert.rejects(
      upscale(await write('no.svg', Buffer.from(bytes)), PLAIN),
      (error: RpcError) => {
        assert.equal(error.code, 'input-unsupported');
        assert.match(error.message, why);
        return true;
      },
    );
});

test('a picture with a gain map is refused, wherever it says so', async () => {
  const named = await photo
    .clone()
    .withXmp(
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ' +
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description ' +
        'rdf:about="" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" ' +
        'hdrgm:Version="1.0"/></rdf:RDF></x:xmpmeta>',
    )
    .jpeg()
    .toBuffer();
  const plain = await photo.clone().jpeg().toBuffer();
  const multi = Buffer.concat([
    plain.subarray(0, 2),
    Buffer.from([0xff, 0xe2, 0, 16]),
    Buffer.from('MPF\0II*\0\x08\0\0\0\0\0', 'latin1'),
    plain.subarray(2),
  ]);
  const second = Buffer.concat([
    multi,
    Buffer.alloc(3 * 2 ** 20),
    Buffer.from('urn:com:apple:photo:2020:aux:hdrgainmap'),
  ]);
  const avif = await photo.clone().avif({ effort: 0 }).toBuffer();
  const brand = avif.indexOf('miaf');
  const mapped = Buffer.concat([
    avif.subarray(0, brand),
    Buffer.from('tmap'),
    avif.subarray(brand + 4),
  ]);
  const listed = await photo
    .clone()
    .withXmp(
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ' +
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ' +
        'xmlns:i="http://ns.google.com/photos/1.0/container/item/" i:Semantic="GainMap"/></rdf:RDF></x:xmpmeta>',
    )
    .jpeg()
    .toBuffer();
  // Encoders may leave the packet as it was written: here it stands in single quotes, or as an element.
  const quoted = Buffer.from(
    listed.toString('latin1').replace('Semantic="GainMap"', "Semantic='GainMap'"),
    'latin1',
  );
  const element = Buffer.from(
    listed.toString('latin1').replace(' i:Semantic="GainMap"/>', '><i:Semantic>GainMap</>'),
    'latin1',
  );
  // A general brand with AV1 behind it is no HEIC.
  const general = Buffer.from(avif);
  general.write('mif1', 8, 'latin1');
  for (const [name, content, refused] of [
    ['ultra.jpg', named, true],
    ['listed.jpg', listed, true],
    ['quoted.jpg', quoted, true],
    ['element.jpg', element, true],
    ['general.avif', general, false],
    ['apple.jpg', second, true],
    ['mapped.avif', mapped, true],
    ['multi.jpg', multi, false],
    ['plain.avif', avif, false],
  ] as const) {
    const done = upscale(await write(name, content), PLAIN);
    if (refused)
      await assert.rejects(
        done,
        (error: Error & { code?: string }) =>
          error.code === 'input-not-an-image' && /gain map/.test(error.message),
        name,
      );
    else assert.equal((await done).skipped, false, name);
  }
});

test('HEVC in a file whose brand says AVIF is refused by that', async () => {
  const avif = await photo.clone().avif({ effort: 0 }).toBuffer();
  const named = Buffer.from(avif);
  named.write('hvc1', avif.indexOf('av01'), 'latin1');
  await assert.rejects(upscale(await write('named.avif', named), PLAIN), {
    code: 'input-unsupported',
    message: /HEVC compression/,
  });
});

test('a motion photo whose video is named at the end of the file alone: a note says that it is left out', async () => {
  const plain = await photo.clone().jpeg().toBuffer();
  const trailer = (type: number): Buffer => {
    const directory = Buffer.alloc(24);
    directory.write('SEFH', 0, 'latin1');
    directory.writeUInt32LE(1, 8);
    directory.writeUInt16LE(type, 14);
    const end = Buffer.alloc(8);
    end.writeUInt32LE(directory.length);
    end.write('SEFT', 4, 'latin1');
    return Buffer.concat([Buffer.alloc(5000), directory, end]);
  };
  for (const [name, end, isMotion] of [
    ['motion.jpg', trailer(0x0a30), true],
    ['other.jpg', trailer(0x0a01), false],
    ['plain.jpg', Buffer.alloc(0), false],
  ] as const) {
    const { notes } = await upscale(await write(name, Buffer.concat([plain, end])), PLAIN);
    assert.equal(/motion photo/.test(notes.join()), isMotion, name);
  }
});

test('a TIFF of floating-point samples is refused: it is HDR or a measurement', async () => {
  const pixels = Float32Array.from({ length: 8 * 8 }, (_, i) => i / 10);
  const header = Buffer.alloc(8 + 2 + 10 * 12 + 4);
  header.write('II*\0', 0, 'latin1');
  header.writeUInt32LE(8, 4);
  header.writeUInt16LE(10, 8);
  for (const [i, [tag, type, value]] of (
    [
      [256, 3, 8],
      [257, 3, 8],
      [258, 3, 32],
      [259, 3, 1],
      [262, 3, 1],
      [273, 4, header.length],
      [277, 3, 1],
      [278, 3, 8],
      [279, 4, 256],
      [339, 3, 3],
    ] as const
  ).entries()) {
    header.writeUInt16LE(tag, 10 + 12 * i);
    header.writeUInt16LE(type, 12 + 12 * i);
    header.writeUInt32LE(1, 14 + 12 * i);
    header.writeUInt32LE(value, 18 + 12 * i);
  }
  const input = await write('float.tif', Buffer.concat([header, Buffer.from(pixels.buffer)]));
  assert.equal((await sharp(input).metadata()).depth, 'float');
  await assert.rejects(
    upscale(input, PLAIN),
    (error: Error & { code?: string }) =>
      error.code === 'input-not-an-image' && /float/.test(error.message),
  );
});

test('a decompression bomb is refused by its header', async () => {
  const small = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#000' } })
    .png()
    .toBuffer();
  small.writeUInt32BE(60_000, 16);
  small.writeUInt32BE(60_000, 20);
  small.writeUInt32BE(crc32(small.subarray(12, 29)), 29);
  await assert.rejects(
    upscale(await write('bomb.png', small), PLAIN),
    (error: RpcError) =>
      error.code === 'input-too-large' &&
      /3600 megapixels/.test(error.message) &&
      /maxInputMegapixels/.test(JSON.stringify(error.remedies)),
  );
});

test('a lossless WebP stays lossless, a lossy one small; both can be chosen', async () => {
  const lossless = await write(
    'lossless.webp',
    await photo.clone().webp({ lossless: true }).toBuffer(),
  );
  const lossy = await write('lossy.webp', await photo.clone().webp({ quality: 80 }).toBuffer());
  const png = await rawOf((await upscale(lossless, { ...PLAIN, format: 'png' })).output, 3);
  assert.equal(
    largestDifference((await rawOf((await upscale(lossless, PLAIN)).output, 3)).data, png.data),
    0,
  );
  const [small, large] = [
    await upscale(lossy, PLAIN),
    await upscale(lossy, { ...PLAIN, output: { lossless: true } }),
  ];
  assert.ok(small.bytes < large.bytes);
  assert.ok(
    (await upscale(lossless, { ...PLAIN, output: { lossless: false } })).bytes <
      (await upscale(lossless, PLAIN)).bytes,
  );
  const avif = await upscale(lossless, { ...PLAIN, format: 'avif', output: { lossless: true } });
  assert.ok(largestDifference((await rawOf(avif.output, 3)).data, png.data) <= 1);
});

test('a lossy source keeps its format; who asks for PNG is told that it only grows', async () => {
  const input = await write('photo.jpg', await photo.clone().jpeg().toBuffer());
  const own = await upscale(input, PLAIN);
  assert.deepEqual([path.extname(own.output), own.notes], ['.jpg', []]);
  assert.match((await upscale(input, { ...PLAIN, format: 'png' })).notes.join(), /lossy.*larger/);
});

test(
  'JPEG has full colour resolution; a progressive one stays progressive, an interlaced ' +
    'PNG is read',
  async () => {
    const progressive = await write(
      'progressive.jpg',
      await photo.clone().jpeg({ progressive: true }).toBuffer(),
    );
    const metadata = await sharp((await upscale(progressive, PLAIN)).output).metadata();
    assert.deepEqual([metadata.chromaSubsampling, metadata.isProgressive], ['4:4:4', true]);
    const [plain, interlaced] = [
      await write('plain.png', await photo.clone().png().toBuffer()),
      await write('interlaced.png', await photo.clone().png({ progressive: true }).toBuffer()),
    ];
    assert.equal((await sharp(interlaced).metadata()).isProgressive, true);
    const [a, b] = [await upscale(plain, PLAIN), await upscale(interlaced, PLAIN)];
    assert.equal(
      largestDifference((await rawOf(a.output, 3)).data, (await rawOf(b.output, 3)).data),
      0,
    );
  },
);

test('GIF comes out where it is wanted, with hard edges, and says so', async () => {
  const rgba = {
    data: Uint8Array.from({ length: 20 * 20 * 4 }, (_, i) =>
      i % 4 === 3 ? Math.min(255, (Math.floor(i / 4) % 20) * 16) : 150,
    ),
    width: 20,
    height: 20,
    channels: 4 as const,
  };
  const { output, notes } = await upscale(await write('soft.png', rgba), {
    ...PLAIN,
    format: 'gif',
  });
  assert.match(notes.join(), /full transparency only/);
  assert.deepEqual(
    [...new Set((await rawOf(output, 4)).data.filter((_, i) => i % 4 === 3))].sort(),
    [0, 255],
  );
});

test('a budget is met by the best quality that fits, and the person is told', async () => {
  const input = await write('budget.png', await photo.clone().png().toBuffer());
  for (const format of ['jpeg', 'webp', 'avif'] as const) {
    const free = await upscale(input, { ...PLAIN, format });
    const maxBytes = Math.round(free.bytes * 0.6);
    const { output, bytes, notes } = await upscale(input, {
      ...PLAIN,
      format,
      output: { maxBytes },
    });
    assert.equal(statSync(output).size, bytes);
    assert.ok(bytes <= maxBytes && bytes > 0.8 * maxBytes, `${format}: ${bytes} of ${maxBytes}`);
    const quality = Number(/Quality (\d+) instead of 90/.exec(notes.join())?.[1]);
    const better = await upscale(input, { ...PLAIN, format, quality: quality + 1 });
    assert.ok(better.bytes > maxBytes, `${format}: quality ${quality + 1} would have fitted`);
  }
});

test('a budget that can’t be met is refused, and nothing is left behind', async () => {
  const input = await write('impossible.png', await photo.clone().png().toBuffer());
  const before = readdirSync(folder).sort();
  for (const format of ['png', 'jpeg'] as const) {
    await assert.rejects(upscale(input, { ...PLAIN, format, output: { maxBytes: 200 } }), {
      code: 'output-too-large',
    });
  }
  assert.deepEqual(readdirSync(folder).sort(), before);
});

test('options of the wrong kind are refused before any work', async () => {
  const input = await write('options.png', await photo.clone().png().toBuffer());
  for (const part of [
    { output: { metadata: 'some' } },
    { output: { maxBytes: 3.5 } },
    { output: { lossless: 'yes' } },
    { asset: { pixelArt: 'maybe' } },
    { asset: { grid: { columns: 0, rows: 1 } } },
    { asset: { grid: { columns: 2, rows: 2 }, seamless: true } },
    { size: { kind: 'box', fit: 'inside' } },
    { size: { kind: 'box', width: 1.5, fit: 'inside' } },
    { size: { kind: 'megapixels', megapixels: -1 } },
    { notBeyond: { width: -5 } },
  ]) {
    await assert.rejects(
      upscale(input, { ...PLAIN, ...(part as object) }),
      { code: 'bad-setting' },
      JSON.stringify(part),
    );
  }
  assert.ok(!readdirSync(folder).some((name) => name.startsWith('options@')));
  assert.ok(file('options.png'));
});

for (const [format, most] of [
  ['jpeg', 65_500],
  ['webp', 16_383],
  ['avif', 16_384],
  ['gif', 65_535],
] as const)
  test(`${format}: ${most} pixels a side are written, one more is refused before any work`, async () => {
    const input = await write('strip.png', {
      data: testPixels(9000, 2),
      width: 9000,
      height: 2,
      channels: 3,
    });
    const wide = (width: number): Promise<{ width: number; output: string }> =>
      upscale(input, {
        ...PLAIN,
        format,
        size: { kind: 'box', width, height: 2, fit: 'fill' },
      });
    const { width, output } = await wide(most);
    assert.equal(width, most);
    assert.equal((await sharp(output, { limitInputPixels: false }).metadata()).width, most);
    const before = readdirSync(folder);
    await assert.rejects(wide(most + 1), {
      code: 'output-too-large-for-format',
      message: new RegExp(`${format.toUpperCase()} can be at most ${most} pixels a side`),
    });
    assert.deepEqual(readdirSync(folder), before);
  });

test('a picture whose name says another format is told where its result has the format of the name', async () => {
  const png = await fromRaw({ data: testPixels(24, 16), width: 24, height: 16, channels: 3 })
    .png()
    .toBuffer();
  const TOLD = /In spite of its name the source is PNG; the result is JPEG.*PNG as output format/;
  const misnamed = await write('misnamed.jpg', png);
  assert.match((await upscale(misnamed, { ...PLAIN, format: 'jpeg' })).notes.join(), TOLD);
  assert.doesNotMatch((await upscale(misnamed, PLAIN)).notes.join(), /In spite of its name/);
  const named = await write('named.png', png);
  for (const format of ['jpeg', 'png'] as const)
    assert.doesNotMatch((await upscale(named, { ...PLAIN, format })).notes.join(), /In spite/);
});
