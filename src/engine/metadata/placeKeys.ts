import { keyNamesPlace, type KeyOfPlace } from './placeNames';

/** A word before a colon or an equals sign, and letters or a long number behind it. */
const KEYS =
  /(?<![\p{L}\p{N}])(\p{L}[\p{L}\p{N}_.:-]{0,40}(?: [\p{L}\p{N}_-]{1,20}){0,3}?)["']?\s?(?::|=>?)\s?["']?(?=\p{L}{2}|\d{4})/gu;
/** An element of XML. */
const ELEMENTS = /<([\p{L}_][\p{L}\p{N}_.:-]{0,60})(?:\s[^<>]{0,80})?>\s?(?=[\p{L}\d])/gu;

/** What programs that make pictures write with colons: networks by name, and hashes of files. */
const OF_NETWORKS =
  /<(?:lora|lyco|locon|hypernet|embedding)\w*:[^<>]*>|\bhashes["']?\s?:\s?"[^"\n]*"|(?<!\w)(?:lora|lyco|hypernet|embed(?:ding)?):[\w./\\-]+/gi;
const HASH = /^(?=[a-f]*\d)[\da-f]{8,}(?![\p{L}\p{N}])/iu;
const NOTHING = /^(?:none|null|undefined|unknown|true|false)(?!\p{L})/iu;
/** The end of words that are weighed, or changed on the way: `(city:1.2)`, `[city:forest:0.4]`. */
const WEIGHED = /^[^()[\]\n]{0,120}:\s?\d*\.?\d+\s?[\])]/;

/** Names, as words of a language that has capitals, or has none; behind a postcode, too. */
const LIKE_A_PLACE = /^(?:\d{4,6}\s?)?[\p{Lu}\p{Lt}\p{Lo}]/u;
const OF_A_STREET =
  /\d|(?:stra(?:ß|ss)e|str\.|weg|allee|platz|gasse)(?!\p{L})|(?<!\p{L})(?:street|st|road|rd|avenue|ave|lane|drive|blvd|boulevard|square|plaza|rue|via|calle|avenida)(?!\p{L})|[路街道通号丁番]/iu;
const [BEHIND, STREET_BEHIND] = [160, 60];

/** Whether a text calls something a city or the like: `City: Berlin`, `<city>Berlin</city>`. */
export function saysPlaceByKey(text: string): boolean {
  const own = text.replaceAll(OF_NETWORKS, ' ');
  return isCalled(own, KEYS) || isCalled(own, ELEMENTS);
}

function isCalled(text: string, pattern: RegExp): boolean {
  for (const { 0: whole, 1: name = '', index } of text.matchAll(pattern)) {
    // A prefix, or what stands before the name's own last part.
    const key = keyNamesPlace(name) ?? keyNamesPlace(/[^:.]*$/.exec(name)?.[0] ?? '');
    if (key === undefined) continue;
    const end = index + whole.length;
    const value = text.slice(end, end + BEHIND);
    const isInBrackets = '[('.includes(text[index - 1] ?? ' ');
    if ([HASH, NOTHING, WEIGHED].some((other) => other.test(value))) continue;
    if (fits(isInBrackets && key === 'sure' ? 'perhaps' : key, value)) return true;
  }
  return false;
}

/** Keys that are those of other things, too, need a value that is written as a place is. */
function fits(key: KeyOfPlace, value: string): boolean {
  if (key === 'sure') return true;
  if (!LIKE_A_PLACE.test(value)) return false;
  return (
    key !== 'street' || OF_A_STREET.test(value.slice(0, STREET_BEHIND).replace(/[\n"<,;].*/s, ''))
  );
}
