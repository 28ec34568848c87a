import { remembering } from './known';
import { parted, readingsOf } from './plainText';

/**
 * Names of properties that say where a picture was taken or what place it shows, in whatever
 * namespace: makers of cameras and drones have their own, so the name decides. Rather too many
 * than one too few.
 */
const PLACE_NAME =
  /gps|latitude|long(?:i|ti)tude|altitude|latlon|lonlat|latlng|lnglat|geo(?:tag|hash|code|location|point|name|data)|coordinates?$|coverage$|spatial$|^(?:.*adr)?(?:city|state|country|region|ctry|pcode|extadr)$|sub-?location|^location|(?<!al|dis|col)location(?:shown|created|name|id|code)?$|province|country(?:code|name)|world-?region|^(?:ci)?adr(?:ext|city|region|pcode|post|zip|country|ctry|street|line)|^(?:place|venue|landmark)s?(?:names?|id|code|type|keyword|taken|shown|created|visited|depicted)$|^where(?:taken|at)?$/i;
/** What people call where they are: its parts, and codes that stand for it. */
const ADDRESS_NAME =
  /^(?:loc|locality|verbatimLocality|municipality|county|borough|district|suburb|neighbou?rhood|village|town|island(?:group)?|waterBody|higherGeography(?:ID)?|footprint(?:WKT|SRS)|street(?:address|name|number)?|(?:street|postal|home|full)?address|zip(?:code)?|post(?:al)?-?code|plus-?code|olc|mgrs|utm(?:zone|easting|northing)?|easting|northing|what3words|w3w|(?:city|town|street)(?:name|code|id))$/i;
/** Coordinates by their short names, as words of a name. */
const COORDINATE_WORD = /^(?:lat|lon|lng|latlong|coords?|geo|mgrs|geohash|easting|northing)$/;
/** What begins a name of a place's own parts: `venue-title`, `adr_street`. */
const OF_ITS_OWN = /^(?:places?|venues?|landmarks?|adr)$/;
/** These are other things, too: behind another word, which is none of these, they are coordinates. */
const [ALSO_COORDINATE, OF_PICTURES] = [
  /^(?:long|alt)$/,
  /^(?:image|img|picture|photo|figure|text)$/,
];
/** As they are written in one, without capitals. */
const IN_ONE =
  /^(?:gps|geo|home|start|end|dest|cam|camera|photo|img|map|center|centre)l(?:at|on|ng)$/;

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));
/** Places, in the languages of the extension. */
const PLACES = words(
  `city country county town village province location locations municipality suburb borough neighborhood
  neighbourhood locality sublocation place district street landmark venue postcode zip zipcode where
  stadt ort aufnahmeort standort stra\u00dfe strasse adresse postleitzahl plz bundesland breitengrad l\u00e4ngengrad laengengrad
  ville pays lieu lieux rue emplacement ciudad pueblo pa\u00eds lugar calle direcci\u00f3n ubicaci\u00f3n provincia latitud longitud
  \u90fd\u5e02 \u56fd \u5834\u6240 \u4f4d\u7f6e \u4f4f\u6240 \u64ae\u5f71\u5730 \u64ae\u5f71\u5834\u6240 \u7def\u5ea6 \u7d4c\u5ea6 \u57ce\u5e02 \u56fd\u5bb6 \u5730\u70b9 \u5730\u5740 \u7eac\u5ea6 \u7ecf\u5ea6 \u62cd\u6444\u5730\u70b9`,
);
/** Of these, what a prompt or a program's settings call other things. */
const STREETS = words('street stra\u00dfe strasse rue calle');
const UNSURE = words(
  'location locations place where landmark venue district town village ort lieu lieux lugar emplacement',
);
/** Words that are places only beside names of such, or of nothing else. */
const PERHAPS = words('state region land address site island pays national');
/** What stands beside them. */
const BESIDE = words(
  `name names code codes id ids key iso shown created taken depicted visited of in the at from to and or was is
  creator creators licensor licensee contact home postal postcode world origin primary secondary sub level iptc core ext legacy xmp dc
  exif tiff photoshop ci adr meta metadata en fr es it ja zh cn us uk 1 2 3`,
);
const BESIDE_PLACES = words(
  `photo photograph photographs picture pictures image images img shot shooting shoot capture captured camera owner artist
  author original current keyword keywords number line main data info tag tags text field value details full
  long short local scene event gps geo`,
);

/** A longer name is a sentence, whose end is not what it names. */
const MOST_WORDS = 4;

/** The words of a name, whether it is written with capitals, lines, points or a prefix. */
const wordsOf = (name: string): readonly string[] =>
  parted(name)
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/**
 * Whether a property's name says that its value is a place, whatever its prefix and its letters' case. What
 * is called long, alt or elevation is one only where its `value`, if it is known, is a number.
 */
export const namesPlace = (name: string, value?: string): boolean =>
  isPlaceName(name) || ((value === undefined || NUMBER.test(value)) && isMeasure(name));

/** A number, what it is counted in, and its side of the world. */
const NUMBER =
  /^[\s"'~+-]*(?:[NSEWO]\b\s?)?[-+]?\d[\d\s.,:/°'"′″-]*(?:(?:[NSEWO]|k?m|ft|feet|foot|met(?:er|re)s?|yards?|deg(?:rees?)?|min|sec|east|west|north|south|above|below|sea|level|[am]\.?s\.?l\.?)(?!\p{L})[\d\s.,°'"′″]*)*$/iu;

/** Files repeat their names. */
const LONGEST = 200;
const isPlaceName = remembering(
  (name) =>
    readingsOf(name).some((read) => {
      const own = wordsOf(read);
      const bare = bareName(read);
      return (
        formsOf(read).some(
          (form) => PLACE_NAME.test(form) || ADDRESS_NAME.test(form) || IN_ONE.test(form),
        ) ||
        own.some((word) => COORDINATE_WORD.test(word)) ||
        [own, wordsOf(bare)].some((words) => isOfPlaces(words) || isAPlaceOf(words)) ||
        (own.length <= MOST_WORDS && PLACES.has(own.at(-1) ?? ''))
      );
    }),
  LONGEST,
);

const isMeasure = remembering(
  (name) =>
    readingsOf(name).some((read) => {
      const own = wordsOf(read);
      return (
        formsOf(read).some((form) => /elevation/i.test(form)) ||
        (own.length > 1 &&
          ALSO_COORDINATE.test(own.at(-1) ?? '') &&
          !OF_PICTURES.test(own.at(-2) ?? ''))
      );
    }),
  LONGEST,
);

/** What stands behind a prefix. */
const bareName = (read: string): string =>
  /[^:/#.|]*$/.exec(read.replace(/[:/#.|\s]+$/, ''))?.[0] ?? '';

/** A name as it stands and in one word, with its prefix and without. */
function formsOf(read: string): readonly string[] {
  const bare = bareName(read);
  return [read, bare, wordsOf(read).join(''), wordsOf(bare).join('')];
}

/** Whether words begin with a place or an address, and something of it follows: no number of a point, and no holder. */
const isAPlaceOf = ([first = '', second = '']: readonly string[]): boolean =>
  OF_ITS_OWN.test(first) && !/^(?:\d{2,}|holders?)$/.test(second);

/** How sure a word before a colon is to name a place: streets and wheres are told of other things, too. */
export type KeyOfPlace = 'sure' | 'perhaps' | 'street';

/** What a text's own word before a colon is of a place; what a prompt may speak of is nothing. */
export function keyNamesPlace(name: string): KeyOfPlace | undefined {
  const own = wordsOf(name);
  if (!isOfPlaces(own, false)) return undefined;
  if (own.some((word) => STREETS.has(word))) return 'street';
  return own.some((word) => UNSURE.has(word)) ? 'perhaps' : 'sure';
}

/** Whether words are those of a place, and such as stand beside them. */
function isOfPlaces(own: readonly string[], mayBePerhaps = true): boolean {
  const hasPlace = own.some((word) => PLACES.has(word));
  return (
    (hasPlace || (mayBePerhaps && own.some((word) => PERHAPS.has(word)))) &&
    own.every(
      (word) =>
        PLACES.has(word) ||
        PERHAPS.has(word) ||
        BESIDE.has(word) ||
        (hasPlace && BESIDE_PLACES.has(word)),
    )
  );
}
