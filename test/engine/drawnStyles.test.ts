import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  COLOUR_FUNCTIONS,
  FUNCTIONS_OF,
  PSEUDO_CLASSES,
  UNITS,
} from '../../src/engine/image/undrawn/knownStyles';
import { draw } from '../../src/engine/image/drawing';
import { svg } from './assets/pictures';

/** Where a drawing of 16×16 is opaque. */
const alphaOf = async (content: string): Promise<string> =>
  Buffer.from(
    (await draw({ svg: svg(16, 16, content).toString(), asksAlpha: true })).alpha ?? [],
  ).toString('hex');

const HALF = '<rect x="4" y="4" width="8" height="4"';

describe('the drawer knows what the lists say it knows', () => {
  for (const name of COLOUR_FUNCTIONS)
    it(`the colour ${name}()`, async () => {
      const opaque = name.endsWith('a') ? '0, 0%, 0%, 1' : '0 0% 0%';
      const fill = name.startsWith('rgb')
        ? opaque.replace('0,', '0%,').replace(/^0 /, '0% ')
        : opaque;
      assert.equal(
        await alphaOf(`<g fill="none">${HALF} fill="${name}(${fill})"/></g>`),
        await alphaOf(`${HALF}/>`),
      );
    });

  const ARGUMENTS: Readonly<Record<string, string>> = {
    blur: '2px',
    'drop-shadow': '4px 4px red',
    'hue-rotate': '90deg',
    opacity: '0.5',
    matrix: '1,0,0,1,2,2',
    rotate: '20deg',
    skew: '20deg',
    skewX: '20deg',
    skewY: '20deg',
    translate: '2px',
    translateX: '2px',
    translateY: '2px',
  };
  for (const name of ['blur', 'drop-shadow', 'opacity'])
    it(`the filter ${name}()`, async () =>
      assert.notEqual(
        await alphaOf(`${HALF} style="filter:${name}(${ARGUMENTS[name] ?? ''})"/>`),
        await alphaOf(`${HALF}/>`),
      ));
  for (const name of FUNCTIONS_OF['transform'] ?? [])
    it(`the transform ${name}()`, async () =>
      assert.notEqual(
        await alphaOf(`${HALF} style="transform:${name}(${ARGUMENTS[name] ?? '1.5'})"/>`),
        await alphaOf(`${HALF}/>`),
      ));

  for (const unit of UNITS)
    if (!['deg', 'grad', 'rad', 'turn'].includes(unit))
      it(`the unit ${unit}`, async () =>
        assert.notEqual(await alphaOf(`<rect width="2${unit}" height="16"/>`), await alphaOf('')));

  const SELECTORS: Readonly<Record<string, string>> = {
    lang: 'lang(en)',
    link: 'not(:link)',
    visited: 'not(:visited)',
    not: 'not(g)',
    'nth-child': 'nth-child(1)',
    'nth-last-child': 'nth-last-child(1)',
    'nth-last-of-type': 'nth-last-of-type(1)',
    'nth-of-type': 'nth-of-type(1)',
    root: 'not(:root)',
  };
  for (const name of PSEUDO_CLASSES)
    it(`the pseudo-class :${name}`, async () =>
      assert.notEqual(
        await alphaOf(
          `<style>rect:${SELECTORS[name] ?? name} { opacity: 0.5 }</style><g xml:lang="en">${HALF}/></g>`,
        ),
        await alphaOf(`${HALF}/>`),
      ));
});
