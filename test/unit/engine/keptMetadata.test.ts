// What parts of a file's metadata keep where no location is wanted: what is no place, whatever it looks like.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exifBytes } from '../../../src/engine/metadata/exifBlock';
import { exifFor } from '../../../src/engine/metadata/exif';
import { iptcFor } from '../../../src/engine/metadata/iptc';
import { xmpFor, type XmpTarget } from '../../../src/engine/metadata/xmp';

const iptc = (...entries: readonly (readonly [number, number, Buffer])[]): Buffer =>
  Buffer.concat(
    entries.flatMap(([record, dataset, value]) => [
      Buffer.from([0x1c, record, dataset, value.length >> 8, value.length & 0xff]),
      value,
    ]),
  );
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('IPTC', () => {
  for (const [encoding, dataset, value] of [
    ['Latin-1', 116, latin('\u00a9 2009 Jane Doe')],
    ['Latin-1', 120, latin('Sch\u00f6ner Tag im Garten')],
    ['Latin-1, filled with zeros', 80, latin('J\u00fcrgen M\u00fcller\0\0')],
    ['CP1252', 120, latin('\x93Sch\xf6n\x94 \x96 ganz \x85\r\nneu')],
    ['MacRoman', 25, latin('Sch\x9anheit und M\x9fhe')],
    ['CP932', 25, hex('93fa967b8caa82cc897497a58366')],
    ['UTF-8', 120, Buffer.from('Sch\u00f6ner Tag im Garten')],
    ['UTF-16', 120, Buffer.from('Ein guter Tag', 'utf16le')],
  ] as const)
    test(`keeps a text in ${encoding} of its application record`, () => {
      const { block, unreadable } = iptcFor(iptc([2, dataset, value]), false);
      assert.ok(block?.includes(value));
      assert.deepEqual(unreadable, []);
    });
  test('keeps neither bytes that are no text, nor Latin letters of another record', () => {
    for (const [record, value] of [
      [2, hex('4052000001020304404a428f5c28f5c3')],
      [3, latin('Sch\u00f6ner Tag im Garten')],
    ] as const) {
      const { block, unreadable } = iptcFor(iptc([record, 120, value]), false);
      assert.equal(block, undefined);
      assert.equal(unreadable.length, 1);
    }
  });
  test('keeps no place that is written in Latin letters', () => {
    const { block, places } = iptcFor(iptc([2, 120, latin("Gr\xfc\xdfe von 52\xb031'N")]), false);
    assert.equal(block, undefined);
    assert.deepEqual(places, ['Caption']);
  });
});

const TARGET: XmpTarget = {
  format: 'png',
  size: { width: 2, height: 2 },
  sourceSize: { width: 1, height: 1 },
  isTurned: false,
  saysOrientation: true,
  isPart: false,
  keepLocation: false,
};
const NAMESPACES =
  'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:o="urn:other" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"';
const withoutPlaces = (inner: string, attributes: string): ReturnType<typeof xmpFor> =>
  xmpFor(
    Buffer.from(
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${NAMESPACES} ${attributes}>${inner}</rdf:Description></rdf:RDF></x:xmpmeta>`,
    ),
    TARGET,
    undefined,
  );
const placesOfXmp = (inner: string, attributes = ''): readonly string[] =>
  withoutPlaces(inner, attributes).places;
const textOfXmp = (inner: string, attributes = ''): string =>
  withoutPlaces(inner, attributes).text ?? '';
const list = (name: string, kind: string, items: readonly string[]): string =>
  `<${name}><rdf:${kind}>${items.map((item) => `<rdf:li>${item}</rdf:li>`).join('')}</rdf:${kind}></${name}>`;

describe('XMP', () => {
  for (const [name, kind, items] of [
    ['dc:subject', 'Bag', ['city', 'night', 'lights']],
    ['dc:subject', 'Bag', ['village', 'mountain', 'sunrise']],
    ['dc:subject', 'Bag', ['City', 'Night', 'Village', '1902']],
    ['dc:creator', 'Seq', ['Place', 'Jane']],
    ['lr:hierarchicalSubject', 'Bag', ['Animals|Dog', 'Things|Street|Lamp']],
  ] as const)
    test(`keeps a list of words: ${items.join(', ')}`, () =>
      assert.deepEqual(placesOfXmp(list(name, kind, items)), []));
  for (const [name, items] of [
    ['subject', ['latitude', '52.5']],
    ['subject', ['GPS', '52', 'x']],
    ['subject', ['dog', 'City: Berlin']],
    ['subject', ['Animals|Dog', 'Places|Germany|Berlin']],
  ] as const)
    test(`keeps no list that says a place: ${items.join(', ')}`, () =>
      assert.deepEqual(placesOfXmp(list(`dc:${name}`, 'Bag', items)), [name]));
  test('keeps the numbers by which a picture was developed, and no place among them', () => {
    const numbers = '5.235988, 12.612500';
    assert.deepEqual(placesOfXmp(list('crs:PointColors', 'Seq', [numbers, numbers])), []);
    assert.deepEqual(placesOfXmp(`<crs:Any>${numbers}</crs:Any>`, `crs:Other="${numbers}"`), []);
    assert.deepEqual(placesOfXmp('<crs:Any>City: Berlin</crs:Any>', 'crs:Other="geo:52.5,13.4"'), [
      'Any',
      'Other',
    ]);
    assert.deepEqual(placesOfXmp(`<o:any>${numbers}</o:any>`), ['any']);
  });
  test('keeps what is called long or an elevation where it is no number alone', () => {
    for (const name of ['camera_elevation', 'caption_long']) {
      for (const write of [
        (value: string) => textOfXmp(`<o:${name}>${value}</o:${name}>`),
        (value: string) => textOfXmp('', `o:${name}="${value}"`),
      ]) {
        assert.ok(write('from below').includes(name));
        assert.ok(!write('34 m').includes(name));
      }
      assert.ok(
        !textOfXmp(`<o:${name}><rdf:Description rdf:value="34"/></o:${name}>`).includes(name),
      );
    }
  });
  test('keeps no struct in which one field names the next as a place', () => {
    for (const [first, second] of [
      ['City', 'Berlin'],
      ['latitude', '52.5'],
    ]) {
      const struct = `<o:a rdf:parseType="Resource"><o:k>${first}</o:k><o:v>${second}</o:v></o:a>`;
      assert.deepEqual(placesOfXmp(struct), ['a']);
      const inList = `<o:a><rdf:Bag><rdf:li o:k="${first}" o:v="${second}"/></rdf:Bag></o:a>`;
      assert.deepEqual(placesOfXmp(inList), ['a']);
    }
  });
});

describe('EXIF', () => {
  /** Bytes without an order, the same ones each time. */
  const noise = (length: number, seed: number): Buffer => {
    let state = seed;
    return Buffer.from(
      Array.from({ length }, () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state >>> 24;
      }),
    );
  };
  const placesOfExif = (tag: number, value: Buffer): readonly string[] =>
    exifFor(
      exifBytes({
        isLittle: false,
        image: [],
        photo: [{ tag, type: 7, count: value.length, value }],
        gps: [],
      }),
      { width: 2, height: 2 },
      false,
      undefined,
    ).places;
  for (const [name, tag] of [
    ['CFAPattern', 41_730],
    ['OECF', 34_856],
    ['SpatialFrequencyResponse', 41_484],
  ] as const)
    test(`keeps a binary ${name}`, () => {
      for (const length of [256, 1024, 8192])
        for (let seed = 1; seed <= 20; seed++)
          assert.deepEqual(placesOfExif(tag, noise(length, seed)), [], `${length}, ${seed}`);
    });
  test('keeps no place that stands between bytes', () =>
    assert.equal(
      placesOfExif(41_730, Buffer.concat([noise(64, 1), latin('\0GPS 52.5163\0'), noise(64, 2)]))
        .length,
      1,
    ));
});
