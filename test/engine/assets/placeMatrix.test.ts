// Every spelling of a place in every part of a file that holds texts, and texts that look alike.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bench, PLAIN } from './assetSupport';
import { CARRIERS, heldBy, pngWith } from './placeCarriers';

const { write, upscale } = bench();
const WITHOUT = { ...PLAIN, output: { metadata: 'withoutLocation' as const } };

const SAID = [
  '{"GPSLatitude": 52.5163, "GPSLongitude": 13.3777}',
  'GPSLatitude=52/1, 30/1, 5868/100',
  'gps_lat=52.5163',
  '52.5163\u00b0, 13.3777\u00b0',
  'Lat. 52.5163 Lon. 13.3777',
  '52,5163; 13,3777',
  '52.5163/13.3777',
  'https://example.org/?ll=13.3777%2C52.5163',
  '33UUU 8947 1973',
  'geohash u33db2m3q',
];
const HARMLESS = [
  'Version 1.2.3, 1920x1080, 52.5 x 13.3 mm',
  'CFG scale: 7.5, Steps: 20, Size: 512x512, Seed: 1234567890',
  'ratio 16:9, rgb(52, 13, 20), EUR 52.99, 2024-05-01 12:30:58',
];

for (const [place, [format, make]] of Object.entries(CARRIERS)) {
  test(`${place}: a place goes in every spelling, and that is told`, async () => {
    for (const text of SAID) {
      const input = await write(`said.${format}`, await make(text));
      const { output, notes } = await upscale(input, WITHOUT);
      const held = await heldBy(readFileSync(output));
      assert.ok(!held.includes(text), text);
      assert.match(notes.join(), /Left out, since it says where something is: /, text);
      if (format === 'jpg' && place.includes('XMP')) assert.ok(held.includes('KEPT'), text);
    }
  });
  test(`${place}: a text that looks alike stays, without a word`, async () => {
    for (const text of HARMLESS) {
      const input = await write(`harmless.${format}`, await make(text));
      const { output, notes } = await upscale(input, WITHOUT);
      assert.ok((await heldBy(readFileSync(output))).includes(text), `${text}: ${notes.join()}`);
      assert.doesNotMatch(notes.join(), /where something is/, text);
    }
  });
}

for (const keyword of ['photoshop:City', 'City Name', 'Xmp.photoshop.City', 'CITY_NAME', 'city'])
  test(`a PNG's text called ${keyword} goes, and that is told`, async () => {
    const input = await write(
      'named.png',
      await pngWith('tEXt', Buffer.from(`${keyword}\0Berlin`)),
    );
    const { output, notes } = await upscale(input, WITHOUT);
    assert.ok(!(await heldBy(readFileSync(output))).includes('Berlin'));
    assert.ok(notes.includes(`Left out, since it says where something is: ${keyword}.`));
  });
