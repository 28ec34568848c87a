import type { Hidden } from '../image/containers/facts';
import { MOST_TEXT_BYTES } from '../image/containers/fileView';
import { phrase, type Words } from '../../shared/phrase';
import { parseXml, textOf, xmlText, type XmlElement, type XmlNode } from './xml';
import { NS } from './xmpNames';

/** What a JPEG has of its XMP in segments of their own, and the name by which the packet calls it. */
export type XmpExtension = NonNullable<Hidden['xmpExtensions']>[number];

const isElement = (node: XmlNode): node is XmlElement => typeof node !== 'string';
const isName = ({ uri, local }: { readonly uri: string; readonly local: string }): boolean =>
  uri === NS.xmpNote && local === 'HasExtendedXMP';

/** The element of RDF in a packet. */
export function findRdf(root: XmlElement): XmlElement | undefined {
  if (root.uri === NS.rdf && root.local === 'RDF') return root;
  return root.children.find(
    (child): child is XmlElement =>
      isElement(child) && child.uri === NS.rdf && child.local === 'RDF',
  );
}

/**
 * Puts the extension that a packet names into it, and takes its name of it out. Returns why it can't
 * be, if the packet names one.
 */
export function joinExtension(
  rdf: XmlElement,
  extensions: readonly XmpExtension[],
): Words | undefined {
  const descriptions = rdf.children.filter(isElement);
  const names = descriptions.flatMap(({ attributes, children }) => [
    ...attributes.filter(isName).map(({ value }) => value),
    ...children.filter(isElement).filter(isName).map(textOf),
  ]);
  if (names.length === 0) return undefined;
  for (const description of descriptions) {
    description.attributes = description.attributes.filter((attribute) => !isName(attribute));
    description.children = description.children.filter(
      (child) => !isElement(child) || !isName(child),
    );
  }
  const wanted = names.map((name) => name.trim().toLowerCase());
  const named = extensions.find(({ guid }) => wanted.includes(guid.toLowerCase()));
  if (!named) return phrase`it is not in the file`;
  if (named.content === 'cut') return phrase`a part of it is missing`;
  if (named.content === 'long')
    return phrase`more than ${MOST_TEXT_BYTES / 1e6} MB of it are not read`;
  const added = elementsOf(named.content);
  if (!added) return phrase`it is not valid XMP`;
  rdf.children.push(...added);
  return undefined;
}

/** What stands below the RDF of a packet, with the prefixes that it uses; undefined for no packet. */
function elementsOf(packet: Buffer): XmlElement[] | undefined {
  try {
    const root = parseXml(packet.toString('utf8').replaceAll('\0', '').trim());
    const rdf = findRdf(root);
    if (!rdf) return undefined;
    const added = rdf.children.filter(isElement);
    for (const element of added) withNames(element, rdf, root);
    return added;
  } catch {
    return undefined;
  }
}

/** An element with the prefixes that are declared around it. */
export function withNames(element: XmlElement, ...around: readonly XmlElement[]): XmlElement {
  for (const declared of around.flatMap(({ attributes }) => attributes))
    if (declared.uri === NS.xmlns && !element.attributes.some(({ name }) => name === declared.name))
      element.attributes.push(declared);
  return element;
}

/**
 * Takes the longest properties out until the whole has at most so many bytes; their names. What
 * is left may still be longer if it has nothing but structure.
 */
export function shortened(root: XmlElement, rdf: XmlElement, most: number): readonly string[] {
  let bytes = Buffer.byteLength(xmlText(root));
  if (bytes <= most) return [];
  const properties = rdf.children.filter(isElement).flatMap((description) => [
    ...description.attributes
      .filter(({ uri }) => uri !== NS.xmlns && uri !== NS.rdf && uri !== '')
      .map((attribute) => ({
        local: attribute.local,
        length: Buffer.byteLength(attribute.value),
        remove: (): void => {
          description.attributes = description.attributes.filter((each) => each !== attribute);
        },
      })),
    ...description.children.filter(isElement).map((child) => ({
      local: child.local,
      length: Buffer.byteLength(xmlText(child)),
      remove: (): void => {
        description.children = description.children.filter((each) => each !== child);
      },
    })),
  ]);
  const names: string[] = [];
  for (const { local, length, remove } of properties.sort((a, b) => b.length - a.length)) {
    if (bytes <= most) break;
    remove();
    bytes -= length;
    names.push(local);
  }
  return names;
}
