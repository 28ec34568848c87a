import { fewOf } from '../metadata/remarks';
import { phrase, type Words } from '../../shared/phrase';
import type { SvgText } from './svg';

const TAG =
  /<(?:[\w.-]+:)?(image|use|feImage|foreignObject|animate(?:Transform|Motion|Color)?|set)((?:\s+[^\s=<>"'/]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*\/?>/g;
const REFERENCE = /\s(?:[\w.-]+:)?href\s*=\s*["']\s*([^"']*)/;
const IN_STYLE = /(?:@import\s+(?:url\(\s*)?|url\(\s*)(?:["']|&quot;)?([^"')\s;&]+)/g;
/** A tag without its "<": what stands in quotation marks may have ">" in it. */
const TO_ITS_END = /^[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>/;
const STYLE = /^(?:[\w.-]+:)?style[\s/>]/;
const KEYFRAMES = /@(?:-\w+-)?keyframes\b/;
const IMAGES = new Set(['image', 'use', 'feImage']);
const LONGEST_NAME = 60;

/** What a drawing has that its drawer passes over without a word: other files, HTML, movement. */
export function undrawn(svg: SvgText): Words[] {
  const text = withoutData(without(svg.rest, '<!--', '-->', () => ''));
  const styles = stylesIn(text);
  const files = new Set<string>();
  let [hasHtml, isAnimated] = [false, KEYFRAMES.test(styles)];
  const refer = (address: string): void => {
    if (address !== '' && !/^(?:#|data:)/i.test(address)) files.add(address.slice(-LONGEST_NAME));
  };
  for (const [, name = '', attributes = ''] of text.matchAll(TAG))
    if (IMAGES.has(name)) refer(REFERENCE.exec(attributes)?.[1]?.trim() ?? '');
    else if (name === 'foreignObject') hasHtml = true;
    else isAnimated = true;
  for (const [, address = ''] of styles.matchAll(IN_STYLE)) refer(address);
  return [
    ...(files.size > 0
      ? [phrase`The drawing refers to other files, which were not drawn: ${fewOf([...files])}.`]
      : []),
    ...(hasHtml ? [phrase`The drawing has parts in HTML, which were not drawn.`] : []),
    ...(isAnimated ? [phrase`The drawing is animated; it was drawn as it begins.`] : []),
  ];
}

/** Its tags, and what stands in its style sheets: what it only tells is no reference. */
const stylesIn = (text: string): string =>
  text
    .split('<')
    .map((part) => (STYLE.test(part) ? part : (TO_ITS_END.exec(part)?.[0] ?? '')))
    .join('<');

/** Without sections of character data, but for those of style sheets. */
const withoutData = (text: string): string =>
  without(text, '<![CDATA[', ']]>', (data, before) =>
    STYLE.test(before.slice(before.lastIndexOf('<') + 1)) ? data.replaceAll('<', ' ') : '',
  );

/** With other text in the place of what lies between two marks, or is begun and does not end. */
function without(
  text: string,
  begin: string,
  end: string,
  instead: (inner: string, before: string) => string,
): string {
  const [first = '', ...parts] = text.split(begin);
  let [found, before] = [first, first];
  for (const part of parts) {
    const at = part.indexOf(end);
    const [inner, after] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + end.length)];
    found += instead(inner, before) + after;
    before = after;
  }
  return found;
}
