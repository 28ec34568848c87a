import { saysPlaceByCode } from './placeCodes';
import { remembering } from './known';
import { saysPlaceByKey } from './placeKeys';
import { hasPair } from './placePairs';
import { parted, readingsOf } from './plainText';

/** Degrees, minutes and seconds, the signs as people and cameras write them. */
const DEGREE = String.raw`\s?(?:°|[Dd]eg(?:rees?)?\.?|DEG|d(?![a-z]))`;
const [MINUTE, SECOND] = [
  String.raw`\d{1,2}(?:[.,]\d+)?\s?(?:'|m(?:in)?(?![a-z]))?`,
  String.raw`\d{1,2}(?:[.,]\d+)?\s?(?:"|s(?:ec)?(?![a-z]))?`,
];
const DEGREES = String.raw`\d{1,3}(?:[.,]\d+)?(?:${DEGREE})?(?:[\s:]?\s?${MINUTE})?(?:[\s:]?\s?${SECOND})?`;
const BETWEEN = String.raw`\s?[,;/|]?\s?`;
const [LATITUDE, LONGITUDE] = ['[NS]', '[EWO]'];
/** Letters behind or before numbers, so small that they are no seconds. */
const SMALL = String.raw`\d{1,3}\.\d{2,}\s?°?\s?`;
const NORTH = String.raw`\b(?:north|south|nord|s[uü]d|norte|sur|nördl|südl)`;
const EAST = String.raw`\b(?:east|west|ost|est|este|oeste|ouest|östl|westl)`;
const EXACT = String.raw`\d{1,3}(?:\.\d{2,}|(?:\.\d+)?\s?(?:°|deg))`;

const inBothOrders = (
  a: string,
  b: string,
  of: (one: string, other: string) => string,
  flags = '',
): readonly RegExp[] => [new RegExp(of(a, b), flags), new RegExp(of(b, a), flags)];

/** Coordinates as they are written with the sides of the world, or with degrees. */
const SIDES: readonly RegExp[] = [
  // 52.52N 13.40E, N 52° 31' 12", E 13° 24', in capitals; S and s are seconds, too.
  ...inBothOrders(
    LATITUDE,
    LONGITUDE,
    (one, other) =>
      String.raw`(?<![\w.])${DEGREES}\s?${one}(?![A-Za-z])${BETWEEN}[-+]?${DEGREES}\s?${other}(?![A-Za-z])`,
  ),
  ...inBothOrders(
    LATITUDE,
    LONGITUDE,
    (one, other) =>
      String.raw`(?<![A-Za-z])${one}[\s:=]?${DEGREES}${BETWEEN}${other}[\s:=]?${DEGREES}`,
  ),
  ...inBothOrders(
    '[ns]',
    '[ewo]',
    (one, other) =>
      String.raw`(?<![\w.])${SMALL}${one}(?![a-z])${BETWEEN}${SMALL}${other}(?![a-z])`,
    'i',
  ),
  ...inBothOrders(
    '[ns]',
    '[ewo]',
    (one, other) => String.raw`(?<![a-z])${one}\s?${SMALL}${BETWEEN}${other}\s?${SMALL}`,
    'i',
  ),
  ...inBothOrders(
    NORTH,
    EAST,
    (one, other) =>
      String.raw`(?<![\w.])${EXACT}[^\d.]{0,16}${one}[^\d]{0,24}${EXACT}[^\d.]{0,16}${other}`,
    'i',
  ),
  ...inBothOrders(
    NORTH,
    EAST,
    (one, other) => String.raw`${one}[^\d.]{0,16}${EXACT}[^\d]{0,24}${other}[^\d.]{0,16}${EXACT}`,
    'i',
  ),
  // One of them with the sign of a degree: 52°31'N, N 52°.
  new RegExp(
    String.raw`\d\s?(?:°|deg)\s?(?:\d+(?:[.,]\d+)?\s?'\s?)?(?:\d+(?:[.,]\d+)?\s?"\s?)?[NSEWO](?!\w)`,
  ),
  new RegExp(String.raw`(?<!\w)[NSEWO]\s?\d{1,3}(?:\.\d+)?\s?(?:°|deg)`),
  // One side with as many decimals as a map has, or with its parts: N 52.5163, 52-30-58N.
  /(?<![\w.])(?:[NSEW]\s?\d{1,3}\.\d{4,}|\d{1,3}\.\d{4,}\s?[NSEW](?!\w))/,
  /(?<![\p{L}\w./-])\d{1,3}-[0-5]\d(?:-[0-5]\d(?:\.\d+)?\s?|\.\d+\s?)?[NSEW](?!\w)/u,
  // XMP's own form and that of receivers: 52,30.978N; 4807.038,N,01131.000,E.
  /(?<![\w.,])\d{1,3},\d{1,2}(?:\.\d{2,}|,\d{1,2})\s?[NSEW](?!\w)/,
  /(?<![\w.])\d{2,5}(?:\.\d+)?\s?,\s?[NS]\s?,\s?\d{2,5}(?:\.\d+)?\s?,\s?[EW](?!\w)/,
  // Of aviation: 5230N01322E.
  /(?<!\w)\d{4}(?:\d{2})?(?:\.\d+)?[NS][\s,/]?\d{5}(?:\d{2})?(?:\.\d+)?[EW](?!\w)/,
  /(?<!\w)[NS]\d{4}(?:\d{2})?(?:\.\d+)?[\s,/]?[EW]\d{5}(?:\d{2})?(?:\.\d+)?(?!\w)/,
  // Without a side: 52° 30' 58.68", or minutes with decimals.
  new RegExp(
    String.raw`(?<![\w.])\d{1,3}${DEGREE}\s?\d{1,2}\s?(?:'|m(?:in)?(?![a-z]))\s?\d{1,2}(?:[.,]\d+)?\s?(?:"|s(?:ec)?(?![a-z]))`,
  ),
  new RegExp(String.raw`(?<![\w.])\d{1,3}${DEGREE}\s?\d{1,2}[.,]\d{2,}`),
  /(?<![\w.])\d{1,3}\s?°\s?\d{1,2}\s?'[\s,;/|]{1,3}[-+]?\d{1,3}\s?°\s?\d{1,2}\s?'/,
];

/** Long names of coordinates, which mean nothing else, and short ones. */
const LONG_NAMES =
  '(?:gps ?|geo ?)?(?:latitudes?|long(?:i|ti)tudes?|breitengrade?|l(?:ä|ae|a)ngengrade?|geogr\\w*\\.? (?:breite|l(?:ä|ae)nge)|latitud(?:ine)?|longitud(?:ine)?|coordinates?)|koordinaten?|coordonn[ée]es|coordenadas|широта|долгота|[緯纬]度|[経经]度|[北南][緯纬]|[東西东][経经]';
const SHORT_NAMES =
  '(?:gps ?|geo ?|start|end|home|dest|center|centre|map|cam|camera|photo|img)?(?:lat|lon|lng)|lat ?lo?ng?|lon ?lat|coords?|(?:gps|geo)(?: ?(?:position|location|loc|pos|point|fix|data|info|tag|stamp|alt(?:itude)?))?';
/** What stands between a name and its number. */
const OF_NUMBERS =
  'ref|deg|degrees?|dd|dms?|decimal|dec|value|val|north|south|east|west|is|are|at|of|in|was|n|s|e|w|o|d|x|y|float|double|real|rational|number|string|wgs ?84|type|point|text';
const SHORT_GAP = `(?:[^\\p{L}\\d]{0,6}(?:${OF_NUMBERS})(?!\\p{L})){0,3}[^\\p{L}\\d]{0,8}`;
const NUMBER = String.raw`(?:\d{1,3}(?!\d)|\d{4,5}\.\d)`;
/** Called by name: lat=52.5, Longitude: 13, GPS 52.52, latitude E7 525163000. */
const NAMED: readonly RegExp[] = [
  new RegExp(`(?<!\\p{L})(?:${LONG_NAMES})(?:[^\\d.!?]{0,24}|${SHORT_GAP})${NUMBER}`, 'iu'),
  new RegExp(`(?<!\\p{L})(?:${SHORT_NAMES})${SHORT_GAP}${NUMBER}`, 'iu'),
  new RegExp(
    `(?<!\\p{L})(?:${LONG_NAMES}|lat|lon|lng)(?: ?e ?7)?[^\\p{L}\\d]{0,8}\\d{7,10}(?!\\d)`,
    'iu',
  ),
];

/** The first part of a path of keywords, of one alone or of several. */
const OF_PATHS = '(?:places?|locations?|countries|geography|orte|lieux|lugares)';
const PATH = new RegExp(
  String.raw`^${OF_PATHS}\s?[|/>\\]\s?\p{L}|(?<=[,;"'\n[]\s?)${OF_PATHS}\s?\|\s?\p{L}`,
  'iu',
);

/**
 * Whether a text that a person or a program wrote says where something is: coordinates in any of the
 * usual spellings, a link to a map, a code that stands for a place, or what is called a city or the
 * like. Names of places are not known.
 */
export const saysPlace = (text: string): boolean => MAY_SAY.test(text) && isSaid(text);

/** Longer ones are seldom repeated. */
const MOST_REMEMBERED = 200;
const isSaid = remembering(
  (text) =>
    readingsOf(text).some(
      (read) =>
        saysPlaceByCode(read) ||
        (/\d/.test(read) &&
          (SIDES.some((way) => way.test(read)) || hasPair(read) || isNamed(parted(read)))) ||
        PATH.test(read) ||
        saysPlaceByKey(read),
    ),
  MOST_REMEMBERED,
);

/** Without one of these a text says no place, or is packed. */
const MAY_SAY = /[\p{N}:：=＝./／<|>\\&%。・．]|^\s*[\w+]{16}/u;

/** Longer values say by themselves what they say. */
const MOST_NAMED = 1000;
/** Whether a value says where something is, by itself or by what it is called. */
export const saysPlaceOf = (name: string, value: string): boolean =>
  saysPlace(value) ||
  (value.length <= MOST_NAMED &&
    /[\p{N}.。・]/u.test(value) &&
    mayName(name) &&
    saysPlace(`${name}: ${value}`));

/** What is a place behind a name of one: coordinates, codes and words, of each kind that needs a name. */
const NEEDS_NAME = [
  '52',
  '525163000',
  '52.52, 13.41',
  '52.516, 13.378',
  '52.516 e: 13.378',
  'Berlin 10115',
  'Torstr. 5',
  'u33db2m3q',
  'JO62qm',
  'filled.count.soap',
  '33U',
  '33 390000',
  '25833 390000',
  'GC2F+',
];
/** Whether a name can make a place of what follows it. */
const mayName = remembering(
  (name) => NEEDS_NAME.some((value) => isSaid(`${name}: ${value}`)),
  MOST_REMEMBERED,
);

const isNamed = (words: string): boolean => NAMED.some((way) => way.test(words));
