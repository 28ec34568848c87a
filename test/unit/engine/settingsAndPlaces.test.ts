// Settings of programs, layouts and lenses, which look like places and stay, and places that are written much like them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { saysPlace, saysPlaceOf } from '../../../src/engine/metadata/saidPlace';

const SETTINGS = [
  'Lens: 70-300mm f/4-5.6 E',
  'f/2-28.5 E',
  '18-55 E',
  'EF24-30N',
  'https://www.here.com/about',
  'https://photos-here.com/img',
  'https://photos-waze.com/ul',
  'https://foursquare.com/about',
  'https://www.waze.com/about',
  '"sigmas": [14.614642, 9.7243]',
  '"sigmas": [14.614642, 9.7243, 6.3184, 0.0]',
  '[14.614642, 9.7243, 6.3184, 3.7681, 2.1811]',
  '{"widgets_values": [12.3456, 45.6789]}',
  '"widgets_values":[7, 12.3456, 45.6789]',
  'slider: 12.3456, 45.6789',
  'sigma_min: 12.3456, 45.6789',
  '"bounding_box": [12.3456, 45.6789]',
  'prompt: country: none',
  'style: town: night',
  '{"boundingRect":[12.3456,45.6789,78.1234,90.5678]}',
  '"rect":[12.3456,45.6789]',
  '"bounds": {[12.3456, 45.6789]',
  '<svg viewBox="0 0 24.1234 24.5678">',
  'crs:UprightTransform_1="5.1234, 12.5678"',
  'block_weights=12.3456,45.6789',
  '<polygon points="12.3456,45.6789 23.4567,56.7891"/>',
  '<path d="M12.3456,45.6789"/>',
  '[city:forest:0.4]',
  '[City:Forest:0.4]',
  '[village:town:10], [(city:1.2):country road:0.5]',
  '(a girl, city:night lights:1.2)',
  '(city:1.2)',
  '(city:forest)',
  '<lora:city:cyber>',
  '<lora:styles/city:cyber:0.8>',
  '<lyco:village:night>',
  '<hypernet:country:west>',
  'embedding:city:night',
  'Lora hashes: "city: 0123abcd1234"',
  'Lora hashes: "City: None, town: 0123abcd1234", Version: v1.10',
  'TI hashes: "village: 1234567890ab"',
  'Hashes: {"lora:village": "0123abcd1234", "city": "1234567890ab"}',
  '{"nodes":[{"name":"image","location":"input"}]}',
  '{"properties":{"where":"left"}}',
  '{"place":"background","landmark":"face","venue":"none"}',
  'camera location: low angle',
  'city street: night scene',
  'City Street: Night Scene',
  'Street: Photography by Jane',
  'street: a country road, 5 people',
  'Street: Photography by Jane, 2009',
  'where: in the upper left',
  '<location>input</location>',
];
const PLACES = [
  'Village: Oia',
  '(City: Berlin)',
  'Location: Berlin',
  '{"location":"Berlin"}',
  'Location: \u6771\u4eac',
  'Street: Unter den Linden 5',
  'Stra\u00dfe: Torstra\u00dfe',
  'city=berlin',
  '<lora:city:cyber> City: Berlin',
  'Postcode: 10115',
  '<location>Berlin</location>',
];
/** Values that are a place behind such a name, and none alone. */
const NAMED: { readonly [value: string]: readonly string[] } = {
  '52': ['lat', 'GPS', 'Koordinaten'],
  '525163000': ['latitudeE7', 'lng'],
  '52.52, 13.41': ['Location', 'taken', 'Standort', 'near'],
  '52.516, 13.378 here': ['at', 'point'],
  u33db2m3q: ['geohash', 'Geo Hash'],
  JO62qm: ['locator', 'qth'],
  'filled.count.soap': ['what3words', 'w3w'],
  '33U 3900': ['mgrs', 'usng'],
  '33 390000': ['UTM', 'utm zone'],
  '25833 390000': ['epsg', 'srid'],
  'GC2F+': ['plus code', 'olc'],
  '390000': ['easting', 'northing'],
  '1a2b3c': ['quadkey', 'osm id', 'place id'],
  '10115 Berlin': ['city', 'Ort'],
};

describe('settings and layouts', () => {
  for (const text of SETTINGS)
    test(`are no place: ${JSON.stringify(text)}`, () => assert.ok(!saysPlace(text)));
});

describe('a place among settings, lists and pages', () => {
  for (const text of PLACES)
    test(`is found: ${JSON.stringify(text)}`, () => assert.ok(saysPlace(text)));
});

describe('a value that needs a name', () => {
  for (const [value, names] of Object.entries(NAMED))
    test(`is a place behind one, and nothing else: ${value}`, () => {
      for (const name of names) assert.ok(saysPlaceOf(name, value), name);
      for (const name of ['Title', 'seed', 'Software']) assert.ok(!saysPlaceOf(name, value), name);
    });
});
