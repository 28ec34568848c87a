import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { saysPlace } from '../../../src/engine/metadata/saidPlace';

const PLACES = [
  'geo:52.52,13.405',
  'GPS: 52.5200N 13.4050E',
  'GPS 52.52',
  'taken at 52.52N, 13.40E in the morning',
  `52° 31' 12.0" N, 13° 24' 18.0" E`,
  'N 52° 31.2 E 13° 24.3',
  '52°31′12″N 13°24′18″E',
  '52 deg 31\' 12.02" N, 13 deg 24\' 18.00" E',
  'lat=52.5, lon=13.4',
  'Latitude: 52.520008',
  '{"lat":52.52,"lng":13.405}',
  '52.520008, 13.404954',
  '-33.856784 151.215297',
  '+52.5200+013.4050/',
  '+48.8577+002.295/',
  'POINT(13.405 52.52)',
  'https://www.google.com/maps/@52.5200,13.4050,17z',
  'https://maps.app.goo.gl/AbCdEf',
  'https://www.openstreetmap.org/#map=17/52.5200/13.4050',
  'https://maps.apple.com/?ll=52.52,13.40',
  '9F4MGC2F+XV',
  '///filled.count.soap',
  'https://what3words.com/filled.count.soap',
  '33°51′S',
];
const OTHERS = [
  '',
  'Ada 1843',
  'Created with GIMP',
  '48 N',
  'CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90',
  'Size 1024 x 768, 300 dpi',
  'f/2.8, 1/250 s, ISO 100, 35 mm',
  'Canon EOS 5D Mark IV, EF 24-70 f/2.8L',
  '0.1234, 0.5678',
  '2024-05-01T12:00:00+02:00',
  'uuid:9F4MGC2F-0000-4000-8000-00000000ABCD',
  'file:///home/ada.jpg',
  'http://ns.adobe.com/xap/1.0/',
  'version 1.20.3, build 4.5.6',
  'Rotated by 90° and 45°',
  'white balance 5200 K, tint +10',
  'ToneCurve 0, 0, 255, 255',
  'a 2-1 win, 10-12 people',
  'See the plate on page 12 of volume 3.',
  'gpsless',
];

describe('whether a text says where something is', () => {
  for (const text of PLACES) test(`it does: ${text}`, () => assert.ok(saysPlace(text)));
  for (const text of OTHERS) test(`it does not: ${text}`, () => assert.ok(!saysPlace(text)));
  test('a long text is read to its end, and takes no time', () => {
    for (const piece of [
      '1',
      '1 ',
      '1.0000 ',
      "1'",
      '+12',
      'lat ',
      'N',
      '52°',
      ' ',
      '\n',
      'google.',
      '1,',
      'a.',
      '9',
    ]) {
      const long = piece.repeat(Math.ceil(1_000_000 / piece.length));
      saysPlace(`1${long}`);
      saysPlace(`N 1${long}x`);
      assert.ok(saysPlace(`${long} geo:52.52,13.40`), piece);
    }
  });
});
