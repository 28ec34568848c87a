import { SaxesParser, type SaxesAttributeNS, type SaxesTagNS } from 'saxes';
import type { SvgText } from '../svg';
import { plainSvg } from '../svg';
import type { Findings } from './findings';
import { Styles } from './styles';

const SVG = 'http://www.w3.org/2000/svg';
const XHTML = 'http://www.w3.org/1999/xhtml';
const XINCLUDE = 'http://www.w3.org/2001/XInclude';
const MOST_ENTITIES = 1000;
const LONGEST_ENTITY = 20_000;
/** Entities within entities that are followed. */
const NESTED = 4;

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Elements that librsvg draws, or that say how others are drawn. */
const DRAWN = words(`
  a circle clipPath defs ellipse feBlend feColorMatrix feComponentTransfer feComposite
  feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA
  feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset
  fePointLight feSpecularLighting feSpotLight feTile feTurbulence filter g image line
  linearGradient marker mask path pattern polygon polyline radialGradient rect stop style svg
  switch symbol text tref tspan use`);
/** Those that nobody draws. */
const SILENT = words('color-profile cursor desc metadata mpath title view');
const MOVING = words('animate animateColor animateMotion animateTransform discard set');
const FONTS = words('font font-face');
const TEXTS = words('text tspan');
const PICTURES = words('feImage image');

/** Judges all that stands in a drawing; what its drawer passes over goes to the findings. */
export function judgeElements(svg: SvgText, findings: Findings): void {
  const styles = new Styles(findings);
  for (const [, attributes = ''] of svg.prolog.matchAll(/<\?xml-stylesheet\s([\s\S]*?)\?>/g))
    styles.sheetAt(/\bhref\s*=\s*["']([^"']*)/.exec(attributes)?.[1] ?? '');
  const entities = entitiesOf(svg.prolog);
  walk(plainSvg({ ...svg, prolog: '' }), entities, findings, styles);
  for (const text of Object.values(entities))
    if (text.includes('<')) walk(`<svg xmlns="${SVG}">${text}</svg>`, entities, findings, styles);
  styles.finish();
}

function walk(
  text: string,
  entities: Readonly<Record<string, string>>,
  findings: Findings,
  styles: Styles,
): void {
  const parser = new SaxesParser({ xmlns: true, position: false });
  Object.assign(parser.ENTITIES, entities);
  let depth = 0;
  /** Depth of the element in which nothing is drawn by anyone, or nothing more is to be told. */
  let passedOver = Infinity;
  let [css, isSheet] = ['', false];
  // What is not well-formed is for the drawer to refuse.
  parser.on('error', () => undefined);
  parser.on('opentag', (tag: SaxesTagNS) => {
    depth++;
    if (depth >= passedOver) return;
    isSheet = isSvg(tag.uri) && tag.local === 'style';
    css = '';
    if (!judgeElement(depth === 1 ? withoutSize(tag) : tag, findings, styles)) passedOver = depth;
  });
  const addText = (value: string): void => {
    if (isSheet && depth < passedOver) css += value;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    if (isSheet && depth < passedOver) styles.sheet(css);
    isSheet = false;
    if (depth === passedOver) passedOver = Infinity;
    depth--;
  });
  parser.write(text).close();
}

/** The root: how large it is, its drawer is told. */
const withoutSize = (root: SaxesTagNS): SaxesTagNS => ({
  ...root,
  attributes: Object.fromEntries(
    Object.entries(root.attributes).filter(([name]) => name !== 'width' && name !== 'height'),
  ),
});

/** An element without a namespace counts as one of SVG. */
const isSvg = (uri: string): boolean => uri === SVG || uri === '';

/** Whether what stands in it is to be looked at, too. */
function judgeElement(tag: SaxesTagNS, findings: Findings, styles: Styles): boolean {
  const attributes = Object.values(tag.attributes);
  const href = attributes.find(({ local }) => local === 'href')?.value.trim() ?? '';
  if (tag.uri === XINCLUDE) {
    findings.refer(href);
    return true;
  }
  if (tag.uri === XHTML) {
    if (tag.local === 'script') findings.hasScript = true;
    else if (tag.local === 'link') findings.refer(href);
    else findings.hasHtml = true;
    return false;
  }
  if (!isSvg(tag.uri)) return false;
  const valueOf = (name: string): string | undefined =>
    attributes.find((each) => each.uri === '' && each.local === name)?.value.trim();
  // What asks for a program's own extension is shown by that program alone.
  const extensions = valueOf('requiredExtensions');
  if (extensions !== undefined && extensions !== XHTML) return false;
  if (tag.local === 'foreignObject') findings.hasHtml = true;
  else if (tag.local === 'script') findings.hasScript = true;
  else if (MOVING.has(tag.local)) findings.isAnimated = true;
  else if (FONTS.has(tag.local)) findings.hasFonts = true;
  else if (DRAWN.has(tag.local)) {
    if (tag.local !== 'a') judgeReference(tag.local, href, findings);
    judgeAttributes(tag.local, attributes, findings, styles);
    return true;
  } else if (!SILENT.has(tag.local)) findings.tell(tag.local);
  return false;
}

function judgeReference(element: string, href: string, findings: Findings): void {
  findings.refer(href);
  if (PICTURES.has(element) && /^data:/i.test(href)) findings.images.add(href);
}

function judgeAttributes(
  element: string,
  attributes: readonly SaxesAttributeNS[],
  findings: Findings,
  styles: Styles,
): void {
  for (const { uri, local, value } of attributes) {
    if (uri !== '' || value.trim() === '') continue;
    if (local === 'style') styles.declarations(value);
    else if (element === 'style') {
      if (local === 'media' && !/^(?:all|screen)$/i.test(value)) findings.tell(`style media`);
      if (local === 'type' && !/^text\/css$/i.test(value)) findings.tell(`style type`);
    } else if (TEXTS.has(element) && isPerLetter(local, value))
      findings.tell(`${element} ${local}`);
    else if (local === 'pathLength') findings.tell(local);
    else styles.attribute(local, value);
  }
}

/** Whether an attribute of a text places its letters one by one, or stretches them. */
const isPerLetter = (name: string, value: string): boolean =>
  name === 'textLength' ||
  (name === 'rotate' && !/^[\s0,]*$/.test(value)) ||
  (/^d?[xy]$/.test(name) && /[^\s,][\s,]+[^\s,]/.test(value));

/** Entities that the document type declares, those within them replaced. */
function entitiesOf(prolog: string): Readonly<Record<string, string>> {
  const declared = new Map<string, string>();
  for (const [, name = '', double, single] of prolog.matchAll(
    /<!ENTITY\s+([\w.-]+)\s+(?:"([^"]*)"|'([^']*)')/g,
  ))
    if (declared.size < MOST_ENTITIES && !declared.has(name))
      declared.set(name, (double ?? single ?? '').slice(0, LONGEST_ENTITY));
  return Object.fromEntries(
    [...declared].map(([name, text]) => {
      let value = text;
      for (let nested = 0; nested < NESTED; nested++) value = resolved(value, declared);
      return [name, value];
    }),
  );
}

/** A text with what stands for its entities, as long as one may be. */
function resolved(text: string, declared: ReadonlyMap<string, string>): string {
  let room = LONGEST_ENTITY - text.length;
  return text.replace(/&([\w.-]+);/g, (whole, name: string) => {
    const value = declared.get(name);
    if (value === undefined || value.length > room) return whole;
    room -= value.length;
    return value;
  });
}
