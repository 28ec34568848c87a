import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { svgText } from '../../../src/engine/image/svg';
import { undrawn } from '../../../src/engine/image/undrawn/undrawn';
import { inWords } from '../../../src/shared/phrase';

const notesOfAll = async (text: string): Promise<string> => {
  const svg = svgText(text);
  assert.ok(svg);
  const reads = (addresses: readonly string[]): Promise<readonly boolean[]> =>
    Promise.resolve(addresses.map((address) => !address.includes('webp')));
  return (await undrawn(svg, reads)).map(inWords).join(' ');
};

const notesOf = (inside: string): Promise<string> =>
  notesOfAll(`<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`);

const FILE = /refers to other files.*: a\.(?:png|css|svg)\.$/;

describe('what a drawing has that is not drawn is told', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['<image href="a.png"/>', FILE],
    ["<image width='1' xlink:href = ' a.png '/>", FILE],
    ['<svg:use xmlns:svg="http://www.w3.org/2000/svg" href="a.svg#id"/>', /: a\.svg#id\.$/],
    ['<linearGradient xlink:href="a.svg#base"/>', /: a\.svg#base\.$/],
    ['<link xmlns="http://www.w3.org/1999/xhtml" rel="stylesheet" href="a.css"/>', FILE],
    ['<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="a.svg"/>', FILE],
    ['<rect style="fill: url(a.svg)"/>', FILE],
    ['<rect aria-label="1 > 0" style="fill:url(a.svg)"/>', FILE],
    ['<rect style="mask:url(&quot;a.svg&quot;)"/>', FILE],
    ['<style>@import "a.css";</style>', FILE],
    ['<style type="text/css"><![CDATA[ g > rect { fill: url(a.svg) } ]]></style>', FILE],
    ['<foreignObject/>', /parts in HTML/],
    ['<rect><animate attributeName="x"/></rect>', /is animated/],
    ['<style>@keyframes turn { }</style>', /is animated/],
    ['<script>draw()</script>', /has a script/],
    ['<style>@font-face { font-family: a; src: url(data:font/woff2;base64,AA) }</style>', /fonts/],
    ['<image href="data:image/webp;base64,AAAA"/>', /pictures in it .*: image\/webp\.$/],
    [
      `<image href="data:image/svg+xml,${encodeURIComponent('<svg><image href="a.png"/></svg>')}"/>`,
      FILE,
    ],
    ['<style>@import "data:text/css,g%7Bfill:url(a.svg)%7D";</style>', FILE],
  ];
  for (const [inside, expected] of cases)
    it(inside, async () => assert.match(await notesOf(inside), expected));

  it('a style sheet that is named before the root', async () => {
    const root = '<svg xmlns="http://www.w3.org/2000/svg"/>';
    const sheet = (address: string): string => `<?xml-stylesheet href="${address}"?>${root}`;
    assert.match(await notesOfAll(sheet('a.css')), FILE);
    assert.match(await notesOfAll(sheet('data:text/css,g{fill:oklch(0 0 0)}')), /: oklch\(\)\.$/);
    assert.equal(await notesOfAll(sheet('data:text/css,g{fill:red}')), '');
  });

  it('units that are passed over, but none of the size of the whole', async () => {
    const sized = '<svg xmlns="http://www.w3.org/2000/svg" width="2rem" height="9Q">';
    assert.equal(await notesOfAll(`${sized}</svg>`), '');
    assert.match(await notesOfAll(`${sized}<rect width="2rem"/></svg>`), /: rem\.$/);
  });

  it('what stands in an entity', async () => {
    const text = (entity: string, inside: string): string =>
      `<!DOCTYPE svg [<!ENTITY c "lab(1 2 3)"><!ENTITY e "${entity}">]><svg>${inside}</svg>`;
    assert.match(await notesOfAll(text("<image href='a.png'/>", '&e;')), FILE);
    assert.match(await notesOfAll(text('fill:&c;', '<g style="&e;"/>')), /: lab\(\)\.$/);
  });
});

describe('what the drawer does not know is told by its name', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['<text><textPath href="#p">a</textPath></text>', 'textPath'],
    ['<text x="0 10">a</text>', 'text x'],
    ['<text><tspan textLength="9">a</tspan></text>', 'tspan textLength'],
    ['<path pathLength="1"/>', 'pathLength'],
    ['<rect fill="color(display-p3 1 0 0)"/>', 'color()'],
    ['<rect style="stroke:color-mix(in srgb, red, blue)"/>', 'color-mix()'],
    ['<rect fill="rgb(from red r g b)"/>', 'from'],
    ['<rect fill="CanvasText"/>', 'CanvasText'],
    ['<rect style="fill:var(--a)"/>', 'var()'],
    ['<style>g { --a: red }</style><rect style="fill:var(--a, red)"/>', 'var()'],
    ['<rect style="width:calc(1px + 2px)"/>', 'calc()'],
    ['<rect width="3rem"/>', 'rem'],
    ['<rect style="clip-path:circle(4px at 8px 8px)"/>', 'circle()'],
    ['<rect style="transform:rotate(9deg);transform-origin:8px 8px"/>', 'transform-origin'],
    ['<rect style="transform:translate3d(1px,0,0)"/>', 'translate3d()'],
    ['<path style="d:path(&quot;M0 0&quot;)"/>', 'd'],
    ['<g color-interpolation="linearRGB"/>', 'color-interpolation'],
    ['<style>@media screen { g { fill: red } }</style>', '@media'],
    ['<style>:is(g) { fill: red }</style>', ':is'],
    ['<style>g, g:hover { fill: red }</style>', ':hover'],
    ['<style>s|g { fill: red }</style>', 's|'],
    ['<style>g { rect { fill: red } }</style>', 'rect {…}'],
    ['<style media="print">g { fill: red }</style>', 'style media'],
  ];
  for (const [inside, name] of cases)
    it(inside, async () => assert.ok((await notesOf(inside)).endsWith(`passed over: ${name}.`)));
});

describe('what a drawing only tells, or has in itself, is not', () => {
  const cases: readonly string[] = [
    '<use href="#id"/>',
    '<image href="data:image/png;base64,AAAA"/>',
    '<rect fill="url(#g)" style="mask:url( \'#m\' )"/>',
    '<!-- <image href="a.png"/> --><!-- <foreignObject/>',
    '<text>url(a.png) and @import "a.css"</text>',
    '<title>@keyframes</title>',
    '<desc><![CDATA[<image href="a.png"/> url(a.png)]]></desc>',
    '<style>rect { fill: red }</style><text>url(a.png)</text>',
    '<a href="a.html"/><metadata><image href="a.png"/></metadata>',
    '<g requiredExtensions="http://ns.adobe.com/AdobeIllustrator/10.0/"><foreignObject/></g>',
    '<rect fill="hsl(0deg 100% 50% / 50%)" style="filter:drop-shadow(1px 1px red) url(#f)"/>',
    '<rect fill="#8e8e8e" stroke-width="1.5e-3px" style="fill:var(--a, red);cursor:url(a.cur)"/>',
    '<style>g:hover { fill: red } g:not(:first-child)>[id|="a"] { fill: red }</style>',
    '<style>@charset "utf-8"; @media print { g { fill: red } } g { transform: scale(2) }</style>',
    '<text x="1" dx="1" style="word-spacing:normal;-inkscape-stroke:none">a</text>',
    '<feFuncR offset="1"/><stop offset="1"/><feDisplacementMap scale="2"/><path d="M0 0"/>',
    '<i:settings xmlns:i="urn:i"/><i:images xmlns:i="urn:i" href="a.png"/>',
  ];
  for (const inside of cases) it(inside, async () => assert.equal(await notesOf(inside), ''));
});
