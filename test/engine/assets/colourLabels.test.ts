import assert from 'node:assert/strict';
import { crc32, deflateSync } from 'node:zlib';
import { test } from 'node:test';
import sharp from 'sharp';
import type { OutputFormat } from '../../../src/shared/settings';
import type { RpcError } from '../../../src/shared/rpc';
import {
  directoryBytes,
  LONG,
  numberEntry,
  RATIONAL,
  SHORT,
  type TiffEntry,
} from '../../../src/engine/image/containers/tiffDirectory';
import { matrixProfile } from '../../../src/engine/image/matrixProfile';
import { PixelFile } from '../../../src/engine/image/pixelFile';
import { exifBytes } from '../../../src/engine/metadata/exifBlock';
import { bench, PLAIN } from './assetSupport';

const { file, write, upscale } = bench();
const [WIDTH, HEIGHT] = [32, 24];
const FORMATS: readonly OutputFormat[] = ['png', 'jpeg', 'webp', 'avif', 'tiff', 'gif'];
const MOST_DIFFERENCE = 3;

/** Soft colours, or greys: no format's compression or palette is what is tested here. */
const samples = (channels: 1 | 3): Uint8Array =>
  Uint8Array.from({ length: WIDTH * HEIGHT * channels }, (_, i) => {
    const [x, y] = [Math.floor(i / channels) % WIDTH, Math.floor(i / channels / WIDTH)];
    return [40 + x * 5, 60 + y * 5, 200 - x * 4][channels === 1 ? 0 : i % 3]!;
  });

const asPng = (channels: 1 | 3): Promise<Buffer> =>
  sharp(samples(channels), { raw: { width: WIDTH, height: HEIGHT, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();

/** A PNG with one more chunk before its pixels. */
function withChunk(png: Buffer, type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([png.subarray(0, 33), length, body, checksum, png.subarray(33)]);
}

/** A TIFF of these samples with a profile that says what they mean. */
async function labelled(name: string, channels: 1 | 3, icc: Buffer): Promise<string> {
  const raw = await PixelFile.create(file(name), { width: WIDTH, height: HEIGHT, bands: channels });
  await raw.writeRows(0, samples(channels));
  await raw.addTags({ icc });
  await raw.close();
  return file(name);
}

const inSrgb = (picture: string | Buffer): Promise<Buffer> =>
  sharp(picture)
    .resize(WIDTH, HEIGHT, { fit: 'fill', kernel: 'linear' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();

/** An AVIF of one item with a box that names code points. */
function withCodePoints(avif: Buffer, primaries: number, transfer: number): Buffer {
  const bytes = Buffer.from(avif);
  const box = (name: string): number => bytes.indexOf(name, 0, 'latin1') - 4;
  const end = (name: string): number => box(name) + bytes.readUInt32BE(box(name));
  const grow = (name: string, by: number): void => {
    bytes.writeUInt32BE(bytes.readUInt32BE(box(name)) + by, box(name));
  };
  let properties = 0;
  for (let at = box('ipco') + 8; at < end('ipco'); at += bytes.readUInt32BE(at)) properties++;
  const colr = Buffer.from('\0\0\0\x13colrnclx\0\0\0\0\0\x06\x80', 'latin1');
  colr.writeUInt16BE(primaries, 12);
  colr.writeUInt16BE(transfer, 14);
  const [behind, count] = [end('ipco'), box('ipma') + 18];
  const associated = count + 1 + bytes[count]!;
  const added = colr.length + 1;
  grow('ipco', colr.length);
  grow('ipma', 1);
  grow('iprp', added);
  grow('meta', added);
  bytes[count]!++;
  // The item's data moves, too: its base offset is the first number of its entry.
  const offset = box('iloc') + 20;
  bytes.writeUInt32BE(bytes.readUInt32BE(offset) + added, offset);
  return Buffer.concat([
    bytes.subarray(0, behind),
    colr,
    bytes.subarray(behind, associated),
    Buffer.from([properties + 1]),
    bytes.subarray(associated),
  ]);
}

/** An AVIF without such a box, whose sequence header names code points, 1 and 13 as it is made. */
function withStreamColours(avif: Buffer, primaries: number, transfer: number): Buffer {
  const bytes = Buffer.from(avif);
  const from = bytes.indexOf('mdat', 0, 'latin1') + 4;
  const inBits = (values: Iterable<number>): string =>
    [...values].map((each) => each.toString(2).padStart(8, '0')).join('');
  const bits = inBits(bytes.subarray(from, from + 16));
  const made = inBits([1, 13]);
  assert.ok(bits.includes(made) && !bytes.includes('colr', 0, 'latin1'));
  const changed = bits.replace(made, inBits([primaries, transfer]));
  for (let i = 0; i < 16; i++)
    bytes[from + i] = Number.parseInt(changed.slice(8 * i, 8 * i + 8), 2);
  return bytes;
}

const avif = async (): Promise<Buffer> =>
  sharp(await asPng(3))
    .avif({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
const gamma = (value: number): Buffer => {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(Math.round(value * 100_000));
  return data;
};

const P3 = (): Promise<Buffer> =>
  sharp({ create: { width: 1, height: 1, channels: 3, background: '#123' } })
    .withIccProfile('p3')
    .png()
    .toBuffer()
    .then(async (png) => (await sharp(png).metadata()).icc!);
const D65_SRGB = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06];
const ADOBE = [0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06];

const profileChunk = (icc: Buffer): Buffer =>
  Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(icc)]);
/** ImageMagick's way: a name, the number of bytes, and these in hex digits. */
const rawProfile = (kind: string, block: Buffer): Buffer =>
  Buffer.from(
    `Raw profile type ${kind}\0\n${kind}\n${String(block.length).padStart(8)}\n` +
      `${block.toString('hex').replaceAll(/.{72}/g, '$&\n')}\n`,
    'latin1',
  );

/** A JPEG with one more segment at its beginning. */
function withSegment(jpeg: Buffer, marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
}
const withProfile = (jpeg: Buffer, icc: Buffer): Buffer =>
  withSegment(jpeg, 0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), icc]));

const jpeg = async (): Promise<Buffer> =>
  sharp(await asPng(3))
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();

/** A profile that is longer than its tags are, as it says itself. */
function padded(icc: Buffer): Buffer {
  const long = Buffer.concat([icc, Buffer.alloc(3 * icc.length)]);
  long.writeUInt32BE(long.length, 0);
  return long;
}

/** A JPEG with a profile in three segments, of which those of these numbers are there. */
const withSegments = (source: Buffer, icc: Buffer, numbers: readonly number[]): Buffer =>
  numbers.toReversed().reduce((bytes, number) => {
    const size = Math.ceil(icc.length / 3);
    const head = Buffer.from(`ICC_PROFILE\0${String.fromCharCode(number)}\x03`, 'latin1');
    const part = icc.subarray((number - 1) * size, number * size);
    return withSegment(bytes, 0xe2, Buffer.concat([head, part]));
  }, source);

function withGifProfile(gif: Buffer, icc: Buffer): Buffer {
  const table = 3 * 2 ** ((gif[10]! & 7) + 1);
  const at = 13 + (gif[10]! & 0x80 ? table : 0);
  const blocks: Buffer[] = [Buffer.from('!\xff\x0bICCRGBG1012', 'latin1')];
  for (let from = 0; from < icc.length; from += 255) {
    const piece = icc.subarray(from, from + 255);
    blocks.push(Buffer.from([piece.length]), piece);
  }
  return Buffer.concat([gif.subarray(0, at), ...blocks, Buffer.from([0]), gif.subarray(at)]);
}

/** EXIF as a camera writes it that was set to Adobe RGB: the index of interoperability is R03. */
function exifOfAdobeRgb(): Buffer {
  const block = Buffer.alloc(74);
  block.write('II*\0\x08\0\0\0', 0, 'latin1');
  const directory = (at: number, entries: readonly (readonly number[])[]): void => {
    block.writeUInt16LE(entries.length, at);
    entries.forEach(([tag = 0, type = 0, count = 0, value = 0], i) => {
      const entry = at + 2 + 12 * i;
      block.writeUInt16LE(tag, entry);
      block.writeUInt16LE(type, entry + 2);
      block.writeUInt32LE(count, entry + 4);
      block.writeUInt32LE(value, entry + 8);
    });
  };
  directory(8, [[0x8769, 4, 1, 26]]);
  directory(26, [
    [0xa001, 3, 1, 0xffff],
    [0xa005, 4, 1, 56],
  ]);
  directory(56, [[1, 2, 4, Buffer.from('R03\0').readUInt32LE()]]);
  return Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block]);
}

/** cHRM: white, red, green, blue. */
const chromaticities = (values: readonly number[]): Buffer => {
  const data = Buffer.alloc(32);
  values.forEach((value, i) => data.writeUInt32BE(Math.round(value * 100_000), 4 * i));
  return data;
};

const fractionsTag = (tag: number, values: readonly number[]): TiffEntry => {
  const value = Buffer.alloc(8 * values.length);
  values.forEach((each, i) => {
    value.writeUInt32LE(Math.round(each * 10_000), 8 * i);
    value.writeUInt32LE(10_000, 8 * i + 4);
  });
  return { tag, type: RATIONAL, count: values.length, value };
};
const shortsTag = (tag: number, values: readonly number[]): TiffEntry => {
  const value = Buffer.alloc(2 * values.length);
  values.forEach((each, i) => value.writeUInt16LE(each, 2 * i));
  return { tag, type: SHORT, count: values.length, value };
};
const longTag = (tag: number, value: number): TiffEntry =>
  numberEntry(tag, LONG, value, { isLittle: true });

const [WHITE_POINT, PRIMARIES, TRANSFER_FUNCTION, PHOTOMETRIC] = [318, 319, 301, 262];
const P3_NAMES = [0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06];
const WHITE_AND_PRIMARIES = [
  fractionsTag(WHITE_POINT, P3_NAMES.slice(0, 2)),
  fractionsTag(PRIMARIES, P3_NAMES.slice(2)),
];
/** The light of each value where values are light. */
const LIGHT = Array.from({ length: 256 }, (_, i) => 257 * i);

/** A TIFF of these samples with more tags, which it may say in its directories of EXIF. */
function tiffWith(
  channels: 1 | 3,
  tags: readonly TiffEntry[],
  below?: { readonly photo: readonly TiffEntry[]; readonly interoperability: readonly TiffEntry[] },
): Buffer {
  const layout = { isLittle: true, isBig: false };
  const isInverted = tags.some(
    ({ tag, value }) => tag === PHOTOMETRIC && value.readUInt16LE() === 0,
  );
  const pixels = Buffer.from(samples(channels).map((value) => (isInverted ? 255 - value : value)));
  const parts: Buffer[] = [Buffer.from('II*\0\0\0\0\0', 'latin1'), pixels];
  let at = 8 + pixels.length;
  const add = (entries: readonly TiffEntry[]): number => {
    const bytes = directoryBytes(entries, at, layout);
    parts.push(bytes);
    at += bytes.length;
    return at - bytes.length;
  };
  const pointers = below
    ? [longTag(34_665, add([...below.photo, longTag(40_965, add(below.interoperability))]))]
    : [];
  const own = new Map(
    [
      longTag(256, WIDTH),
      longTag(257, HEIGHT),
      shortsTag(258, Array<number>(channels).fill(8)),
      shortsTag(PHOTOMETRIC, [channels === 1 ? 1 : 2]),
      longTag(273, 8),
      shortsTag(277, [channels]),
      longTag(278, HEIGHT),
      longTag(279, pixels.length),
      ...tags,
      ...pointers,
    ].map((entry) => [entry.tag, entry]),
  );
  parts[0]!.writeUInt32LE(add([...own.values()]), 4);
  return Buffer.concat(parts);
}

/** A JPEG whose EXIF has these tags. */
const jpegWith = async (
  image: readonly TiffEntry[],
  photo: readonly TiffEntry[],
): Promise<Buffer> =>
  withSegment(
    await jpeg(),
    0xe1,
    Buffer.concat([
      Buffer.from('Exif\0\0', 'latin1'),
      exifBytes({ isLittle: true, image, photo, gps: [] }),
    ]),
  );

/** A profile whose header is sound and whose tags are rubbish from somewhere on. */
const withRubbish = (icc: Buffer, from: number): Buffer =>
  Buffer.concat([icc.subarray(0, from), Buffer.alloc(icc.length - from, 0xff)]);

const linear = (isGrey: boolean): Buffer =>
  matrixProfile('linear', { curve: { gamma: 1 }, chromaticities: D65_SRGB }, isGrey)!;

const adobe = (): Buffer =>
  matrixProfile('Adobe', { curve: { gamma: 256 / 563 }, chromaticities: ADOBE }, false)!;

/** Each label: the source, and the same samples with a profile that says the same. */
const LABELS: {
  readonly [name: string]: () => Promise<{ source: Buffer | string; reference: string }>;
} = {
  'a profile of Display P3': async () => {
    const reference = await labelled('p3.tif', 3, await P3());
    return { source: reference, reference };
  },
  'PNG cICP of Display P3': async () => ({
    source: withChunk(await asPng(3), 'cICP', Buffer.from([12, 13, 0, 1])),
    reference: await labelled('p3.tif', 3, await P3()),
  }),
  'AVIF nclx of Display P3': async () => ({
    source: withCodePoints(await avif(), 12, 13),
    reference: await labelled('p3.tif', 3, await P3()),
  }),
  'AVIF whose stream alone names Display P3': async () => ({
    source: withStreamColours(await avif(), 12, 13),
    reference: await labelled('p3.tif', 3, await P3()),
  }),
  'PNG gAMA, linear': async () => ({
    source: withChunk(await asPng(3), 'gAMA', gamma(1)),
    reference: await labelled('linear.tif', 3, linear(false)),
  }),
  'PNG gAMA, linear, beside a cICP that leaves all open': async () => ({
    source: withChunk(
      withChunk(await asPng(3), 'gAMA', gamma(1)),
      'cICP',
      Buffer.from([2, 2, 0, 1]),
    ),
    reference: await labelled('linear.tif', 3, linear(false)),
  }),
  'PNG gAMA, linear, beside a profile that can’t be read': async () => ({
    source: withChunk(
      withChunk(await asPng(3), 'gAMA', gamma(1)),
      'iCCP',
      profileChunk(Buffer.alloc(300, 7)),
    ),
    reference: await labelled('linear.tif', 3, linear(false)),
  }),
  'the first of two cICP': async () => ({
    source: withChunk(
      withChunk(await asPng(3), 'cICP', Buffer.from([9, 16, 0, 1])),
      'cICP',
      Buffer.from([1, 8, 0, 1]),
    ),
    reference: await labelled('linear.tif', 3, linear(false)),
  }),
  'a JPEG’s profile in segments, linear': async () => ({
    source: withSegments(await jpeg(), padded(linear(false)), [1, 2, 3]),
    reference: await labelled('linear.tif', 3, linear(false)),
  }),
  'a JPEG’s profile of which a segment is missing': async () => ({
    source: withSegments(await jpeg(), padded(linear(false)), [1, 2]),
    reference: await write('plain.png', await asPng(3)),
  }),
  'AVIF nclx, linear': async () => ({
    source: withCodePoints(await avif(), 1, 8),
    reference: await labelled('linear.tif', 3, linear(false)),
  }),
  'a grey profile, linear': async () => {
    const reference = await labelled('grey.tif', 1, linear(true));
    return { source: reference, reference };
  },
  'grey PNG gAMA, linear': async () => ({
    source: withChunk(await asPng(1), 'gAMA', gamma(1)),
    reference: await labelled('grey.tif', 1, linear(true)),
  }),
  'a grey PNG with an RGB profile, linear': async () => ({
    source: withChunk(await asPng(1), 'iCCP', profileChunk(linear(false))),
    reference: await labelled('grey.tif', 1, linear(true)),
  }),
  'a grey JPEG with an RGB profile, linear': async () => ({
    source: withProfile(
      await sharp(await asPng(1))
        .toColourspace('b-w')
        .jpeg({ quality: 95 })
        .toBuffer(),
      linear(false),
    ),
    reference: await labelled('grey.tif', 1, linear(true)),
  }),
  'a profile as hex digits in a PNG, linear': async () => ({
    source: withChunk(await asPng(3), 'tEXt', rawProfile('icc', linear(false))),
    reference: await labelled('linear.tif', 3, linear(false)),
  }),
  'a GIF’s profile, linear': async () => ({
    source: withGifProfile(
      await sharp(await asPng(3))
        .gif({ dither: 0, effort: 10 })
        .toBuffer(),
      linear(false),
    ),
    reference: await labelled('linear.tif', 3, linear(false)),
  }),
  'Adobe RGB by EXIF alone': async () => ({
    source: withSegment(
      await sharp(await asPng(3))
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer(),
      0xe1,
      exifOfAdobeRgb(),
    ),
    reference: await labelled('adobe.tif', 3, adobe()),
  }),
  'PNG cHRM of Display P3 without gAMA': async () => ({
    source: withChunk(await asPng(3), 'cHRM', chromaticities(P3_NAMES)),
    reference: await labelled('p3.tif', 3, await P3()),
  }),
  'PNG sRGB, beside Adobe RGB in EXIF': async () => ({
    source: withChunk(
      withChunk(await asPng(3), 'eXIf', exifOfAdobeRgb().subarray(6)),
      'sRGB',
      Buffer.from([0]),
    ),
    reference: await write('plain.png', await asPng(3)),
  }),
  'TIFF white and primaries of Display P3': async () => ({
    source: tiffWith(3, WHITE_AND_PRIMARIES),
    reference: await labelled('p3.tif', 3, await P3()),
  }),
  'TIFF transfer function, linear': async () => ({
    source: tiffWith(3, [shortsTag(TRANSFER_FUNCTION, LIGHT)]),
    reference: await labelled('linear.tif', 3, linear(false)),
  }),
  'TIFF transfer functions of three channels, linear': async () => ({
    source: tiffWith(3, [shortsTag(TRANSFER_FUNCTION, [...LIGHT, ...LIGHT, ...LIGHT])]),
    reference: await labelled('linear.tif', 3, linear(false)),
  }),
  'grey TIFF transfer function, linear': async () => ({
    source: tiffWith(1, [shortsTag(TRANSFER_FUNCTION, LIGHT)]),
    reference: await labelled('grey.tif', 1, linear(true)),
  }),
  'grey TIFF transfer function, linear, where 0 is white': async () => ({
    source: tiffWith(1, [
      shortsTag(TRANSFER_FUNCTION, LIGHT.toReversed()),
      shortsTag(PHOTOMETRIC, [0]),
    ]),
    reference: await labelled('grey.tif', 1, linear(true)),
  }),
  'Adobe RGB by a TIFF’s interoperability': async () => ({
    source: tiffWith(3, [], {
      photo: [shortsTag(0xa001, [0xffff])],
      interoperability: [{ tag: 1, type: 2, count: 4, value: Buffer.from('R03\0') }],
    }),
    reference: await labelled('adobe.tif', 3, adobe()),
  }),
  'JPEG white and primaries of Display P3 in EXIF': async () => ({
    source: await jpegWith(WHITE_AND_PRIMARIES, [shortsTag(0xa001, [0xffff])]),
    reference: await labelled('p3.tif', 3, await P3()),
  }),
  'JPEG gamma in EXIF, linear': async () => ({
    source: await jpegWith([shortsTag(274, [1])], [fractionsTag(0xa500, [1])]),
    reference: await labelled('linear.tif', 3, linear(false)),
  }),
  'JPEG primaries in EXIF that says sRGB': async () => ({
    source: await jpegWith(WHITE_AND_PRIMARIES, [shortsTag(0xa001, [1])]),
    reference: await write('plain.png', await asPng(3)),
  }),
  'PNG gAMA, linear, beside a profile whose tags are rubbish': async () => ({
    source: withChunk(
      withChunk(await asPng(3), 'gAMA', gamma(1)),
      'iCCP',
      profileChunk(withRubbish(await P3(), 128)),
    ),
    reference: await labelled('linear.tif', 3, linear(false)),
  }),
  'no label': async () => ({
    source: await asPng(3),
    reference: await write('plain.png', await asPng(3)),
  }),
  'no label, grey': async () => ({
    source: await asPng(1),
    reference: await write('plain-grey.png', await asPng(1)),
  }),
};

for (const [label, make] of Object.entries(LABELS)) {
  for (const format of FORMATS) {
    test(`${label} → ${format}: the same colours, by its profile or by converted values`, async () => {
      const { source, reference } = await make();
      // What it is stands in its first bytes; its name is no matter.
      const input = typeof source === 'string' ? source : await write('source.png', source);
      const { output } = await upscale(input, { ...PLAIN, format, asset: { pixelArt: 'off' } });
      const [own, wanted] = [await inSrgb(output), await inSrgb(reference)];
      const grey = own.length === wanted.length ? 1 : 3;
      let sum = 0;
      for (let i = 0; i < wanted.length; i++)
        sum += Math.abs(own[Math.floor(i / grey)]! - wanted[i]!);
      assert.ok(
        sum / wanted.length <= MOST_DIFFERENCE,
        `${(sum / wanted.length).toFixed(1)} levels off`,
      );
    });
  }
}

test('code points that nobody here can follow are refused by what they say', async () => {
  for (const [points, said] of [
    [[1, 13, 0, 0], /narrow range of video/],
    [[1, 200, 0, 1], /code points nobody here knows/],
    [[200, 13, 0, 1], /code points nobody here knows/],
  ] as const)
    await assert.rejects(
      upscale(
        await write('points.png', withChunk(await asPng(3), 'cICP', Buffer.from(points))),
        PLAIN,
      ),
      (error: RpcError) => error.code === 'input-unsupported' && said.test(error.message),
      points.join(),
    );
});

test('PQ and HLG are refused with what to do, wherever they are named', async () => {
  for (const transfer of [16, 18]) {
    for (const [name, bytes] of [
      ['hdr.png', withChunk(await asPng(3), 'cICP', Buffer.from([9, transfer, 0, 1]))],
      ['grey.png', withChunk(await asPng(1), 'cICP', Buffer.from([9, transfer, 0, 1]))],
      ['hdr.avif', withCodePoints(await avif(), 9, transfer)],
      ['stream.avif', withStreamColours(await avif(), 9, transfer)],
    ] as const)
      await assert.rejects(
        upscale(await write(name, bytes), PLAIN),
        (error: RpcError) => /PQ or HLG/.test(error.message) && /Tone-map/.test(error.hint ?? ''),
        name,
      );
  }
});

test('a profile that does not fit to the picture, or can’t be read, is left out with a note', async () => {
  const note = /color profile is damaged or of another kind/;
  for (const [name, source] of [
    ['grey’s profile', withChunk(await asPng(3), 'iCCP', profileChunk(linear(true)))],
    ['no profile', withChunk(await asPng(3), 'iCCP', profileChunk(Buffer.alloc(300, 7)))],
    [
      'a cut profile',
      withChunk(await asPng(3), 'iCCP', profileChunk(linear(false)).subarray(0, 40)),
    ],
    ['the beginning of a profile', withSegments(await jpeg(), padded(linear(false)), [1, 2])],
    ...(await Promise.all(
      // Its table of tags, and what stands in them.
      [128, 132, 300, 400].map(
        async (at) =>
          [
            `rubbish from ${at} on`,
            withProfile(await jpeg(), withRubbish(await P3(), at)),
          ] as const,
      ),
    )),
  ] as const) {
    const { output, notes } = await upscale(await write('unfit.png', source), PLAIN);
    assert.match(notes.join(), note, name);
    assert.equal((await sharp(output).metadata()).icc, undefined, name);
  }
  const { notes } = await upscale(await write('fit.png', await asPng(3)), PLAIN);
  assert.doesNotMatch(notes.join(), note);
});

test('colors that a source names and that can’t be so are left out with a note', async () => {
  for (const [name, source] of [
    ['an exponent of 0', withChunk(await asPng(3), 'gAMA', gamma(0))],
    [
      'primaries on one line',
      withChunk(await asPng(3), 'cHRM', chromaticities(Array(8).fill(0.3))),
    ],
    ['a curve of two values', tiffWith(3, [shortsTag(TRANSFER_FUNCTION, [0, 65_535])])],
    ['a curve without light', tiffWith(3, [shortsTag(TRANSFER_FUNCTION, Array(256).fill(0))])],
    ['one primary', tiffWith(3, [fractionsTag(PRIMARIES, [0.68, 0.32])])],
  ] as const) {
    const { output, notes } = await upscale(await write('odd.bin', source), {
      ...PLAIN,
      format: 'png',
    });
    assert.match(notes.join(), /white point, primaries or curve/, name);
    assert.equal((await sharp(output).metadata()).icc, undefined, name);
  }
});
