import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { engineError } from '../errors';
import { byteWords } from '../../shared/byteText';
import { phrase } from '../../shared/phrase';

/** An SVG's text, taken apart at the tag of its root. */
export type SvgText = {
  /** Its style sheets and the document type, whose entities the drawing may use. */
  readonly prolog: string;
  /** Name of the root element, with its prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** What follows the root's attributes: `>` or `/>` and everything behind it. */
  readonly rest: string;
};

const MOST_BYTES = 64e6;
/** Bytes by which a larger file is known for no drawing. */
const HEAD = 4096;
/** libvips takes for an SVG what says so early; a prefix or a document type may stand in the way. */
const MARK = '<!--<svg-->';
const SHEET = '<?xml-stylesheet';

/** Reads an SVG. Undefined when its root is no `svg` element. */
export async function readSvg(file: string): Promise<SvgText | undefined> {
  const { size } = await stat(file);
  if (size > MOST_BYTES) {
    if (!(await beginsAsMarkup(file))) return undefined;
    throw engineError('input-too-large', {
      message: phrase`${path.basename(file)} has ${byteWords(size)}; an SVG may have ${byteWords(MOST_BYTES)}.`,
      hint: phrase`Simplify the drawing, or export it as PNG.`,
    });
  }
  return svgText(decoded(await readFile(file)));
}

/** Whether a file that is too large to be read whole may be a drawing at all. */
async function beginsAsMarkup(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return decoded(buffer.subarray(0, bytesRead)).trimStart().startsWith('<');
  } finally {
    await handle.close();
  }
}

/** Takes an SVG apart. Undefined when its root is no `svg` element. */
export function svgText(text: string): SvgText | undefined {
  let at = 0;
  let prolog = '';
  for (;;) {
    while (/\s/.test(text.charAt(at))) at++;
    if (text.startsWith('<!--', at)) at = after(text, '-->', at);
    else if (text.startsWith('<?', at)) {
      const end = after(text, '?>', at);
      if (end > 0 && /\s/.test(text.charAt(at + SHEET.length)) && text.startsWith(SHEET, at))
        prolog += text.slice(at, end);
      at = end;
    } else if (text.startsWith('<!DOCTYPE', at)) {
      const end = endOfDoctype(text, at);
      if (end > 0) prolog += text.slice(at, end);
      at = end;
    } else break;
    if (at <= 0) return undefined;
  }
  const root = /<((?:[\w.-]+:)?svg)(?=[\s/>])/y;
  root.lastIndex = at;
  const name = root.exec(text)?.[1];
  if (name === undefined) return undefined;
  const attribute = /\s+([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
  attribute.lastIndex = root.lastIndex;
  const attributes = new Map<string, string>();
  for (let end = root.lastIndex; ; end = attribute.lastIndex) {
    const found = attribute.exec(text);
    if (!found) return { prolog, name, attributes, rest: text.slice(end) };
    attributes.set(found[1] ?? '', found[2] ?? (found[3] ?? '').replaceAll('"', '&quot;'));
  }
}

/**
 * The SVG with something invisible at its origin, so that its own extent is counted from there, as
 * browsers show it.
 */
export function fromOrigin(svg: SvgText): string {
  const open = /^\s*>/.exec(svg.rest);
  const prefix = svg.name.includes(':') ? `${svg.name.split(':')[0] ?? ''}:` : '';
  const mark = `<${prefix}rect width="0.01" height="0.01" fill-opacity="0"/>`;
  const rest = open ? `>${mark}${svg.rest.slice(open[0].length)}` : svg.rest;
  return withAttributes({ ...svg, rest }, svg.attributes);
}

/** The SVG without what stands before its root but style sheets and the document type. */
export const plainSvg = (svg: SvgText): string => withAttributes(svg, svg.attributes);

/** The SVG with these attributes at its root, in place of its own. */
export const withAttributes = (
  { prolog, name, rest }: SvgText,
  attributes: ReadonlyMap<string, string>,
): string =>
  `${MARK}${prolog}<${name}${[...attributes].map(([key, value]) => ` ${key}="${value}"`).join('')}${rest}`;

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? -1 : at + end.length;
}

function endOfDoctype(text: string, from: number): number {
  const end = text.indexOf('>', from);
  const subset = text.indexOf('[', from);
  if (subset < 0 || subset > end) return end < 0 ? -1 : end + 1;
  const close = text.indexOf(']', subset);
  return close < 0 ? -1 : after(text, '>', close);
}

/** By the byte order mark, else as the declaration says, else UTF-8. */
function decoded(bytes: Buffer): string {
  const mark =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined;
  const declared = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(
    bytes.toString('latin1', 0, 200),
  )?.[1];
  try {
    return new TextDecoder(mark ?? declared ?? 'utf-8').decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}
