import { saysPlace, saysPlaceOf } from './saidPlace';
import { textOf, xmlText, type XmlAttribute, type XmlElement } from './xml';
import { isPlace, NS } from './xmpNames';

/** How RDF says that what stands in an element is properties, and no text of its own. */
const OF_PROPERTIES = ['Resource', 'Collection'];
/** A value that may be the name of the next one. */
const NAME = /^[\p{L}\s_:.-]{2,40}$/u;

/** `xml:lang`, names without a namespace and those of RDF belong to what they stand in. */
export const isOfElement = ({ uri }: Pick<XmlAttribute, 'uri'>): boolean =>
  uri === '' || uri === NS.xml || uri === NS.rdf;

/**
 * Whether an element says where something is by what it is called, by its own texts, or by fields of which
 * one is the name of the next. Of properties below it, those decide.
 */
export function elementSaysPlace(element: XmlElement): boolean {
  const own = ownTexts(element);
  const texts = isLiteral(element) ? own : [own.join(' '), own.join('')];
  return (
    [...new Set(texts)].some((text) => saysPlaceOf(element.local, text)) || hasNamedPlace(element)
  );
}

/** Whether an attribute says where something is. */
export const attributeSaysPlace = ({ uri, local, value }: XmlAttribute): boolean =>
  uri === NS.xmlns ? isPlace(value, '') : saysPlaceOf(local, value) || saysPlace(inWords(value));

/** An identifier or a language, which begin with letters and have no blanks. */
const inWords = (identifier: string): string => identifier.replaceAll(/[\p{L}_-]+/gu, ' ').trim();

/** Texts and attributes of an element that belong to no property below it; all of a literal. */
function ownTexts(element: XmlElement): string[] {
  if (isLiteral(element)) return [xmlText(element), textOf(element)];
  return [
    ...element.attributes.filter(isOfElement).flatMap(({ value }) => [value, inWords(value)]),
    ...element.children.flatMap((child) =>
      typeof child === 'string' ? [child] : child.uri === NS.rdf ? ownTexts(child) : [],
    ),
  ];
}

/** What stands in such an element is a value, whatever it looks like. */
export const isLiteral = ({ attributes }: XmlElement): boolean =>
  attributes.some(
    ({ uri, local, value }) =>
      uri === NS.rdf && local === 'parseType' && !OF_PROPERTIES.includes(value),
  );

/** Also of structs in a list, which are the element's own. */
function hasNamedPlace(element: XmlElement): boolean {
  const below = element.children.filter((child) => typeof child !== 'string');
  const fields = [
    ...element.attributes
      .filter((attribute) => attribute.uri !== NS.xmlns && !isOfElement(attribute))
      .map(({ value }) => value),
    ...below
      .filter(({ children }) => children.every((each) => typeof each === 'string'))
      .map(textOf),
  ];
  return (
    fields.some((name, at) => {
      const value = fields[at + 1];
      return value !== undefined && NAME.test(name) && saysPlace(`${name}: ${value}`);
    }) || below.some((child) => child.uri === NS.rdf && hasNamedPlace(child))
  );
}
