/** Letters of plus codes, of the military grid's zones and squares, and of geohashes. */
const PLUS_CODE = '[23456789CFGHJMPQRVWX]';
const [ZONE, SQUARE] = ['(?:0?[1-9]|[1-5]\\d|60)\\s?[C-HJ-NP-X]', '[A-HJ-NP-Z][A-HJ-NP-V]'];
const THREE_WORDS = String.raw`\p{L}{2,}[.。・]\p{L}{2,}[.。・]\p{L}{2,}`;
const COORDINATE = String.raw`[-+]?\d{1,3}(?:\.\d+)?`;
const METRES = String.raw`\d{6}(?:\.\d+)?`;
const FAR = String.raw`\d{6,7}(?:\.\d+)?`;

/** Sites that show maps and places. */
const MAP_SITES = [
  String.raw`maps\.(?:app\.)?goo(?:gle)?\.`,
  String.raw`goo\.gl\/maps`,
  String.raw`google\.[a-z.]{2,12}\/(?:local)?maps`,
  String.raw`earth\.google\.`,
  String.raw`maps\.apple(?:\.com)?\b`,
  String.raw`(?:openstreetmap|osm)\.(?:org|de|fr)\/`,
  String.raw`(?:bing|yahoo|yandex)\.[a-z.]{2,6}\/(?:maps|harita)`,
  String.raw`(?:(?:wego|share|maps?)\.)?here\.com\/(?:[pl]\/|(?:[a-z-]{2,5}\/)?(?:directions|location|place|map|drive|walk)|\?(?:\S{0,40}&)?map=)`,
  String.raw`waze\.com\/(?:ul\b|\?|location|(?:[a-z-]{2,7}\/)?live-?map)`,
  String.raw`(?:map|maps|ditu)\.(?:baidu|qq|naver|yandex|yahoo|kakao|bing)\.`,
  String.raw`amap\.com\/`,
  String.raw`mapy\.(?:cz|com)\/`,
  String.raw`(?:mapquest|wikimapia|geonames|mapillary|geohash|geocaching|4sq|2gis)\.[a-z]{2,4}\/`,
  String.raw`foursquare\.[a-z]{2,4}\/(?:v|venue|item|explore|[\w.-]{1,40}\/checkin)\b`,
  String.raw`swarmapp\.[a-z]{2,4}\/(?:c|user|[\w.-]{1,40}\/checkin)\b`,
  String.raw`geohack\.`,
  String.raw`instagram\.com\/explore\/locations`,
  String.raw`what3words\.com\/`,
  String.raw`w3w\.co\/`,
  String.raw`plus\.codes\/`,
  String.raw`https?:\/\/maps\.`,
].join('|');

/** What nobody writes but to say where something is. */
const CODES: readonly RegExp[] = [
  // RFC 5870, Android's intents, and links to maps.
  /\bgeo:\s?[-+]?\d/i,
  new RegExp(String.raw`(?<![a-z0-9-])(?:${MAP_SITES})`, 'i'),
  /[/@]-?\d{1,2}\.\d{3,},-?\d{1,3}\.\d{3,}/,
  new RegExp(
    String.raw`[?&](?:s?ll|q|query|cp|center|loc|[sd]addr|destination|origin|viewpoint|m?lat|m?lon)=${COORDINATE}[,+ ~]{1,2}${COORDINATE}`,
    'i',
  ),
  /(?<!\w)ChIJ[\w-]{20,}/,
  // ISO 6709, Well-Known Text.
  /(?<![\w.])[-+]\d{2,6}(?:\.\d+)?[-+]\d{3,7}(?:\.\d+)?(?:[-+]\d+(?:\.\d+)?)?(?:CRS\w+)?\//,
  /(?<![\w.])[-+]\d{2}\.\d{3,}[-+]\d{3}\.\d{3,}/,
  new RegExp(
    String.raw`\b(?:POINT|LINESTRING|POLYGON|MULTIPOINT)\s?(?:Z?M?\s?)?\(+\s?${COORDINATE}\s${COORDINATE}`,
    'i',
  ),
  // Plus codes, whole and short.
  new RegExp(String.raw`(?<!\w)${PLUS_CODE}{8}\+${PLUS_CODE}{2,7}(?!\w)`, 'i'),
  new RegExp(
    String.raw`(?<![\w+])(?=[2-9+]*[C-X])(?=[C-X+]*[2-9])${PLUS_CODE}{4}\+${PLUS_CODE}{2,3}(?![\w+])`,
  ),
  // Three words.
  new RegExp(String.raw`(?<![/:])\/{3}\s?${THREE_WORDS}`, 'u'),
  new RegExp(String.raw`\b(?:what3words|w3w|three words)[^\p{L}\d]{1,8}${THREE_WORDS}`, 'iu'),
  // The military grid and UTM: 33UUU 89970 19747, 33U 390000 5819699.
  new RegExp(
    String.raw`(?<!\w)${ZONE}${SQUARE}(?:\s?\d{3}\s?\d{3}|\s?\d{4}\s?\d{4}|\s?\d{5}\s?\d{5})(?!\w)`,
  ),
  new RegExp(
    String.raw`(?<!\w)(?:0[1-9]|[1-5]\d|60)[C-HJ-NP-X]\s${SQUARE}\s(?:\d{3}\s?\d{3}|\d{4}\s?\d{4}|\d{5}\s?\d{5})(?!\w)`,
  ),
  new RegExp(
    String.raw`(?<!\w)${ZONE}[\s,;:/]{1,3}(?:E\s?[:=]?\s?)?${METRES}\s?(?:m?\s?E)?[\s,;:/]{1,3}(?:N\s?[:=]?\s?)?${FAR}(?!\w\d)`,
  ),
  new RegExp(String.raw`(?<![\w.])${METRES}\s?m?\s?E[\s,;:/]{1,3}${FAR}\s?m?\s?N(?!\w)`),
  new RegExp(String.raw`(?<![\w.])${FAR}\s?m?\s?N[\s,;:/]{1,3}${METRES}\s?m?\s?E(?!\w)`),
  new RegExp(
    String.raw`(?<![A-Za-z])E(?:asting)?\s?[:=]?\s?${METRES}[\s,;:/]{1,3}N(?:orthing)?\s?[:=]?\s?${FAR}`,
    'i',
  ),
  /\butm\b[^\p{L}\d]{0,4}(?:zone[^\p{L}\d]{0,3})?\d{1,2}\s?[A-Z]?[^\p{L}\d]{1,4}(?:E\W{0,2})?\d{5}/iu,
  /\b(?:epsg|srid)[^\p{L}\d]{0,3}\d{4,6}[^\p{L}\d]{1,8}[-+]?\d/iu,
  // Codes that need a name, since they look like any other.
  /\b(?:mgrs|usng|utmref)[^\p{L}\d]{1,5}\d{1,2}\s?[C-X]/iu,
  /\bgeo ?hash(?:es)?(?: ?(?:is|code|id))?[^\p{L}\d]{1,5}[0-9b-hjkmnp-z]{4,12}(?!\w)/iu,
  /\b(?:locator|maidenhead|qth|grid ?square)[^\p{L}\d]{1,5}[a-r]{2}\d{2}(?:[a-x]{2})?(?!\w)/iu,
  /\b(?:plus ?code|olc)[^\p{L}\d]{1,5}[2-9c-x]{2,8}0*\+/iu,
  /\b(?:s2 ?cell|h3 ?index|quad ?key|place ?id|osm ?id|geoname ?id)(?: ?(?:id|token|index))?[^\p{L}\d]{1,5}\w{4}/iu,
  /\b(?:easting|northing)[^\p{L}\d]{1,5}[-+]?\d{4}/iu,
];

/** Whether a text has a link to a map, or a code that stands for a place. */
export const saysPlaceByCode = (text: string): boolean => CODES.some((code) => code.test(text));
