import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  imageReferences,
  placesOf,
  referenceAt,
} from '../../../src/extension/references/imageReferences';

const paths = (line: string): string[] => imageReferences(line).map(({ path }) => path);

const LINES: readonly [line: string, ...found: string[]][] = [
  ['![Logo](img/logo.png) and ![b](<my photo.jpg> "title")', 'img/logo.png', 'my photo.jpg'],
  ['[![badge](./a.webp)](b.html)', './a.webp'],
  ['<img src="my photo.PNG" alt="x.txt">', 'my photo.PNG'],
  ["<img src='a.png?v=2'>", 'a.png'],
  ['<img src=a.gif width=2>', 'a.gif'],
  ['<img srcset="a.png 1x, a@2x.png 2x,b/c.avif 640w">', 'a.png', 'a@2x.png', 'b/c.avif'],
  ['background: url(../img/x.svg#icon) no-repeat, url("y z.jpeg");', '../img/x.svg', 'y z.jpeg'],
  ["import logo from '@/assets/logo.png';", '@/assets/logo.png'],
  ['<Image src={"/hero.tiff"} alt={`${a}.png`} />', '/hero.tiff', '${a}.png'],
  ['[ref]: images/a%20b.jpg', 'images/a%20b.jpg'],
  ['https://example.com/a.png //cdn.example.com/b.png data:image/png;base64,aaaa'],
  ['<img src="https://example.com/my logo.png">'],
  ['no.pngx, notapng, .gitignore'],
  [`${'x'.repeat(5000)} a.png`],
  ['a.png', 'a.png'],
  [''],
];

for (const [line, ...found] of LINES)
  test(`pictures in ${JSON.stringify(line.slice(0, 70))}: ${found.join(', ') || 'none'}`, () => {
    assert.deepEqual(paths(line), found);
    for (const { path, start, end } of imageReferences(line))
      assert.equal(line.slice(start, end), path);
  });

test('a position is inside of a path, at both of its ends, and not beside it', () => {
  const line = '![Logo](img/logo.png) x';
  for (const column of [8, 12, 20]) assert.equal(referenceAt(line, column)?.path, 'img/logo.png');
  for (const column of [0, 7, 21, 23]) assert.equal(referenceAt(line, column), undefined);
});

const PLACES: readonly [path: string, ...places: string[]][] = [
  ['a.png', '/w/docs/a.png'],
  ['./x/../a%20b.png', '/w/docs/a b.png'],
  ['../a.png', '/w/a.png'],
  ['../../a.png'],
  ['../../../../etc/a.png'],
  ['/a.png', '/w/a.png', '/w/public/a.png', '/w/static/a.png'],
  ['/../../a.png'],
  ['@/a.png', '/w/src/a.png', '/w/a.png'],
  ['~@/a.png', '/w/src/a.png', '/w/a.png'],
  ['%2e%2e/%2e%2e/a.png'],
  ['100%.png', '/w/docs/100%.png'],
];

for (const [path, ...places] of PLACES)
  test(`${path} leads to ${places.join(', ') || 'nothing in the workspace'}`, () =>
    assert.deepEqual(placesOf(path, '/w/docs', '/w'), places));
