import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import type { RpcError } from '../../../src/shared/rpc';
import { testPixels } from '../support';
import { bench, PLAIN } from './assetSupport';
import { fromRaw, rawOf } from './pictures';

const { write, upscale } = bench();
const SIZE = { width: 64, height: 48 };
const photo = fromRaw({ data: testPixels(64, 48), ...SIZE, channels: 3 });

/** Where the data of a classic little-endian TIFF's tiles or strips lie. */
function pieces(tiff: Buffer): { from: number; length: number }[] {
  const directory = tiff.readUInt32LE(4);
  const values = (tag: number): number[] => {
    for (let i = 0; i < tiff.readUInt16LE(directory); i++) {
      const at = directory + 2 + 12 * i;
      if (tiff.readUInt16LE(at) !== tag) continue;
      const count = tiff.readUInt32LE(at + 4);
      const bytes = tiff.readUInt16LE(at + 2) === 3 ? 2 : 4;
      const from = count * bytes <= 4 ? at + 8 : tiff.readUInt32LE(at + 8);
      return Array.from({ length: count }, (_, n) => tiff.readUIntLE(from + n * bytes, bytes));
    }
    return [];
  };
  const [offsets, lengths] = [
    [...values(324), ...values(273)],
    [...values(325), ...values(279)],
  ];
  return offsets.map((from, i) => ({ from, length: lengths[i]! }));
}

/** Sets a tag's first value, or renames a tag, in a classic little-endian TIFF. */
function changed(tiff: Buffer, tag: number, change: { value?: number; tag?: number }): Buffer {
  const copy = Buffer.from(tiff);
  const directory = copy.readUInt32LE(4);
  for (let i = 0; i < copy.readUInt16LE(directory); i++) {
    const at = directory + 2 + 12 * i;
    if (copy.readUInt16LE(at) !== tag) continue;
    if (change.value !== undefined) copy.writeUInt16LE(change.value, at + 8);
    if (change.tag !== undefined) copy.writeUInt16LE(change.tag, at);
  }
  return copy;
}

const tiled = { tile: true, tileWidth: 16, tileHeight: 16 } as const;

for (const [layout, options] of [
  ['tiles', tiled],
  ['strips', {}],
] as const) {
  for (const compression of ['lzw', 'deflate', 'jpeg'] as const) {
    test(`damage in a TIFF’s ${layout} of ${compression} is refused or told, never black in silence`, async () => {
      const whole = await photo
        .clone()
        .tiff({ compression, ...options })
        .toBuffer();
      const place = pieces(whole).at(-1)!;
      const damages: { readonly [name: string]: Buffer } = {
        zeros: Buffer.from(whole).fill(0, place.from, place.from + place.length),
        noise: Buffer.from(whole).fill(0xa7, place.from + 2, place.from + place.length),
      };
      for (const [name, bytes] of Object.entries(damages)) {
        const input = await write(`${layout}-${compression}-${name}.tif`, bytes);
        // A tag of another program, which makes the decoder warn, hides nothing.
        for (const content of [bytes, changed(bytes, 305, { tag: 65_000 })]) {
          await write(`${layout}-${compression}-${name}.tif`, content);
          const result = await upscale(input, PLAIN).catch((error: unknown) => error as RpcError);
          if ('code' in result) assert.match(result.code, /input-(damaged|unsupported)/, name);
          else assert.match(result.notes.join(), /decoder of this file says/, name);
        }
      }
    });
  }
}

test('a whole TIFF with a tag nobody knows is upscaled as without it, and that is told', async () => {
  for (const options of [tiled, {}]) {
    const whole = await photo
      .clone()
      .tiff({ compression: 'lzw', ...options })
      .toBuffer();
    // The last one, so that the directory stays in order.
    const odd = changed(whole, 339, { tag: 65_001 });
    const plain = await upscale(await write('plain.tif', whole), { ...PLAIN, format: 'png' });
    const result = await upscale(await write('odd.tif', odd), { ...PLAIN, format: 'png' });
    assert.deepEqual(result.notes.map(String), [
      ...plain.notes,
      'Parts of the TIFF that only single programs know were left out: 65001.',
    ]);
    assert.deepEqual((await rawOf(result.output)).data, (await rawOf(plain.output)).data);
  }
});

test('a TIFF of a compression that the decoder lacks is refused by its name', async () => {
  const whole = await photo
    .clone()
    .tiff({ compression: 'lzw', ...tiled })
    .toBuffer();
  for (const [code, name] of [
    [6, 'old-style JPEG'],
    [34_661, 'JBIG'],
    [34_887, 'LERC'],
    [34_925, 'LZMA'],
    [50_000, 'Zstandard'],
    [50_001, 'WebP'],
    [50_002, 'JPEG XL'],
  ] as const) {
    const input = await write(`${code}.tif`, changed(whole, 259, { value: code }));
    await assert.rejects(
      upscale(input, PLAIN),
      (error: RpcError) =>
        error.code === 'input-unsupported' && error.message.includes(`${name} compression`),
    );
  }
});

/** A TIFF whose first directory is a copy with more tags (of one LONG), and the old one behind it or nowhere. */
function withTags(tiff: Buffer, tags: Readonly<Record<number, number>>, isNext: boolean): Buffer {
  assert.equal(tiff.toString('latin1', 0, 2), 'II');
  const at = tiff.readUInt32LE(4);
  const count = tiff.readUInt16LE(at);
  const entries = Array.from({ length: count }, (_, i) =>
    tiff.subarray(at + 2 + 12 * i, at + 14 + 12 * i),
  ).filter((entry) => !(entry.readUInt16LE(0) in tags));
  for (const [tag, value] of Object.entries(tags)) {
    const entry = Buffer.alloc(12);
    entry.writeUInt16LE(Number(tag), 0);
    entry.writeUInt16LE(4, 2);
    entry.writeUInt32LE(1, 4);
    entry.writeUInt32LE(value, 8);
    entries.push(entry);
  }
  entries.sort((a, b) => a.readUInt16LE(0) - b.readUInt16LE(0));
  const directory = Buffer.alloc(6 + 12 * entries.length);
  directory.writeUInt16LE(entries.length, 0);
  Buffer.concat(entries).copy(directory, 2);
  directory.writeUInt32LE(isNext ? at : 0, directory.length - 4);
  const even = tiff.length % 2 === 0 ? tiff : Buffer.concat([tiff, Buffer.alloc(1)]);
  const bytes = Buffer.concat([even, directory]);
  bytes.writeUInt32LE(even.length, 4);
  return bytes;
}

test('a TIFF whose first directory is a thumbnail or a mask is refused, unless nothing else is there', async () => {
  const whole = await photo.clone().tiff({ compression: 'lzw' }).toBuffer();
  const old = whole.readUInt32LE(4);
  for (const [tags, isNext, said] of [
    [{ 254: 1, 330: old }, false, /a thumbnail in the first place/],
    [{ 254: 1 }, true, /a thumbnail in the first place/],
    [{ 254: 4 }, true, /a mask of transparency/],
  ] as const)
    await assert.rejects(
      upscale(await write('thumb.tif', withTags(whole, tags, isNext)), PLAIN),
      (error: RpcError) => error.code === 'input-unsupported' && said.test(error.message),
    );
  for (const tags of [{ 254: 1 }, { 254: 0, 330: old }])
    await upscale(await write('alone.tif', withTags(whole, tags, false)), PLAIN);
});

test('a JPEG that is damaged inside is upscaled with a note of what its decoder says', async () => {
  for (const progressive of [false, true]) {
    const whole = await photo.clone().jpeg({ quality: 90, progressive }).toBuffer();
    const middle = Math.floor(whole.length * 0.6);
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, middle, middle + 2).fill(0xd9, middle + 1, middle + 2);
    const input = await write('damaged.jpg', damaged);
    const result = await upscale(input, PLAIN).catch((error: unknown) => error as RpcError);
    if ('code' in result) assert.equal(result.code, 'input-damaged');
    else assert.match(result.notes.join(), /decoder of this file says/);
  }
});

for (const kind of ['baseline', 'progressive', 'gray'] as const)
  for (const missing of [1, 2])
    test(`a ${kind} JPEG that lacks ${missing} bytes of its end mark alone is upscaled whole, with a note`, async () => {
      const picture = kind === 'gray' ? photo.clone().greyscale() : photo.clone();
      const whole = await picture.jpeg({ progressive: kind === 'progressive' }).toBuffer();
      const expected = await upscale(await write('ended.jpg', whole), PLAIN);
      const result = await upscale(
        await write('endless.jpg', whole.subarray(0, whole.length - missing)),
        PLAIN,
      );
      assert.match(result.notes.join(), /has no end mark.*found nothing else missing/);
      assert.deepEqual(expected.notes, []);
      const [a, b] = await Promise.all(
        [expected, result].map(({ output }) => sharp(output).raw().toBuffer()),
      );
      assert.ok(a!.equals(b!));
      // A few bytes more are pixels.
      await assert.rejects(
        upscale(await write('cut.jpg', whole.subarray(0, whole.length - missing - 40)), PLAIN),
        { code: 'input-damaged' },
      );
    });

test('a progressive JPEG that ends between two of its scans is damaged, not whole', async () => {
  const whole = await photo.clone().jpeg({ progressive: true }).toBuffer();
  const scans: number[] = [];
  for (let at = whole.indexOf('ffda', 0, 'hex'); at > 0; at = whole.indexOf('ffda', at + 2, 'hex'))
    scans.push(at);
  assert.ok(scans.length > 5);
  for (const scan of scans.slice(1))
    await assert.rejects(upscale(await write('scans.jpg', whole.subarray(0, scan)), PLAIN), {
      code: 'input-damaged',
    });
});

test('a JPEG that lacks scans in spite of its end mark is refused without a color, else coarse with a note', async () => {
  const end = Buffer.from('ffd9', 'hex');
  const scansIn = (whole: Buffer): number[] => {
    const scans: number[] = [];
    for (let at = whole.indexOf('ffda', 0, 'hex'); at > 0;) {
      scans.push(at);
      at = whole.indexOf('ffda', at + 2, 'hex');
    }
    return scans;
  };
  const progressive = await photo.clone().jpeg({ progressive: true }).toBuffer();
  for (const scan of scansIn(progressive).slice(1)) {
    const input = await write('coarse.jpg', Buffer.concat([progressive.subarray(0, scan), end]));
    assert.match((await upscale(input, PLAIN)).notes.join(), /last scans .* coarser/);
  }
  // The only scan of a picture in sequence, which then speaks of the first component alone.
  const sequential = await photo.clone().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
  const [scan = 0] = scansIn(sequential);
  assert.deepEqual((await upscale(await write('whole.jpg', sequential), PLAIN)).notes, []);
  const [id = 0, tables = 0] = sequential.subarray(scan + 5, scan + 7);
  const grey = Buffer.concat([
    sequential.subarray(0, scan),
    Buffer.from([0xff, 0xda, 0, 8, 1, id, tables, 0, 63, 0]),
    sequential.subarray(scan + 14),
  ]);
  await assert.rejects(upscale(await write('grey.jpg', grey), PLAIN), { code: 'input-damaged' });
});

test('an SVG fills the whole result: without a size, in other units, behind comments, in UTF-16', async () => {
  const body = '<rect width="40" height="30" fill="#08f"/>';
  const NS = 'xmlns="http://www.w3.org/2000/svg"';
  const drawings: { readonly [name: string]: string } = {
    'no size': `<svg ${NS}>${body}</svg>`,
    'width only': `<svg ${NS} width="40">${body}</svg>`,
    percent: `<svg ${NS} width="100%" height="100%">${body}</svg>`,
    'view box only': `<svg ${NS} viewBox="0 0 40 30">${body}</svg>`,
    pixels: `<svg ${NS} width="40" height="30">${body}</svg>`,
    'a prefix': `<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:rect width="40" height="30" fill="#08f"/></s:svg>`,
    'a long comment': `<?xml version="1.0"?><!-- ${'x'.repeat(70_000)} --><svg ${NS} width="40" height="30">${body}</svg>`,
    'a document type': `<!DOCTYPE svg [<!ENTITY c "#08f">]><svg ${NS} width="40" height="30"><rect width="40" height="30" fill="&c;"/></svg>`,
    'units inside': `<svg ${NS} width="40" height="30"><rect width="0.4166667in" height="0.3125in" fill="#08f"/></svg>`,
  };
  for (const [name, text] of Object.entries(drawings)) {
    for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`, 'utf16le')]) {
      const { output } = await upscale(await write(`${name}.svg`, bytes), PLAIN);
      const { data, width, height } = await rawOf(output, 4);
      assert.deepEqual([width, height], [160, 120], name);
      for (const [x, y] of [
        [1, 1],
        [158, 1],
        [1, 118],
        [158, 118],
      ] as const)
        assert.deepEqual(
          [...data.subarray(4 * (y * width + x)).subarray(0, 4)],
          [0, 136, 255, 255],
          `${name} at ${x},${y}`,
        );
    }
  }
});

test('an SVG that begins elsewhere than at its origin keeps its place', async () => {
  const text =
    '<svg xmlns="http://www.w3.org/2000/svg"><rect x="10" y="5" width="30" height="25" fill="#08f"/></svg>';
  const { output } = await upscale(await write('elsewhere.svg', Buffer.from(text)), PLAIN);
  const { data, width, height } = await rawOf(output, 4);
  assert.deepEqual([width, height], [160, 120]);
  assert.equal(data[4 * (10 * width + 20) + 3], 0);
  assert.equal(data[4 * (60 * width + 100) + 3], 255);
});

test('valid files with what no decoder here reads are refused by the name of that', async () => {
  const png = await photo.clone().png().toBuffer();
  const cgbi = Buffer.from('00000004436742493000200600000000', 'hex');
  cgbi.writeUInt32BE(crc32(cgbi.subarray(4, 12)) >>> 0, 12);
  const jpeg = await photo.clone().jpeg().toBuffer();
  const sof = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg[sof + 4] = 12;
  const grey = await photo.clone().greyscale().raw().toBuffer();
  const plane = { raw: { width: 64, height: 48, channels: 1 as const } };
  const withChannels = (n: number): Promise<Buffer> =>
    photo
      .clone()
      .joinChannel(
        Array.from({ length: n - 3 }, () => grey),
        plane,
      )
      .tiff({ compression: 'none' })
      .toBuffer();
  for (const [name, bytes, said] of [
    ['apple.png', Buffer.concat([png.subarray(0, 8), cgbi, png.subarray(8)]), /CgBI/],
    ['twelve.jpg', jpeg, /12 bits a channel/],
    ['five.tif', await withChannels(5), /5 channels/],
    ['six.tif', await withChannels(6), /6 channels/],
  ] as const)
    await assert.rejects(
      upscale(await write(name, bytes), PLAIN),
      (error: RpcError) => {
        assert.equal(error.code, 'input-unsupported', `${name}: ${error.message}`);
        assert.match(error.message, said);
        assert.doesNotMatch(`${error.message} ${error.hint ?? ''}`, /damaged|version control/);
        return true;
      },
      name,
    );
});

test('an SVG whose size cannot be counted, or is none, is refused by that', async () => {
  const sizes: readonly (readonly [attributes: string, code: string, said: RegExp])[] = [
    ['width="1000000000" height="1000000000"', 'input-too-large', /1000000000×1000000000/],
    ['viewBox="0 0 1e9 1e9"', 'input-too-large', /1000000000×1000000000/],
    ['width="5" viewBox="0 0 1 1000000000"', 'input-too-large', /5×5000000000/],
    ['width="1e12" height="5"', 'input-too-large', /1000000000000×5/],
    ['width="300000in" height="2"', 'input-too-large', /28800000×2/],
    ['width="40000" height="40000"', 'input-too-large', /1600 megapixels/],
    ['width="0.2" height="0.2"', 'input-unsupported', /less than one pixel/],
    ['width="0" height="3"', 'input-unsupported', /less than one pixel/],
  ];
  for (const [attributes, code, said] of sizes) {
    const text = `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}><rect width="5" height="5"/></svg>`;
    await assert.rejects(
      upscale(await write('size.svg', Buffer.from(text)), PLAIN),
      { code, message: said },
      attributes,
    );
  }
});

test('TIFFs whose samples the decoder does not know, or takes for others, are refused by what these are', async () => {
  const plain = await photo.clone().tiff({ compression: 'none' }).toBuffer();
  const lzw = await photo.clone().tiff({ compression: 'lzw' }).toBuffer();
  const grey = await photo
    .clone()
    .greyscale()
    .toColourspace('b-w')
    .tiff({ compression: 'none' })
    .toBuffer();
  const YCBCR = 6;
  const as = (tiff: Buffer, format: number, bits: number): Buffer =>
    changed(changed(tiff, 339, { value: format }), 258, { value: bits });
  for (const [name, bytes, said] of [
    ['luma and chroma, plain', changed(plain, 262, { value: YCBCR }), /YCbCr colors without JPEG/],
    ['luma and chroma, LZW', changed(lzw, 262, { value: YCBCR }), /YCbCr colors without JPEG/],
    ['double floats', as(grey, 3, 64), /floating-point samples of 64 bits/],
    ['24-bit floats', as(grey, 3, 24), /floating-point samples of 24 bits/],
    ['complex', as(grey, 6, 64), /complex samples of 64 bits/],
    ['complex integers', as(grey, 5, 32), /complex samples of 32 bits/],
    ['12 bits', as(grey, 1, 12), /12 bits a channel/],
    ['10 bits', as(grey, 1, 10), /10 bits a channel/],
    ['64 bits', as(grey, 1, 64), /64 bits a channel/],
    // Under a number of nobody's the tag is as good as not there.
    ['gray without a word', changed(grey, 262, { tag: 263 }), /PhotometricInterpretation/],
    ['RGB without a word', changed(plain, 262, { tag: 263 }), /PhotometricInterpretation/],
    ['LZW without a word', changed(lzw, 262, { tag: 263 }), /PhotometricInterpretation/],
    ['floats without a word', changed(as(grey, 3, 32), 262, { tag: 263 }), /PhotometricInterpr/],
  ] as const)
    await assert.rejects(
      upscale(await write('samples.tif', bytes), PLAIN),
      (error: RpcError) => {
        assert.equal(error.code, 'input-unsupported', `${name}: ${error.message}`);
        assert.match(error.message, said, name);
        return true;
      },
      name,
    );
});

test('a file of each format that ends anywhere in its header is damaged, not "no picture"', async () => {
  for (const format of ['png', 'jpeg', 'webp', 'avif', 'tiff', 'gif'] as const) {
    const whole = await photo.clone()[format]().toBuffer();
    for (const length of [16, 17, 20, 24, 32, 40, 64])
      await assert.rejects(
        upscale(await write('cut.bin', whole.subarray(0, length)), PLAIN),
        { code: 'input-damaged' },
        `${format}, ${length} bytes`,
      );
  }
});

test('what is left open about transparency is told: a TIFF’s nameless channel, a WebP’s hidden alpha', async () => {
  const NAMELESS = /does not say what it is; it was taken for transparency/;
  const HIDDEN = /transparency that its header does not announce/;
  const clear = photo.clone().ensureAlpha(0.5);
  const tiff = await clear.clone().tiff({ compression: 'none' }).toBuffer();
  const [UNSPECIFIED, UNASSOCIATED] = [0, 2];
  const profiled = clear.clone().withIccProfile('p3');
  const webps = await Promise.all(
    [true, false].map((lossless) => profiled.clone().webp({ lossless }).toBuffer()),
  );
  const silent = (webp: Buffer): Buffer => {
    const copy = Buffer.from(webp);
    copy[copy.indexOf('VP8X') + 8]! &= ~0x10;
    return copy;
  };
  const sources: readonly (readonly [string, Buffer, RegExp | undefined])[] = [
    ['nameless.tif', changed(tiff, 338, { value: UNSPECIFIED }), NAMELESS],
    ['named.tif', changed(tiff, 338, { value: UNASSOCIATED }), undefined],
    ['opaque.tif', await photo.clone().tiff().toBuffer(), undefined],
    ['grey.tif', await photo.clone().toColourspace('b-w').tiff().toBuffer(), undefined],
    ...webps.flatMap((webp, i) => [
      [`hidden${i}.webp`, silent(webp), HIDDEN] as const,
      [`announced${i}.webp`, webp, undefined] as const,
    ]),
  ];
  for (const [name, bytes, note] of sources) {
    const { notes } = await upscale(await write(name, bytes), PLAIN);
    assert.equal(
      [NAMELESS, HIDDEN].find((each) => each.test(notes.join())),
      note,
      `${name}: ${notes.join()}`,
    );
  }
});

test('an AVIF whose item lies elsewhere than it says is damaged, and no path is in what is told', async () => {
  const whole = await photo.clone().avif().toBuffer();
  const bytes = Buffer.from(whole);
  const offset = bytes.indexOf('iloc') + 16;
  bytes.writeUInt32BE(bytes.readUInt32BE(offset) - 20, offset);
  await assert.rejects(upscale(await write('elsewhere.avif', bytes), PLAIN), (error: RpcError) => {
    assert.equal(error.code, 'input-damaged', error.message);
    assert.doesNotMatch(error.message, /\/|bad seek/);
    return true;
  });
});

/** A gray TIFF of one strip whose directory says the kind of its samples `formats.length` times. */
function tiffSaying(formats: readonly number[]): Buffer {
  const [width, height] = [16, 8];
  const entries: (readonly [number, number, number, number])[] = [
    [256, 3, 1, width],
    [257, 3, 1, height],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, 8],
    [277, 3, 1, 1],
    [278, 3, 1, height],
    [279, 4, 1, width * height],
    [339, 3, formats.length, formats.length > 2 ? 8 + width * height : (formats[0] ?? 1)],
  ];
  const [pixels, directory] = [8, 8 + width * height + 2 * formats.length];
  const tiff = Buffer.alloc(directory + 2 + 12 * entries.length + 4);
  tiff.write('II*\0', 'latin1');
  tiff.writeUInt32LE(directory, 4);
  for (let i = 0; i < width * height; i++) tiff[pixels + i] = 20 + i;
  formats.forEach((format, i) => tiff.writeUInt16LE(format, 8 + width * height + 2 * i));
  tiff.writeUInt16LE(entries.length, directory);
  entries.forEach(([tag, type, count, value], i) => {
    const at = directory + 2 + 12 * i;
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(count, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  });
  return tiff;
}

test('a TIFF that says the kind of its samples too often, as Paint.NET writes them, is whole: no note', async () => {
  const once = await upscale(await write('once.tif', tiffSaying([1])), PLAIN);
  const thrice = await upscale(await write('thrice.tif', tiffSaying([1, 1, 1])), PLAIN);
  assert.deepEqual(thrice.notes, []);
  assert.deepEqual((await rawOf(thrice.output)).data, (await rawOf(once.output)).data);
});

test('a JPEG with a marker that no JPEG has is damaged, not of a kind that is not supported', async () => {
  const jpeg = await photo.clone().jpeg().toBuffer();
  const tables = jpeg.indexOf(Buffer.from([0xff, 0xc4]));
  const bad = Buffer.concat([jpeg.subarray(0, tables), Buffer.from([0xff, 0x11, 0, 2])]);
  await assert.rejects(
    upscale(await write('marker.jpg', Buffer.concat([bad, jpeg.subarray(tables)])), PLAIN),
    (error: RpcError) => error.code === 'input-damaged',
  );
});
