// Drawings where cells or opposite edges are to meet, at sizes that are rounded to whole pixels.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bench, PLAIN, type Part } from './assetSupport';
import { rawOf, type Raw } from './pictures';

const { write, upscale } = bench();
const NS = 'xmlns="http://www.w3.org/2000/svg"';
const DRAWN = /An SVG is drawn anew/;

async function made(
  text: string,
  settings: Part,
): Promise<{ picture: Raw; notes: readonly string[] }> {
  const { output, notes } = await upscale(await write('parts.svg', Buffer.from(text)), {
    ...PLAIN,
    ...settings,
  });
  return { picture: await rawOf(output, 4), notes };
}

const at = ({ data, width }: Raw, x: number, y: number): number[] => [
  ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
];

const CELLS = ['#ff0000', '#00ff00', '#0000ff'];
const sheet = `<svg ${NS} width="21" height="10" viewBox="0 0 21 10">${CELLS.map(
  (colour, i) => `<rect x="${7 * i}" width="7" height="10" fill="${colour}"/>`,
).join('')}</svg>`;

it('cells of a drawing have one size and nothing of each other, and a note says so', async () => {
  for (const scale of [1.5, 2, 3.3]) {
    const { picture, notes } = await made(sheet, {
      scale,
      asset: { grid: { columns: 3, rows: 1 } },
    });
    const cell = Math.round(7 * scale);
    assert.deepEqual([picture.width, picture.height], [3 * cell, Math.round(10 * scale)]);
    for (let i = 0; i < 3; i++) {
      const expected = [0, 1, 2].map((channel) => (channel === i ? 255 : 0)).concat(255);
      for (const x of [i * cell, (i + 1) * cell - 1])
        for (const y of [0, picture.height - 1])
          assert.deepEqual(at(picture, x, y), expected, `×${scale}: ${x},${y}`);
    }
    assert.match(notes.join('\n'), DRAWN);
    assert.match(notes.join('\n'), /Its cells are as the drawing has them/);
  }
  await assert.rejects(made(sheet, { asset: { grid: { columns: 4, rows: 1 } } }), {
    code: 'bad-setting',
  });
});

it('a drawing that tiles does so as its result, and a note says so', async () => {
  const tile = `<svg ${NS} width="20" height="10" viewBox="0 0 20 10"><rect width="20" height="10" fill="#888"/></svg>`;
  for (const scale of [1.53, 2, 2.73]) {
    const { picture, notes } = await made(tile, { scale, asset: { seamless: true } });
    for (const x of [0, picture.width - 1])
      for (const y of [0, picture.height - 1])
        assert.deepEqual(at(picture, x, y), [136, 136, 136, 255], `×${scale}: ${x},${y}`);
    assert.match(notes.join('\n'), /Its edges meet as those of the drawing do/);
  }
});

it('a drawing that is to become squares is drawn, with a note', async () => {
  const { notes } = await made(sheet, { asset: { pixelArt: 'on' } });
  assert.match(notes.join('\n'), /no pixels that could become squares/);
  for (const pixelArt of ['auto', 'off'] as const)
    assert.equal((await made(sheet, { asset: { pixelArt } })).notes.length, 1);
});

describe('a drawing that its view box fills has no bare edge where its size is rounded', () => {
  for (const attributes of [
    'width="15" height="7.5" viewBox="0 0 20 10"',
    'viewBox="0 0 15 7.5"',
    'width="15" height="7.5"',
    'width="7.2pt" height="3.3mm"',
  ])
    for (const scale of [1.37, 4])
      it(`${attributes} at ×${scale}`, async () => {
        const fill = '<rect width="100%" height="100%" fill="#888"/>';
        const { picture } = await made(`<svg ${NS} ${attributes}>${fill}</svg>`, { scale });
        for (const x of [0, picture.width - 1])
          for (const y of [0, picture.height - 1]) assert.equal(at(picture, x, y)[3], 255);
      });
});
