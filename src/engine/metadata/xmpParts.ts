import { parseXml, xmlText, type XmlElement, type XmlNode } from './xml';
import { NS } from './xmpNames';

/** What a JPEG has of its XMP in segments of their own, and the name by which the packet calls it. */
export type XmpExtension = { readonly guid: string; readonly bytes: Buffer };

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
 * Puts an extension into the packet that names it, whose name of it goes then. Nothing is changed
 * where it belongs to another packet or can't be read.
 */
export function joinExtension(rdf: XmlElement, { guid, bytes }: XmpExtension): void {
  const descriptions = rdf.children.filter(isElement);
  const names = descriptions.flatMap(({ attributes, children }) => [
    ...attributes.filter(isName).map(({ value }) => value),
    ...children
      .filter(isElement)
      .filter(isName)
      .flatMap(({ children: texts }) => texts),
  ]);
  if (!names.includes(guid)) return;
  let added: XmlElement[];
  try {
    const root = parseXml(bytes.toString('utf8').replaceAll('\0', '').trim());
    const more = findRdf(root);
    if (!more) return;
    const declared = [...root.attributes, ...more.attributes].filter(({ uri }) => uri === NS.xmlns);
    added = more.children.filter(isElement);
    for (const element of added)
      element.attributes.push(
        ...declared.filter(({ name }) => !element.attributes.some((own) => own.name === name)),
      );
  } catch {
    return;
  }
  for (const description of descriptions) {
    description.attributes = description.attributes.filter((attribute) => !isName(attribute));
    description.children = description.children.filter(
      (child) => !isElement(child) || !isName(child),
    );
  }
  rdf.children.push(...added);
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
