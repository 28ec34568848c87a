import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { svgText } from '../../../src/engine/image/svg';
import { undrawn } from '../../../src/engine/image/undrawn';
import { inWords } from '../../../src/shared/phrase';

const notesOf = (inside: string): string => {
  const svg = svgText(`<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`);
  assert.ok(svg);
  return undrawn(svg).map(inWords).join(' ');
};

const FILE = /refers to other files.*: a\.(?:png|css|svg)\.$/;

describe('what a drawing has that is not drawn is told', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['<image href="a.png"/>', FILE],
    ["<image width='1' xlink:href = ' a.png '/>", FILE],
    ['<svg:use href="a.svg#id"/>', /: a\.svg#id\.$/],
    ['<rect style="fill: url(a.svg)"/>', FILE],
    ['<rect aria-label="1 > 0" style="fill:url(a.svg)"/>', FILE],
    ['<rect style="mask:url(&quot;a.svg&quot;)"/>', FILE],
    ['<style>@import "a.css";</style>', FILE],
    ['<style type="text/css"><![CDATA[ g > rect { fill: url(a.svg) } ]]></style>', FILE],
    ['<foreignObject/>', /parts in HTML/],
    ['<rect><animate attributeName="x"/></rect>', /is animated/],
    ['<style>@keyframes turn { }</style>', /is animated/],
  ];
  for (const [inside, expected] of cases) it(inside, () => assert.match(notesOf(inside), expected));
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
    '<settings/><images href="a.png"/>',
  ];
  for (const inside of cases) it(inside, () => assert.equal(notesOf(inside), ''));
});
