/** A number with decimals in a text. */
type Found = {
  readonly from: number;
  readonly to: number;
  readonly value: number;
  readonly decimals: number;
};

const [MOST_LATITUDE, MOST_LONGITUDE] = [90, 180];
/**
 * Shares of a side, ratios, gammas and factors are that small. Where both coordinates are, there is but
 * the sea.
 */
const LEAST = 3;
/** What may stand between the two. */
const BETWEEN =
  /^(?=.*[,;:/|&~\s])°?["')\]}]*\s?(?:[,;:/|&~]|\b(?:and|und|et|y|e)\b)?\s?["'([{]*°?$/;
const MOST_BETWEEN = 10;
/** What stands before numbers of a picture's layout, its colours or its prices, and of a program's settings. */
const LAYOUTS =
  'sizes?|offset|bounding|bounds|dimensions?|scale|translate|matrix|rotate|rotation|angles?|hue|tilt|fov|(?:ok)?(?:lab|lch)|(?:rgb|hsl|hsv|hwb|cmyk|xyz|xyy|luv|yuv|colou?r)a?';
const SETTINGS = String.raw`\w{0,30}(?:rect(?:angle)?|bounds|(?:b|bounding[_ ]?)box(?:es)?|sigmas?|slider|viewbox|transform|weights?|curves?|vector|steps|strengths?)(?:_?\d{1,4}|_min|_max)?`;
const OF_OTHERS = new RegExp(
  String.raw`(?:\b(?:${LAYOUTS}|${SETTINGS})["']?\s?[:=]?\s?["']?\s?[([{]{0,3}|\b(?:\w{0,30}values?|pos)["']?\s?[:=]?\s?[[{(]{1,3}|\s(?:points|d)=["'][MmLl]?|[$€£¥])\s?$`,
  'i',
);
/** Numbers before the first of the two, in the same list. */
const LISTED_BEFORE = /(?<![\w.])(?:[-+]?\d+(?:\.\d+)?\s?[\s,;]\s?)+$/;
/** More such numbers than these, parted alike, are a list of others. */
const [MOST_OF_PLACE, LIST_DECIMALS, LIST_LENGTH] = [3, 3, 120];
const UNIT =
  /^["'\])]*\s?(?:(?:mm|cm|dm|px|pt|em|inch(?:es)?|s|ms|sec|hz|khz|fps|dpi|ppi|ev|k|kg|g|kb|mb|gb|eur|usd|gbp|chf|jpy)\b|[%€$£¥×x])/i;
/** What says that a pair is a place, however few its decimals are; and what does where it has some more. */
const BEHIND_NAME = String.raw`(?:[\s"'()[\]{}:=.,]|\b(?:is|at|in|near|of|was|s)\b){0,8}$`;
const SAYS_WHERE = new RegExp(
  String.raw`(?<!\p{L})(?:position|location|loc|geo|gps|place|where|home|taken|shot|near|ort|standort|lieu|emplacement|lugar|ubicaci[oó]n|場所|位置|地点|(?:ll|q|query|cp|center|centre|daddr|saddr|destination|origin|viewpoint)(?==))${BEHIND_NAME}`,
  'iu',
);
const PERHAPS_WHERE = new RegExp(
  String.raw`(?<!\p{L})(?:at|in|from|point|bei|à|près|cerca|en)${BEHIND_NAME}`,
  'iu',
);
const [BEFORE, MOST_ALONE] = [40, 200];
/** Decimals of a map's coordinates, and of those that stand where a place is said. */
const [OF_MAPS, OF_SAID] = [4, 2];

/** Whether a text has a pair of numbers as of a map. */
export function hasPair(text: string): boolean {
  return (
    isAmong(text, numbersIn(text, /(?<![\w.])[-+]?\d{1,3}\.(\d+)(?!\w|\.\d)/g)) ||
    isAmong(text, numbersIn(text, /(?<![\w.,])[-+]?\d{1,3},(\d{4,})(?!,?\d)/g))
  );
}

function* numbersIn(text: string, pattern: RegExp): Generator<Found> {
  for (const match of text.matchAll(pattern))
    yield {
      from: match.index,
      to: match.index + match[0].length,
      value: Math.abs(Number(match[0].replace(',', '.'))),
      decimals: match[1]?.length ?? 0,
    };
}

function isAmong(text: string, numbers: Iterable<Found>): boolean {
  let first: Found | undefined;
  for (const second of numbers) {
    if (first && isPair(text, first, second)) return true;
    first = second;
  }
  return false;
}

function isPair(text: string, first: Found, second: Found): boolean {
  const between = text.slice(first.to, second.from);
  if (between.length > MOST_BETWEEN || !BETWEEN.test(between)) return false;
  const [less, more] = [
    Math.min(first.value, second.value),
    Math.max(first.value, second.value),
  ] as const;
  if (less > MOST_LATITUDE || more > MOST_LONGITUDE || more <= LEAST) return false;
  const before = text.slice(Math.max(0, first.from - BEFORE), first.from);
  const behind = text.slice(second.to, second.to + BEFORE);
  const list = text.slice(Math.max(0, first.from - LIST_LENGTH), first.from);
  if (OF_OTHERS.test(list.replace(LISTED_BEFORE, '')) || UNIT.test(behind)) return false;
  if (isOfList(text, between, first, second) && !SAYS_WHERE.test(before)) return false;
  const decimals = Math.min(first.decimals, second.decimals);
  return (
    decimals >= OF_MAPS ||
    // Zeros at an end are often left out.
    (Math.max(first.decimals, second.decimals) > OF_MAPS && decimals >= OF_SAID) ||
    (decimals >= OF_SAID &&
      (SAYS_WHERE.test(before) || (between.includes('°') && behind.startsWith('°')))) ||
    (decimals > OF_SAID && (PERHAPS_WHERE.test(before) || isAlone(text, first, second)))
  );
}

/** Whether the two are among more numbers, which are parted alike: pairs of places are not. */
function isOfList(text: string, between: string, first: Found, second: Found): boolean {
  const sign = between.trim();
  if (!/^[,;]?$/.test(sign) || between.includes('\n')) return false;
  const parts = String.raw`[ ]?${sign || '[ ]'}[ ]?`;
  const number = String.raw`[-+]?\d+\.\d{${LIST_DECIMALS},}`;
  const before = text.slice(Math.max(0, first.from - LIST_LENGTH), first.from);
  const behind = text.slice(second.to, second.to + LIST_LENGTH);
  const count = (pattern: string, among: string): number =>
    new RegExp(pattern).exec(among)?.[0].match(/\d\./g)?.length ?? 0;
  return (
    2 + count(`(?:${number}${parts})+$`, before) + count(`^(?:${parts}${number})+`, behind) >
    MOST_OF_PLACE
  );
}

/** Whether there is nothing but the two, and perhaps how high it is. */
const isAlone = (text: string, { from }: Found, { to }: Found): boolean =>
  text.length <= MOST_ALONE &&
  !/[\p{L}\d]/u.test(text.slice(0, from)) &&
  /^[^\p{L}\d]*(?:[-+]?\d+(?:\.\d+)?\s?m?[^\p{L}\d]*)?$/u.test(text.slice(to));
