import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import { test } from 'node:test';
import sharp from 'sharp';
import type { OutputFormat } from '../../../src/shared/settings';
import { exifOrientation } from '../../../src/engine/metadata/exifTags';
import { largestDifference, testPixels } from '../support';
import { bench, PLAIN } from './assetSupport';
import { fromRaw, rawOf } from './pictures';

const { write, upscale } = bench();
const photo = fromRaw({ data: testPixels(24, 16), width: 24, height: 16, channels: 3 });

const XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="Ada"/></rdf:RDF></x:xmpmeta>';
const IPTC = Buffer.concat([
  Buffer.from('8BIM\x04\x04\0\0\0\0\0\x08', 'latin1'),
  Buffer.from([0x1c, 2, 80, 0, 3, 0x41, 0x64, 0x61]),
]);

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** A block of EXIF that says who made the picture and how it is to be turned. */
function exifOf(orientation: number): Buffer {
  const exif = Buffer.alloc(38);
  exif.write('MM\0*\0\0\0\x08\0\x02', 0, 'latin1');
  exif.write('\x01\x12\0\x03\0\0\0\x01\0', 10, 'latin1');
  exif[19] = orientation;
  exif.write('\x01\x3b\0\x02\0\0\0\x04Ada\0', 22, 'latin1');
  return exif;
}

const rawProfile = (kind: string, block: Buffer): Buffer =>
  Buffer.from(
    `Raw profile type ${kind}\0\n${kind}\n${String(block.length).padStart(8)}\n` +
      `${block.toString('hex').replaceAll(/.{72}/g, '$&\n')}\n`,
    'latin1',
  );
const packed = (text: Buffer): Buffer => {
  const end = text.indexOf(0) + 1;
  return Buffer.concat([text.subarray(0, end), Buffer.from([0]), deflateSync(text.subarray(end))]);
};

/** Every way in which a PNG may hold a kind of metadata. */
const WAYS: {
  readonly [kind: string]: { readonly [way: string]: (orientation: number) => Buffer };
} = {
  EXIF: {
    'a chunk eXIf': (orientation) => chunk('eXIf', exifOf(orientation)),
    'hex digits in a text': (orientation) =>
      chunk(
        'tEXt',
        rawProfile('exif', Buffer.concat([Buffer.from('Exif\0\0'), exifOf(orientation)])),
      ),
    'packed hex digits in a text': (orientation) =>
      chunk('zTXt', packed(rawProfile('exif', exifOf(orientation)))),
    'hex digits of a JPEG’s segment': (orientation) =>
      chunk(
        'zTXt',
        packed(rawProfile('APP1', Buffer.concat([Buffer.from('Exif\0\0'), exifOf(orientation)]))),
      ),
  },
  XMP: {
    'a text': () => chunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${XMP}`)),
    'a packed text': () =>
      chunk(
        'iTXt',
        Buffer.concat([
          Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0'),
          deflateSync(Buffer.from(XMP)),
        ]),
      ),
    'hex digits in a text': () => chunk('tEXt', rawProfile('xmp', Buffer.from(XMP))),
    'hex digits of a JPEG’s segment': () =>
      chunk('tEXt', rawProfile('APP1', Buffer.from(`http://ns.adobe.com/xap/1.0/\0${XMP}`))),
  },
  IPTC: {
    'hex digits in a text': () => chunk('tEXt', rawProfile('iptc', IPTC)),
    'packed hex digits of Photoshop’s': () => chunk('zTXt', packed(rawProfile('8bim', IPTC))),
  },
};
const PLACES = ['before', 'behind'] as const;
const FORMATS: readonly OutputFormat[] = ['png', 'jpeg', 'webp', 'avif', 'tiff', 'gif'];
const HELD: { readonly [kind: string]: readonly OutputFormat[] } = {
  EXIF: ['png', 'jpeg', 'webp', 'avif', 'tiff'],
  XMP: ['png', 'jpeg', 'webp', 'avif', 'tiff'],
  IPTC: ['jpeg'],
};

async function pngWith(bytes: Buffer, place: (typeof PLACES)[number]): Promise<Buffer> {
  const png = await photo.clone().png().toBuffer();
  const at = place === 'before' ? 33 : png.length - 12;
  return Buffer.concat([png.subarray(0, at), bytes, png.subarray(at)]);
}

for (const [kind, ways] of Object.entries(WAYS)) {
  for (const [way, make] of Object.entries(ways)) {
    for (const place of PLACES) {
      test(`${kind} of a PNG as ${way} ${place} the pixels: kept by formats that hold it, a note in others`, async () => {
        const input = await write('hidden.png', await pngWith(make(1), place));
        for (const format of FORMATS) {
          const { output, notes } = await upscale(input, {
            ...PLAIN,
            format,
            asset: { pixelArt: 'off' },
          });
          const { exif, xmp, iptc } = await sharp(output).metadata();
          // The library does not look for the EXIF of a TIFF.
          const inTiff = format === 'tiff' ? readFileSync(output) : undefined;
          const own = { EXIF: exif ?? inTiff, XMP: xmp, IPTC: iptc }[kind];
          const note = new RegExp(`${kind} was left out: ${format.toUpperCase()}`);
          if (HELD[kind]?.includes(format) === true) {
            assert.match(own?.toString('latin1') ?? '', /Ada/, format);
            assert.doesNotMatch(notes.join(), note);
          } else assert.match(notes.join(), note, format);
        }
        const bare = await upscale(input, {
          ...PLAIN,
          format: 'jpeg',
          output: { metadata: 'strip' },
        });
        assert.doesNotMatch(bare.notes.join(), /left out/);
      });
    }
  }
}

for (const [way, make] of Object.entries(WAYS.EXIF ?? {})) {
  for (const place of PLACES) {
    test(`the orientation in EXIF of a PNG as ${way} ${place} the pixels is applied once and reset`, async () => {
      for (let orientation = 1; orientation <= 8; orientation++) {
        const upright = await write(
          'upright.png',
          // The same pixels, turned by the decoder that knows a TIFF's tag.
          await sharp(
            await photo
              .clone()
              .withMetadata({ orientation })
              .tiff({ compression: 'lzw' })
              .toBuffer(),
          )
            .autoOrient()
            .png()
            .toBuffer(),
        );
        const input = await write('turned.png', await pngWith(make(orientation), place));
        const [own, wanted] = [await upscale(input, PLAIN), await upscale(upright, PLAIN)];
        const [a, b] = [await rawOf(own.output, 3), await rawOf(wanted.output, 3)];
        assert.deepEqual([a.width, a.height], orientation < 5 ? [96, 64] : [64, 96]);
        assert.equal(largestDifference(a.data, b.data), 0, `orientation ${orientation}`);
        const { exif } = await sharp(own.output).metadata();
        assert.equal((exif && exifOrientation(exif)) ?? 1, 1);
      }
    });
  }
}

test('an orientation that the XMP alone says stays said, since nobody turned the pixels by it', async () => {
  const xmp = XMP.replace(
    'xmp:CreatorTool',
    'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6" xmp:CreatorTool',
  );
  const text = chunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`));
  for (const [own, exif] of [
    ['6', Buffer.alloc(0)],
    ['1', chunk('eXIf', exifOf(6))],
  ] as const) {
    const input = await write('xmp.png', await pngWith(Buffer.concat([exif, text]), 'before'));
    const { output } = await upscale(input, PLAIN);
    const written = await sharp(output).metadata();
    assert.match(written.xmp?.toString() ?? '', new RegExp(`tiff:Orientation="${own}"`));
    assert.equal(written.width, own === '6' ? 96 : 64);
  }
});

test('a record of how it was made that a format can’t hold is told, not dropped in silence', async () => {
  const input = await write('plain.png', await photo.clone().png().toBuffer());
  for (const format of FORMATS) {
    const { output, notes } = await upscale(input, {
      ...PLAIN,
      format,
      output: { provenance: true },
      asset: { pixelArt: 'off' },
    });
    const xmp = (await sharp(output).metadata()).xmp?.toString() ?? '';
    assert.equal(/pisa:Model/.test(xmp), format !== 'gif', format);
    assert.equal(/record of how it was made was left out/.test(notes.join()), format === 'gif');
  }
});
