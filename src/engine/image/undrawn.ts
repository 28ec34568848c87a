import { fewOf } from '../metadata/remarks';
import { phrase, type Words } from '../../shared/phrase';
import type { SvgText } from './svg';

const TAG =
  /<(?:[\w.-]+:)?(image|use|feImage|foreignObject|animate(?:Transform|Motion|Color)?|set)((?:\s+[^\s=<>"'/]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*\/?>/g;
const REFERENCE = /\s(?:[\w.-]+:)?href\s*=\s*["']\s*([^"']*)/;
const IN_STYLE = /(?:@import\s+(?:url\(\s*)?|url\(\s*)(?:["']|&quot;)?([^"')\s;&]+)/g;
const KEYFRAMES = /@(?:-\w+-)?keyframes\b/;
const IMAGES = new Set(['image', 'use', 'feImage']);
const LONGEST_NAME = 60;

/** What a drawing has that its drawer passes over without a word: other files, HTML, movement. */
export function undrawn(svg: SvgText): Words[] {
  const text = withoutComments(svg.rest);
  const files = new Set<string>();
  let [hasHtml, isAnimated] = [false, KEYFRAMES.test(text)];
  const refer = (address: string): void => {
    if (address !== '' && !/^(?:#|data:)/i.test(address)) files.add(address.slice(-LONGEST_NAME));
  };
  for (const [, name = '', attributes = ''] of text.matchAll(TAG))
    if (IMAGES.has(name)) refer(REFERENCE.exec(attributes)?.[1]?.trim() ?? '');
    else if (name === 'foreignObject') hasHtml = true;
    else isAnimated = true;
  for (const [, address = ''] of text.matchAll(IN_STYLE)) refer(address);
  return [
    ...(files.size > 0
      ? [phrase`The drawing refers to other files, which were not drawn: ${fewOf([...files])}.`]
      : []),
    ...(hasHtml ? [phrase`The drawing has parts in HTML, which were not drawn.`] : []),
    ...(isAnimated ? [phrase`The drawing is animated; it was drawn as it begins.`] : []),
  ];
}

/** Also without what is left of a comment that does not end. */
const withoutComments = (text: string): string =>
  text
    .split('<!--')
    .map((part, i) => {
      const end = part.indexOf('-->');
      return i === 0 ? part : end < 0 ? '' : part.slice(end + 3);
    })
    .join('');
