import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseXml, textOf, type XmlElement } from '../../../src/engine/metadata/xml';
import { xmpFor, type XmpTarget } from '../../../src/engine/metadata/xmp';
import { inWords } from '../../../src/shared/phrase';

const TARGET: XmpTarget = {
  format: 'jpeg',
  size: { width: 256, height: 192 },
  sourceSize: { width: 64, height: 48 },
  isTurned: false,
  saysOrientation: true,
  isPart: false,
  keepLocation: true,
};

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const packet = (body: string): Buffer =>
  Buffer.from(
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>' +
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}">${body}</rdf:RDF></x:xmpmeta>` +
      `${' '.repeat(200)}<?xpacket end="w"?>\0`,
  );

/** Every property of a packet, in whatever form it stands: `{namespace}name` → value. */
function properties(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (element: XmlElement): void => {
    for (const { uri, local, value } of element.attributes) found.set(`{${uri}}${local}`, value);
    for (const child of element.children) {
      if (typeof child === 'string') continue;
      found.set(`{${child.uri}}${child.local}`, textOf(child));
      visit(child);
    }
  };
  visit(parseXml(text));
  return found;
}

type Form = (uri: string, name: string, value: string, prefix: string) => string;
/** The three ways in which RDF writes a property. */
const FORMS: { readonly [name: string]: Form } = {
  attribute: (uri, name, value, prefix) =>
    `<rdf:Description rdf:about="" xmlns:${prefix}="${uri}" ${prefix}:${name} = '${value}'/>`,
  element: (uri, name, value, prefix) =>
    `<rdf:Description rdf:about=""><${prefix}:${name} xmlns:${prefix}="${uri}">${value}</${prefix}:${name}></rdf:Description>`,
  'list in a struct': (uri, name, value, prefix) =>
    `<rdf:Description rdf:about="" xmlns:o="urn:other"><o:outer rdf:parseType="Resource"><${prefix}:${name} xmlns:${prefix}="${uri}"><rdf:Bag><rdf:li>${value}</rdf:li></rdf:Bag></${prefix}:${name}></o:outer></rdf:Description>`,
};

const PLACES: readonly (readonly [string, readonly string[]])[] = [
  ['http://ns.adobe.com/exif/1.0/', ['GPSLatitude', 'GPSLongitude', 'GPSDestBearing']],
  ['http://www.dji.com/drone-dji/1.0/', ['GpsLatitude', 'GpsLongtitude', 'AbsoluteAltitude']],
  ['http://www.parrot.com/drone-parrot/1.0/', ['GPSLatitude', 'Altitude']],
  ['http://ns.adobe.com/photoshop/1.0/', ['City', 'State', 'Country']],
  ['http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/', ['Location', 'CountryCode', 'CiAdrCity']],
  [
    'http://iptc.org/std/Iptc4xmpExt/2008-02-29/',
    ['LocationShown', 'LocationCreated', 'Sublocation', 'ProvinceState', 'WorldRegion'],
  ],
  ['http://www.w3.org/2003/01/geo/wgs84_pos#', ['lat', 'long', 'alt']],
  ['http://ns.adobe.com/xmp/1.0/DynamicMedia/', ['shotLocation']],
  ['urn:of-a-maker-nobody-knows', ['GPSPosition', 'SceneLatitude', 'RtkLat', 'HomeLon', 'BaseAlt']],
  ['http://rs.tdwg.org/dwc/terms/', ['locality', 'municipality', 'county', 'higherGeography']],
  ['urn:of-a-catalogue', ['street', 'postalCode', 'address', 'plusCode', 'what3words', 'lng']],
];

for (const [form, write] of Object.entries(FORMS)) {
  test(`a place goes without location, and stays otherwise: as ${form}, under any prefix`, () => {
    for (const [uri, names] of PLACES) {
      for (const name of names) {
        for (const prefix of ['exif', 'e', 'zz-1']) {
          const source = packet(
            write(uri, name, '48.85 N', prefix) +
              write('http://purl.org/dc/elements/1.1/', 'rights', 'Ada &amp; co', 'dc'),
          );
          const kept = xmpFor(source, TARGET, undefined);
          assert.equal(properties(kept.text!).get(`{${uri}}${name}`), '48.85 N', `${uri}${name}`);
          const without = xmpFor(source, { ...TARGET, keepLocation: false }, undefined);
          assert.doesNotMatch(without.text!, /48\.85/, `${uri}${name} as ${form}`);
          assert.equal(
            properties(without.text!).get('{http://purl.org/dc/elements/1.1/}rights'),
            'Ada & co',
          );
        }
      }
    }
  });
}

const GOOGLE = 'http://ns.google.com/photos/1.0/';
const GONE: readonly (readonly [string, readonly string[]])[] = [
  [`${GOOGLE}camera/`, ['MicroVideo', 'MicroVideoOffset', 'MotionPhoto']],
  [`${GOOGLE}container/`, ['Directory']],
  [`${GOOGLE}depthmap/`, ['Data']],
  [`${GOOGLE}image/`, ['Data']],
  ['http://purl.org/dc/terms/', ['provenance']],
  ['http://ns.adobe.com/hdr-gain-map/1.0/', ['Version', 'GainMapMax']],
  ['http://ns.apple.com/HDRGainMap/1.0/', ['HDRGainMapVersion']],
  ['http://ns.adobe.com/exif/1.0/', ['SubjectArea', 'SubjectLocation']],
  [
    'http://www.dji.com/drone-dji/1.0/',
    ['CalibratedOpticalCenterX', 'CalibratedFocalLength', 'DewarpData'],
  ],
  ['http://pix4d.com/camera/1.0', ['PrincipalPoint', 'PerspectiveFocalLength']],
  ['http://pix4d.com/camera/1.0/', ['FisheyeAffineMatrix']],
  [
    'http://www.communicatingastronomy.org/avm/1.0/',
    ['Spatial.ReferenceDimension', 'Spatial.ReferencePixel', 'Spatial.Scale'],
  ],
  [
    'http://ns.adobe.com/camera-raw-settings/1.0/',
    ['CropWidth', 'CropHeight', 'CropUnits', 'CropUnit'],
  ],
  ['http://ns.apple.com/adjustment-settings/1.0/', ['CropX', 'CropW']],
];

test('what speaks of other parts of the file or of pixels goes, with a note', () => {
  for (const write of Object.values(FORMS)) {
    for (const [uri, names] of GONE) {
      for (const name of names) {
        const { text, notes } = xmpFor(packet(write(uri, name, '1000', 'q')), TARGET, undefined);
        assert.equal(properties(text!).has(`{${uri}}${name}`), false, name);
        assert.match(notes.map(inWords).join(), new RegExp(`Left out of the XMP.*${name}`));
      }
    }
  }
});

test('what sounds like a place and is none stays without location', () => {
  for (const name of ['Alt', 'AltTextAccessibility', 'FieldCount', 'Flat', 'SubjectAddressee'])
    for (const write of Object.values(FORMS)) {
      const target = { ...TARGET, keepLocation: false };
      const { text } = xmpFor(packet(write('urn:other', name, 'x', 'q')), target, undefined);
      assert.ok(properties(text!).has(`{urn:other}${name}`), name);
    }
});

test('what names the colors of the file goes: the result’s profile says them, or they are sRGB', () => {
  for (const form of ['attribute', 'element'] as const)
    for (const [uri, name, value, stays] of [
      ['http://ns.adobe.com/photoshop/1.0/', 'ICCProfile', 'Coated FOGRA39', false],
      ['http://ns.adobe.com/photoshop/1.0/', 'ColorMode', '4', false],
      ['http://ns.adobe.com/exif/1.0/', 'ColorSpace', '65535', false],
      ['http://ns.adobe.com/exif/1.0/', 'ColorSpace', '1', true],
    ] as const) {
      const { text } = xmpFor(packet(FORMS[form]!(uri, name, value, 'p')), TARGET, undefined);
      assert.equal(properties(text!).has(`{${uri}}${name}`), stays, `${name} as ${form}`);
    }
});

test('sizes, orientation and format are the result’s', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['http://ns.adobe.com/tiff/1.0/', 'Orientation', '6', '1'],
    ['http://ns.adobe.com/tiff/1.0/', 'ImageWidth', '64', '256'],
    ['http://ns.adobe.com/tiff/1.0/', 'ImageLength', '48', '192'],
    ['http://ns.adobe.com/exif/1.0/', 'PixelXDimension', '64', '256'],
    ['http://ns.adobe.com/exif/1.0/', 'PixelYDimension', '48', '192'],
    ['http://purl.org/dc/elements/1.1/', 'format', 'image/png', 'image/jpeg'],
    ['http://purl.org/dc/elements/1.1/', 'format', 'image/jpg', 'image/jpeg'],
    [`${GOOGLE}panorama/`, 'CroppedAreaImageWidthPixels', '64', '256'],
    [`${GOOGLE}panorama/`, 'FullPanoHeightPixels', '96', '384'],
    [`${GOOGLE}panorama/`, 'CroppedAreaLeftPixels', '5', '20'],
    [`${GOOGLE}panorama/`, 'ProjectionType', 'equirectangular', 'equirectangular'],
  ];
  for (const form of ['attribute', 'element'] as const) {
    for (const [uri, name, before, after] of cases) {
      const { text } = xmpFor(packet(FORMS[form]!(uri, name, before, 'p')), TARGET, undefined);
      assert.equal(properties(text!).get(`{${uri}}${name}`), after, `${name} as ${form}`);
    }
  }
});

/** Namespaces of lists of regions, of sizes and of areas. */
const REGION_KINDS = [
  [
    'http://www.metadataworkinggroup.com/schemas/regions/',
    'http://ns.adobe.com/xap/1.0/sType/Dimensions#',
    'http://ns.adobe.com/xmp/sType/Area#',
  ],
  [
    'http://ns.acdsee.com/regions/',
    'http://ns.acdsee.com/sType/Dimensions#',
    'http://ns.acdsee.com/sType/Area#',
  ],
] as const;
const REGIONS = (unit: string, [regions, dimensions, area]: readonly string[]): string =>
  `<rdf:Description rdf:about="" xmlns:r="${regions}" xmlns:d="${dimensions}" xmlns:a="${area}">` +
  '<r:Regions rdf:parseType="Resource"><r:AppliedToDimensions d:w="64" d:h="48" d:unit="pixel"/>' +
  '<r:RegionList><rdf:Bag><rdf:li><rdf:Description r:Name="Ada"><r:Area a:x="0.5" a:y="0.5" ' +
  `a:w="0.1" a:h="0.1" a:unit="${unit}"/></rdf:Description></rdf:li></rdf:Bag></r:RegionList></r:Regions></rdf:Description>`;

test('faces stay where they are in shares of the sides, and go where they can’t be followed', () => {
  for (const kind of REGION_KINDS) {
    const [regions, dimensions] = kind;
    const kept = properties(xmpFor(packet(REGIONS('normalized', kind)), TARGET, undefined).text!);
    assert.equal(kept.get(`{${dimensions}}w`), '256');
    assert.equal(kept.get(`{${dimensions}}h`), '192');
    assert.equal(kept.get(`{${regions}}Name`), 'Ada');
    for (const [unit, part] of [
      ['pixel', {}],
      ['normalized', { isTurned: true }],
      ['normalized', { isPart: true }],
    ] as const) {
      const { text, notes } = xmpFor(
        packet(REGIONS(unit, kind)),
        { ...TARGET, ...part },
        undefined,
      );
      assert.doesNotMatch(text!, /Ada/);
      assert.match(notes.map(inWords).join(), /Regions/);
    }
  }
});

test('the largest page in pixels is the result’s, and in inches as it was', () => {
  const dimensions = 'http://ns.adobe.com/xap/1.0/sType/Dimensions#';
  const around = (size: string): string =>
    `<rdf:Description rdf:about="" xmlns:p="http://ns.adobe.com/xap/1.0/t/pg/" xmlns:d="${dimensions}">` +
    `${size}</rdf:Description>`;
  for (const [unit, width] of [
    ['pixel', '256'],
    ['Pixels', '256'],
    ['inch', '64'],
  ] as const)
    for (const size of [
      `<p:MaxPageSize d:w="64" d:h="48" d:unit="${unit}"/>`,
      `<p:MaxPageSize rdf:parseType="Resource"><d:w>64</d:w><d:h>48</d:h><d:unit>${unit}</d:unit></p:MaxPageSize>`,
      `<p:MaxPageSize><rdf:Description d:w="64" d:h="48" d:unit="${unit}"/></p:MaxPageSize>`,
    ]) {
      const { text } = xmpFor(packet(around(size)), TARGET, undefined);
      assert.equal(properties(text!).get(`{${dimensions}}w`), width, size);
    }
});

test('a part or a turned picture is no panorama any more, which is told; who made it stays', () => {
  const uri = `${GOOGLE}panorama/`;
  const names = [
    'ProjectionType',
    'UsePanoramaViewer',
    'FullPanoWidthPixels',
    'PoseHeadingDegrees',
  ];
  for (const form of ['attribute', 'element'] as const)
    for (const part of [{ isPart: true }, { isTurned: true }]) {
      const revised = (name: string) =>
        xmpFor(packet(FORMS[form]!(uri, name, '64', 'p')), { ...TARGET, ...part }, undefined);
      for (const name of names) {
        const { text, notes } = revised(name);
        assert.equal(properties(text!).has(`{${uri}}${name}`), false, name);
        assert.match(notes.map(inWords).join(), new RegExp(name));
      }
      const { text, notes } = revised('StitchingSoftware');
      assert.ok(properties(text!).has(`{${uri}}StitchingSoftware`));
      assert.deepEqual(notes, []);
    }
});

test('a record of how it was made is added to any packet, under any prefix of RDF', () => {
  const provenance = {
    model: 'a "<model>" & co',
    guidance: { pixel: 1, semantic: 0.5 },
    scale: 4,
    version: '1.2.3',
  };
  const other = Buffer.from(
    `<r:RDF xmlns:r="${RDF}"><r:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:rights="Ada"/></r:RDF>`,
  );
  for (const source of [undefined, packet(''), other, Buffer.from('<no rdf')]) {
    const found = properties(xmpFor(source, TARGET, provenance).text!);
    assert.equal(found.get('{https://github.com/pisa-upscale/ns/1.0/}Model'), 'a "<model>" & co');
    if (source === other)
      assert.equal(found.get('{http://purl.org/dc/elements/1.1/}rights'), 'Ada');
  }
});

const N = 900_000;
const repeated = (text: string): string => text.repeat(Math.floor(N / text.length));
const numbered = (text: (i: number) => string): string =>
  Array.from({ length: Math.floor(N / text(99_999).length) }, (_, i) => text(i)).join('');
const BOMBS: { readonly [name: string]: string } = {
  'start tags without an end': repeated('<xmp:Thumbnails xmlns:xmp="u">'),
  'nested elements': repeated('<a>') + repeated('</a>'),
  'nested namespaces': numbered((i) => `<a xmlns:p${i}="u">`),
  'an entity that names itself often':
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' +
    repeated('&b;'),
  'undeclared entities': repeated('&a;'),
  attributes: `<a ${numbered((i) => `a${i}="" `)}/>`,
  namespaces: `<a ${numbered((i) => `xmlns:a${i}="u" `)}/>`,
  siblings: repeated('<a/>'),
  brackets: repeated('<'),
  comments: repeated('<!--'),
  instructions: repeated('<?a'),
  sections: repeated('<![CDATA['),
  quotes: `<a ${repeated('a="')}`,
  blanks: `<a>${' '.repeat(N)}</a> b`,
  'a long name of a place': `<e:${'gp'.repeat(N / 2)} xmlns:e="u"/>`,
  'GPS without an end': repeated('<exif:GPSx xmlns:exif="u">'),
};

for (const [name, body] of Object.entries(BOMBS)) {
  test(`XMP as a bomb costs linear time: ${name}`, { timeout: 60_000 }, () => {
    const { notes } = xmpFor(
      Buffer.concat([packet('').subarray(0, -80), Buffer.from(body)]),
      { ...TARGET, keepLocation: false },
      undefined,
    );
    assert.match(notes.map(inWords).join(), /XMP was left out/);
    xmpFor(packet(body), { ...TARGET, keepLocation: false }, undefined);
  });
}

test('XMP beyond a megabyte is left out with a note, and its size is all that is looked at', () => {
  const { text, notes } = xmpFor(Buffer.alloc(7_200_000, '<xmp:Thumbnails>'), TARGET, undefined);
  assert.equal(text, undefined);
  assert.match(notes.map(inWords).join(), /7\.2 MB/);
});
