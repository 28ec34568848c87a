// Files that are known by their first bytes, but can't be upscaled as what they are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testPixels } from '../support';
import { bench, PLAIN } from './assetSupport';
import { fromRaw } from './pictures';

const { write, upscale } = bench();
const photo = fromRaw({ data: testPixels(48, 36), width: 48, height: 36, channels: 3 });
const ZIP = `PK\x03\x04${'\0'.repeat(26)}`;

test('kinds that can’t be upscaled as what they are say so, and what to do', async () => {
  const padded = (start: Buffer | string): Buffer =>
    Buffer.concat([
      Buffer.isBuffer(start) ? start : Buffer.from(start, 'latin1'),
      Buffer.alloc(64),
    ]);
  const tiff = await photo.clone().tiff({ compression: 'none' }).toBuffer();
  const brand = (name: string): Buffer => padded(`\0\0\0\x18ftyp${name}\0\0\0\0`);
  for (const [name, content, expected] of [
    ['photo.nef', tiff, /raw file.*raw converter/s],
    ['photo.dng', tiff, /raw file/],
    ['photo.cr3', brand('crx '), /raw file/],
    ['photo.raf', padded('FUJIFILMCCD-RAW '), /raw file/],
    ['layers.psd', padded('8BPS\0\x01'), /Photoshop.*PNG/s],
    ['sky.exr', padded(Buffer.from([0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0])), /OpenEXR.*Tone-map/s],
    ['sky.hdr', padded('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n'), /Radiance/],
    ['phone.heic', brand('heic'), /HEIC.*JPEG/s],
    ['general.heic', padded('\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf'), /HEIC.*JPEG/s],
    ['burst.heic', padded('\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc'), /HEIC/],
    ['old.ppm', padded('P6\n2 2\n255\n'), /Netpbm.*PNG/s],
    ['texture.dds', padded('DDS |\0\0\0'), /DirectDraw.*PNG/s],
    ['texture.ktx2', padded('\xabKTX 20\xbb\r\n\x1a\n'), /Khronos/],
    ['quick.qoi', padded('qoif\0\0\0\x02'), /QOI/],
    ['old.pcx', padded('\n\x05\x01\x08'), /PCX/],
    ['old.tga', padded('\0\0\x02\0'), /Targa.*PNG/s],
    ['app.icns', padded('icns\0\0\x10\0'), /macOS/],
    ['layers.xcf', padded('gimp xcf v011\0'), /GIMP/],
    ['print.eps', padded('%!PS-Adobe-3.0 EPSF-3.0\n'), /PostScript.*SVG/s],
    ['small.svgz', padded('\x1f\x8b\x08\0'), /compressed SVG.*Unpack/s],
    ['small.svg', padded('\x1f\x8b\x08\0'), /compressed SVG.*Unpack/s],
    ['clip.mp4', brand('isom'), /video.*frame/s],
    ['clip.png', padded('\x1a\x45\xdf\xa3'), /video/],
    ['missing.png', padded('\n<!DOCTYPE html>\n<html>'), /web page.*download/s],
    ['new.jxl', padded(Buffer.from([0xff, 0x0a])), /JPEG XL/],
    [
      'old.jp2',
      padded(Buffer.from([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 13, 10, 0x87, 10])),
      /JPEG 2000/,
    ],
    ['old.bmp', padded(Buffer.from([0x42, 0x4d, 100, 0, 0, 0, 0, 0, 0, 0])), /BMP/],
    ['site.ico', padded(Buffer.from([0, 0, 1, 0, 1, 0])), /icon file/],
    ['bare.j2k', padded(Buffer.from([0xff, 0x4f, 0xff, 0x51])), /JPEG 2000.*PNG/s],
    ['boxed.jxl', padded('\0\0\0\x0cJXL \r\n\x87\n'), /JPEG XL/],
    ['bare.dib', padded(Buffer.from([40, 0, 0, 0])), /BMP/],
    ['hand.cur', padded(Buffer.from([0, 0, 2, 0, 1, 0])), /mouse cursor.*largest/s],
    ['hourglass.ani', padded('RIFF\x40\0\0\0ACON'), /mouse cursor/],
    ['large.psb', padded('8BPS\0\x02'), /Photoshop/],
    ['sky.pfm', padded('PF\n2 2\n-1.0\n'), /PFM.*Tone-map/s],
    ['older.crw', padded('II\x1a\0\0\0HEAPCCDR'), /raw file/],
    ['avc.heif', brand('avci'), /HEIC/],
    ['print.eps', padded(Buffer.from([0xc5, 0xd0, 0xd3, 0xc6, 32])), /PostScript/],
    ['figure.wmf', padded(Buffer.from([0xd7, 0xcd, 0xc6, 0x9a])), /metafile.*SVG/s],
    ['bare.wmf', padded('\x01\0\t\0\0\x03'), /metafile/],
    ['figure.emf', padded(`\x01\0\0\0${'\0'.repeat(36)} EMF`), /metafile/],
    ['layers.kra', padded(`${ZIP}mimetypeapplication/x-krita`), /painting program.*layers/s],
    ['layers.ora', padded(`${ZIP}mimetypeimage/openraster`), /painting program/],
    [
      'sprite.aseprite',
      padded(`\0\0\0\0\xe0\xa5${'\0'.repeat(122)}\0\0\0\0\xfa\xf1`),
      /painting program/,
    ],
    ['layers.pdn', padded('PDN3'), /painting program/],
    ['wall.vtf', padded('VTF\0\x07'), /texture.*PNG/s],
    ['wall.astc', padded('\x13\xab\xa1\x5c'), /texture/],
    ['moving.mng', padded('\x8aMNG\r\n\x1a\n'), /rare format.*PNG/s],
    ['photo.jxr', padded('II\xbc\x01'), /rare format/],
    ['small.xpm', padded('/* XPM */'), /rare format/],
    ['scene.blend', padded('BLENDER-v300'), /three dimensions.*Render/s],
    ['clip.mov', padded('\0\0\0\x08wide'), /video/],
    ['paper.pdf', padded('%PDF-1.7\n'), /PDF/],
  ] as const) {
    await assert.rejects(
      upscale(await write(name, content), PLAIN),
      (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, 'input-not-an-image', name);
        assert.match(`${error.message} ${error.hint ?? ''}`, expected, name);
        return true;
      },
    );
  }
});

test('small numbers at the start of a file make no icon of it', async () => {
  const targa = Buffer.alloc(18 + 3 * 64);
  targa[2] = 2;
  for (const at of [12, 14]) targa.writeUInt16LE(8, at);
  targa[16] = 24;
  await assert.rejects(upscale(await write('noise.tga', targa), PLAIN), /Targa/);
  for (const type of [1, 2])
    await assert.rejects(
      upscale(await write('numbers.bin', Buffer.from([0, 0, type, ...Buffer.alloc(60)])), PLAIN),
      /of no supported format/,
    );
});
