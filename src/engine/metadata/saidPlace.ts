const NUMBER = String.raw`[-+]?\d{1,3}(?:[.,]\d+)?`;
/** Degrees, minutes and seconds, the signs as people and cameras write them. */
const DEGREES = String.raw`\d{1,3}(?:[.,]\d+)?\s*(?:°|º|deg|d\b)?(?:\s*\d{1,2}(?:[.,]\d+)?\s*['’′m]?)?(?:\s*\d{1,2}(?:[.,]\d+)?\s*(?:["”″s]|'{2}))?`;
const BETWEEN = String.raw`\s*[,;/|]?\s*`;
const PLUS_CODE = '[23456789CFGHJMPQRVWX]';

/** What nobody writes but to say where something is. */
const WAYS: readonly RegExp[] = [
  // RFC 5870, and links to maps.
  /\bgeo:\s*[-+]?\d/i,
  /\b(?:maps\.(?:app\.)?goo(?:gle)?\.|goo\.gl\/maps|maps\.apple\.com|what3words\.com\/|w3w\.co\/|plus\.codes\/)/i,
  /\b(?:google\.[a-z.]{2,12}\/maps|openstreetmap\.org\/|osm\.org\/|bing\.com\/maps|here\.com\/)/i,
  /[/@]-?\d{1,2}\.\d{3,},-?\d{1,3}\.\d{3,}/,
  // Both sides of the world named: 52.52N 13.40E, N 52° 31' 12", E 13° 24'.
  new RegExp(String.raw`(?<![\w.])${DEGREES}\s*[NS]\b${BETWEEN}${DEGREES}\s*[EWO]\b`, 'i'),
  new RegExp(String.raw`\b[NS]\s*${DEGREES}${BETWEEN}[EWO]\s*${DEGREES}`, 'i'),
  // One of them with the sign of a degree: 52°31'N.
  /\d\s*[°º]\s*(?:\d+(?:[.,]\d+)?\s*['’′]\s*)?(?:\d+(?:[.,]\d+)?\s*(?:["”″]|'{2})\s*)?[NSEWO]\b/,
  // Called by name: lat=52.5, Longitude: 13, GPS 52.52.
  new RegExp(
    String.raw`\b(?:lat|lon|lng|latitude|longitude|gps|coords?|coordinates|position)["']?\s*[:=(]?\s*["']?${NUMBER}`,
    'i',
  ),
  // ISO 6709, Well-Known Text, a plus code, three words.
  /(?<![\w.])[-+]\d{2,6}(?:\.\d+)?[-+]\d{3,7}(?:\.\d+)?(?:[-+]\d+(?:\.\d+)?)?(?:CRS\w+)?\//,
  new RegExp(String.raw`\bPOINT\s*(?:Z\s*)?\(\s*${NUMBER}\s+${NUMBER}`, 'i'),
  new RegExp(String.raw`(?<!\w)${PLUS_CODE}{8}\+${PLUS_CODE}{2,7}\b`),
  /(?<![/:])\/{3}\p{L}+\.\p{L}+\.\p{L}+/u,
];

/** A pair with four decimals or more, as of a map, and nothing but the two. */
const PAIRS = /(?<![\w.])([-+]?\d{1,2}\.\d{4,})\s*[,;\s]\s*([-+]?\d{1,3}\.\d{4,})(?![\w.])/g;
const [MOST_LATITUDE, MOST_LONGITUDE] = [90, 180];

/**
 * Whether a text that a person or a program wrote says where something is: coordinates in any of the
 * usual spellings, a link to a map, a code that stands for a place. Names of places are not known.
 */
export function saysPlace(text: string): boolean {
  // Blanks that any pattern may have many of would be tried in every way.
  const read = text.replace(/[\s\0]+/g, ' ');
  if (WAYS.some((way) => way.test(read))) return true;
  for (const [, latitude, longitude] of read.matchAll(PAIRS))
    if (
      Math.abs(Number(latitude)) <= MOST_LATITUDE &&
      Math.abs(Number(longitude)) <= MOST_LONGITUDE &&
      // Shares of a side, as of a curve or a region.
      Math.max(Math.abs(Number(latitude)), Math.abs(Number(longitude))) > 1
    )
      return true;
  return false;
}
