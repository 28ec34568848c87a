import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exifBytes, exifLength, readExifBlock } from '../../../src/engine/metadata/exifBlock';
import { fittingExif } from '../../../src/engine/metadata/exifFile';

const [HEADER, ENTRY, UNDEFINED] = [8, 12, 7];
const FIRST_TAG = 40_100;

/** A block of so many bytes whose every tag claims all of it. */
function sharing(count: number, size: number): Buffer {
  const block = Buffer.alloc(size, 'x');
  block.write('II*\0', 'latin1');
  block.writeUInt32LE(HEADER, 4);
  block.writeUInt16LE(count, HEADER);
  for (let i = 0; i < count; i++) {
    const at = HEADER + 2 + i * ENTRY;
    block.writeUInt16LE(FIRST_TAG + i, at);
    block.writeUInt16LE(UNDEFINED, at + 2);
    block.writeUInt32LE(size - HEADER, at + 4);
    block.writeUInt32LE(HEADER, at + 8);
  }
  return block;
}

describe('an EXIF block', () => {
  for (const count of [2, 1000])
    it(`whose ${count} tags share their bytes becomes no longer than it is`, () => {
      const block = sharing(count, 65_000);
      const exif = readExifBlock(block) ?? assert.fail('no EXIF');
      const values = exif.image.reduce((sum, { value }) => sum + value.length, 0);
      assert.ok(values <= block.length, `${values} bytes of values in ${block.length}`);
      assert.equal(exif.image.length, 1);
    });

  it('is as long as its length says, in every part', () => {
    const value = (length: number): Buffer => Buffer.alloc(length, 'y');
    const tag = (number: number, length: number) => ({
      tag: number,
      type: UNDEFINED,
      count: length,
      value: value(length),
    });
    for (const isLittle of [true, false])
      for (const photo of [[], [tag(40_961, 3), tag(40_962, 7)]])
        for (const gps of [[], [tag(1, 2), tag(2, 24)]]) {
          const exif = { isLittle, image: [tag(270, 9), tag(271, 4)], photo, gps };
          assert.equal(exifLength(exif), exifBytes(exif).length);
        }
  });

  it('that is too long loses its longest tags, and no others', () => {
    const tag = (number: number, length: number) => ({
      tag: number,
      type: UNDEFINED,
      count: length,
      value: Buffer.alloc(length),
    });
    const image = [tag(270, 60_000), tag(271, 20), tag(33_432, 50_000), tag(305, 40_000)];
    const { exif, tooLong } = fittingExif({ isLittle: true, image, photo: [], gps: [] }, 'png');
    assert.deepEqual(tooLong, ['ImageDescription', 'Copyright']);
    assert.deepEqual(
      exif.image.map((each) => each.tag),
      [271, 305],
    );
  });
});
