import { saysPlace, saysPlaceOf } from './saidPlace';
import { textOf, xmlText, type XmlAttribute, type XmlElement } from './xml';
import { isPlace, NS } from './xmpNames';

/** How RDF says that what stands in an element is properties, and no text of its own. */
const OF_PROPERTIES = ['Resource', 'Collection'];
/** A value that may be the name of the next one. */
const NAME = /^[\p{L}\s_:.-]{2,40}$/u;
/** A number as of a coordinate, with its parts and its side. */
const COORDINATE = /^\s*[-+NSEWO]?\s?\d{1,3}(?!\d)(?:[\d\s.,:;/°'"′″NSEWO-]|deg)*$/u;

/** `xml:lang`, names without a namespace and those of RDF belong to what they stand in. */
export const isOfElement = ({ uri }: Pick<XmlAttribute, 'uri'>): boolean =>
  uri === '' || uri === NS.xml || uri === NS.rdf;

/**
 * Whether an element says where something is by what it is called, by its own texts (one by one and
 * together), or by fields of which one is the name of the next. Of properties below it, those decide.
 */
export function elementSaysPlace(element: XmlElement): boolean {
  const own = ownTexts(element);
  if (own.every((text) => isOfDeveloping(element.uri, text))) return hasNamedPlace(element);
  const texts = isLiteral(element) ? own : [own.join(' '), own.join('')];
  return (
    [...new Set(texts)].some((text) => saysPlaceOf(element.local, text)) ||
    own.some(saysPlace) ||
    hasNamedPlace(element)
  );
}

/** Whether an attribute says where something is. */
export const attributeSaysPlace = ({ uri, local, value }: XmlAttribute): boolean =>
  uri === NS.xmlns
    ? isPlace(value, '')
    : !isOfDeveloping(uri, value) && (saysPlaceOf(local, value) || saysPlace(inWords(value)));

/** Numbers without a word, as of curves and colours: how a picture was developed. */
const isOfDeveloping = (uri: string, value: string): boolean =>
  uri === NS.cameraRaw && !/\p{L}/u.test(value);

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

/** Fields of which one is the name of the next; also of structs in a list, which are the element's own. */
function hasNamedPlace(element: XmlElement): boolean {
  const below = element.children.filter((child) => typeof child !== 'string');
  const leaves = below.filter(({ children }) => children.every((each) => typeof each === 'string'));
  const items = leaves.filter(isItem).map(textOf);
  const fields = [
    ...element.attributes
      .filter((attribute) => attribute.uri !== NS.xmlns && !isOfElement(attribute))
      .map(({ value }) => value),
    ...leaves.filter((leaf) => !isItem(leaf)).map(textOf),
  ];
  return (
    isNameOfNext(fields) ||
    isNameOfNext(items, COORDINATE) ||
    below.some((child) => child.uri === NS.rdf && hasNamedPlace(child))
  );
}

/** Items of a list are of one kind: a word beside another names nothing. */
const isItem = ({ uri, local }: XmlElement): boolean =>
  uri === NS.rdf && /^(?:li|_\d+)$/.test(local);

const isNameOfNext = (values: readonly string[], pattern = /(?:)/): boolean =>
  values.some((name, at) => {
    const value = values[at + 1];
    return (
      value !== undefined &&
      NAME.test(name) &&
      pattern.test(value) &&
      saysPlace(`${name}: ${value}`)
    );
  });
