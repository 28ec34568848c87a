import { SaxesParser, type SaxesTagNS } from 'saxes';

/** An attribute as it stands, and what its name means. */
export type XmlAttribute = {
  readonly name: string;
  readonly uri: string;
  readonly local: string;
  value: string;
};

export type XmlElement = {
  readonly name: string;
  readonly uri: string;
  readonly local: string;
  attributes: XmlAttribute[];
  children: XmlNode[];
};

/** An element, or text; comments and processing instructions inside the root are not kept. */
export type XmlNode = XmlElement | string;

/** Beyond these nothing is what it says it is: the work stays linear and the stack shallow. */
const LIMITS = { depth: 64, elements: 50_000, attributes: 2_000 };

/**
 * Parses a document with namespaces, strictly. Nothing is expanded but the five entities of XML and
 * character references: a document type is refused. Throws on what is not well-formed or beyond
 * the limits.
 */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let [elements, attributes] = [0, 0];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('a document type is not allowed');
  });
  // Attributes count while their tag is read: a namespace is looked up when it ends.
  parser.on('opentagstart', () => {
    attributes = 0;
    if (open.length >= LIMITS.depth) throw new Error('elements are nested too deeply');
    if (++elements > LIMITS.elements) throw new Error('there are too many elements');
  });
  parser.on('attribute', () => {
    if (++attributes > LIMITS.attributes) throw new Error('an element has too many attributes');
  });
  parser.on('opentag', (tag: SaxesTagNS) => {
    const element: XmlElement = {
      name: tag.name,
      uri: tag.uri,
      local: tag.local,
      attributes: Object.values(tag.attributes).map(({ name, uri, local, value }) => ({
        name,
        uri,
        local,
        value,
      })),
      children: [],
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  const addText = (value: string): void => {
    open.at(-1)?.children.push(value);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  if (!root) throw new Error('there is no element');
  return root;
}

/** The element as text; prefixes are those it was read with. */
export function xmlText(element: XmlElement): string {
  const parts: string[] = [];
  write(element, parts);
  return parts.join('');
}

function write({ name, attributes, children }: XmlElement, parts: string[]): void {
  parts.push('<', name);
  for (const attribute of attributes)
    parts.push(' ', attribute.name, '="', escapedXml(attribute.value), '"');
  if (children.length === 0) {
    parts.push('/>');
    return;
  }
  parts.push('>');
  for (const child of children) {
    if (typeof child === 'string') parts.push(escapedXml(child));
    else write(child, parts);
  }
  parts.push('</', name, '>');
}

const ESCAPES: { readonly [letter: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

export const escapedXml = (text: string): string =>
  text.replace(/[&<>"\r]/g, (letter) => ESCAPES[letter] ?? letter);

/** All text inside an element. */
export const textOf = (element: XmlElement): string =>
  element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
