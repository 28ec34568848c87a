// How large an SVG is, whatever says so; the numbers of pixels are those of Chromium.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { bench, PLAIN } from './assetSupport';
import { rawOf, svg, type Raw } from './pictures';

const { write, upscale } = bench();
const NS = 'xmlns="http://www.w3.org/2000/svg"';
const FILL = '<rect width="100%" height="100%" fill="#08f"/>';
const SIZED = 'width="20" height="10"';
const BOXED = `${SIZED} viewBox="0 0 20 10"`;

const drawing = (attributes: string, content = FILL): string =>
  `<svg ${NS} ${attributes}>${content}</svg>`;

const drawn = async (text: string): Promise<Raw> =>
  rawOf((await upscale(await write('drawing.svg', Buffer.from(text)), PLAIN)).output, 4);

const alphaAt = ({ data, width }: Raw, x: number, y: number): number =>
  data[4 * (y * width + x) + 3] ?? 0;

/** The drawing has that size, and its content goes to its edges. */
function assertFilled(picture: Raw, width: number, height: number): void {
  assert.deepEqual([picture.width, picture.height], [width, height]);
  for (const [x, y] of [
    [0, 0],
    [width - 1, 0],
    [0, height - 1],
    [width - 1, height - 1],
  ] as const)
    assert.equal(alphaAt(picture, x, y), 255, `${x},${y}`);
}

describe('no style changes the size that the attributes of an SVG say', () => {
  const sheet = (css: string, attributes = BOXED): string =>
    drawing(attributes, `<style>${css}</style>${FILL}`);
  const drawings: Readonly<Record<string, string>> = {
    'the same size': drawing(`${BOXED} style="width:20px;height:10px"`),
    'a larger size': drawing(`${SIZED} style="width:40px;height:20px"`),
    'a smaller size': drawing(`${BOXED} style="width:10px;height:5px"`),
    'one side': drawing(`${BOXED} style="width:40px"`),
    'percents and auto': drawing(`${BOXED} style="width:100%;height:auto"`),
    'other units': drawing(`${SIZED} style="width:3cm;height:2em"`),
    'no size at all': drawing(`${BOXED} style="width:0;height:0"`),
    bounds: drawing(`${BOXED} style="max-width:5px;min-height:90px"`),
    'an important size': drawing(`${BOXED} style="width:40px!important;height:9px !important"`),
    'single quotes': drawing(`${BOXED} style='font-family:"A";width:40px'`),
    'a comment without an end': drawing(`${BOXED} style="width:40px;/* height"`),
    'a bracket too many': drawing(`${BOXED} style="width:40px!important;fill:red}"`),
    'a rule of the element': sheet('svg{width:40px;height:20px}'),
    'a rule of the root': sheet(':root{width:90%!important;height:auto!important}', SIZED),
    'a rule of everything': sheet('*{width:9px;height:3px}'),
    'a rule of class and id': sheet(
      '#k.a{width:90px!important;height:3px!important}',
      `class="a" id="k" ${BOXED}`,
    ),
    'a sheet before the root': `<?xml-stylesheet type="text/css" href="data:text/css,svg%7Bwidth:50px!important%7D"?>${drawing(BOXED)}`,
    'an entity': `<!DOCTYPE svg [<!ENTITY w "width:44px!important">]>${drawing(`${BOXED} style="&w;"`)}`,
    'a prefix': `<s:svg xmlns:s="http://www.w3.org/2000/svg" ${BOXED} style="width:77px"><s:rect width="20" height="10"/></s:svg>`,
    'a side by the view box': drawing('height="10" viewBox="0 0 20 10" style="width:90px"'),
  };
  for (const [name, text] of Object.entries(drawings))
    // `*` sizes what is drawn, too, as it does in a browser.
    it(name, async () => {
      const picture = await drawn(text);
      if (name === 'a rule of everything')
        assert.deepEqual([picture.width, picture.height], [80, 40]);
      else assertFilled(picture, 80, 40);
    });

  it('one that does is refused by that', async () => {
    const style = 'width:30px!important;font-family:&quot;no end';
    await assert.rejects(drawn(drawing(`${BOXED} style="${style}"`)), {
      code: 'input-unsupported',
      message: /can't be drawn at 20×10 pixels: its own style makes it \d+×10/,
    });
  });
});

describe('where no attribute says the size of an SVG, its styles do', () => {
  for (const [text, width, height] of [
    [drawing('style="width:20px;height:10px"'), 20, 10],
    [drawing('viewBox="0 0 20 10" style="width:60px;height:30px"'), 60, 30],
    [drawing('viewBox="0 0 20 10" style="width:30px"'), 30, 15],
    [drawing('viewBox="0 0 20 10" style="width:1in;height:36pt"'), 96, 48],
    [drawing('viewBox="0 0 20 10" style="width:100%;height:auto"'), 20, 10],
    [drawing('', `<style>svg{width:20px;height:10px!important}</style>${FILL}`), 20, 10],
  ] as const)
    it(text, async () => assertFilled(await drawn(text), 4 * width, 4 * height));
});

describe('units of an SVG are as large as in browsers', () => {
  for (const [unit, width, height] of [
    ['px', 20, 10],
    ['pt', 27, 13],
    ['pc', 320, 160],
    ['mm', 76, 38],
    ['cm', 756, 378],
    ['Q', 19, 9],
    ['em', 320, 160],
    ['rem', 320, 160],
    ['ch', 160, 80],
    ['PT', 27, 13],
  ] as const)
    for (const box of ['', 'viewBox="0 0 20 10" preserveAspectRatio="none"'])
      it(`20${unit}×10${unit} ${box && 'with a view box'}`, async () =>
        assertFilled(
          await drawn(drawing(`width="20${unit}" height="10${unit}" ${box}`)),
          4 * width,
          4 * height,
        ));
  for (const [attributes, width, height] of [
    ['width="1cm" height="0.5in"', 38, 48],
    ['width="15pt" height="7.5pt" viewBox="0 0 20 10"', 20, 10],
    ['width="15pt" viewBox="0 0 20 10"', 20, 10],
    ['width="2em" height="1em" font-size="20"', 40, 20],
    ['width="2em" height="1em" style="font-size:15pt"', 40, 20],
    ['width="2em" height="1em" viewBox="0 0 2 1" style="width:1em"', 32, 16],
  ] as const)
    it(attributes, async () => {
      const { width: drawnWidth, height: drawnHeight } = await drawn(drawing(attributes));
      assert.deepEqual([drawnWidth, drawnHeight], [4 * width, 4 * height]);
    });

  /** Rows of the middle column that are opaque. */
  const rows = (picture: Raw): number => {
    let count = 0;
    for (let y = 0; y < picture.height; y++)
      if (alphaAt(picture, picture.width >> 1, y) > 127) count++;
    return count;
  };
  const LINE = '<path d="M0 10H40" stroke="red"';
  for (const [name, content, expected] of [
    ['a stroke in points', `${LINE} stroke-width="3pt"/>`, 16],
    ['a stroke in millimetres by a sheet', `<style>path{stroke-width:2mm}</style>${LINE}/>`, 30],
    ['a stroke by the font', `${LINE} stroke-width="0.25em"/>`, 16],
    ['a rectangle in inches', '<rect width="40" height="0.125in"/>', 48],
    ['a stroke in pixels', `${LINE} stroke-width="4px"/>`, 16],
  ] as const)
    it(`inside: ${name}`, async () =>
      assert.equal(rows(await drawn(drawing('width="40" height="20"', content))), expected));

  it('inside: texts that nothing gives a size have 16 pixels', async () => {
    const text = (size: string): Promise<Raw> =>
      drawn(drawing('width="40" height="20"', `<text x="2" y="16"${size}>Ag</text>`));
    const expected = await text(' font-size="16px"');
    for (const size of ['', ' font-size="12pt"', ' font-size="1em"'])
      assert.ok(
        (await text(size)).data.every((each, i) => each === expected.data[i]),
        size,
      );
  });

  it('inside: one without a size is as large as it is there', async () => {
    const of = (sides: string): string => drawing('', `<rect ${sides}/>`);
    assertFilled(await drawn(of('width="0.5in" height="1pc"')), 192, 64);
    assertFilled(await drawn(of('width="48" height="16"')), 192, 64);
  });
});

it('an SVG in pixels is drawn to the bit as its drawer does by itself', async () => {
  const content =
    '<filter id="f"><feGaussianBlur stdDeviation="1.3"/></filter><linearGradient id="g"><stop ' +
    'stop-color="red"/><stop offset="1" stop-color="lime"/></linearGradient><circle cx="9.3" ' +
    'cy="5" r="4.3" fill="url(#g)"/><rect x="3" y="3" width="9" height="4" filter="url(#f)"/>' +
    '<path d="M1 1Q18 9 3 8" fill="none" stroke="red" stroke-dasharray="1.1 .7" ' +
    'vector-effect="non-scaling-stroke"/>';
  for (const [width, height] of [
    [20, 10],
    [37, 23],
  ] as const) {
    const picture = await drawn(svg(width, height, content).toString());
    const direct = await sharp(svg(width, height, content, 4))
      .raw()
      .toBuffer();
    assert.ok(direct.equals(Buffer.from(picture.data)));
  }
});
