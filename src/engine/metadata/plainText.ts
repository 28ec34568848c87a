/** Signs that people and programs write in many ways, each as the one that is looked for. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  // UTF-8 that was read as Latin letters.
  [/Â(?=[°º´])/g, ''],
  [/[º˚∘◦⁰]|(?<=\d)\s?度/g, '°'],
  [/[’‘‛′ʹʼ´`＇]|(?<=\d)\s?分/g, "'"],
  [/[”“‟″ʺ〃＂]|(?<=\d)\s?秒|'{2}/g, '"'],
  [/[‐‑‒–—―−﹣－]/g, '-'],
  [/[،、‚，]/g, ','],
  [/[⁄∕]/g, '/'],
  [/(?<=\p{Nd})[·٫](?=\p{Nd})/gu, '.'],
];
/** Entities of HTML that coordinates are written with. */
const ENTITIES: { readonly [name: string]: string } = {
  amp: '&',
  apos: "'",
  colon: ':',
  comma: ',',
  deg: '°',
  equals: '=',
  gt: '>',
  lt: '<',
  minus: '-',
  ndash: '-',
  ordm: '°',
  period: '.',
  plus: '+',
  prime: "'",
  quot: '"',
  rdquo: '"',
  rsquo: "'",
  semi: ';',
  sol: '/',
};
/** ASCII that neither escapes anything nor has signs that are written in other ways, or blanks to take out. */
const NOTHING_TO_READ = /^[ -$(-[\]-_a-~]*$/;
/** Texts that were escaped more often are none. */
const MOST_ROUNDS = 4;

/**
 * A text as whoever looks for something in it may read it: as it stands, and with what is escaped in it
 * (references of HTML and XML, `\u00b0`, `%2C`) as the letters that are meant; of each, one where bytes of
 * zero are blanks and one where they are nothing. All with one kind of signs, digits and blanks.
 */
export function readingsOf(text: string): readonly string[] {
  const packed = unpacked(text);
  if (packed === undefined && NOTHING_TO_READ.test(text) && !text.includes('  ')) return [text];
  const all = [text];
  for (let last = text; all.length <= MOST_ROUNDS;) {
    const next = unescaped(last);
    if (next === last) break;
    all.push(next);
    last = next;
  }
  if (packed !== undefined) all.push(packed);
  return [
    ...new Set(
      all.flatMap((each) =>
        each.includes('\0') ? [plain(each), plain(each.replaceAll('\0', ''))] : [plain(each)],
      ),
    ),
  ];
}

/** The words of a name or a text that programs write in one: `GPSLatitude`, `gps_lat`. */
export const parted = (text: string): string =>
  text
    .replaceAll(/(?<=[\p{Ll}\d])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, ' ')
    .replaceAll('_', ' ');

function plain(text: string): string {
  let read = text;
  for (const [sign, one] of SIGNS) read = read.replaceAll(sign, one);
  return read
    .normalize('NFKC')
    .replaceAll(/(?![0-9])\p{Nd}/gu, digit)
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/[\s\p{Cc}]+/gu, (blanks) => (blanks.includes('\n') ? '\n' : ' '))
    .replaceAll(/'\s?'/g, '"');
}

/** Digits of a script stand together; their zero ends with 0 or 6 in hexadecimal. */
function digit(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  const low = code % 16;
  const isFromZero = low < 6 || /\p{Nd}/u.test(String.fromCodePoint(code - low));
  return String(isFromZero ? low % 10 : low - 6);
}

function unescaped(text: string): string {
  return text
    .replaceAll(/&#(?:x([\da-f]{1,6})|(\d{1,7}));?/gi, (whole, hex?: string, decimal?: string) =>
      letterOf(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16), whole),
    )
    .replaceAll(/&([a-z]{2,6});/gi, (_, name: string) => ENTITIES[name.toLowerCase()] ?? ' ')
    .replaceAll(
      /(?<!\\)\\{1,8}(?:u(?:([\da-f]{4})|\{([\da-f]{1,6})\})|x([\da-f]{2})|([0-3][0-7]{2}))/gi,
      (whole, four?: string, unicode?: string, byte?: string, octal?: string) =>
        letterOf(
          octal === undefined
            ? Number.parseInt(four ?? unicode ?? byte ?? '', 16)
            : Number.parseInt(octal, 8),
          whole,
        ),
    )
    .replaceAll(/(?<!\\)\\{1,8}(["'/\\])/g, '$1')
    .replaceAll(/(?<!\\)\\{1,8}[nrt]/g, '\n')
    .replaceAll(/(?:%[\da-f]{2})+/gi, (bytes) =>
      Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'),
    );
}

const MOST_CODE = 0x10_ff_ff;
const letterOf = (code: number, otherwise: string): string =>
  code <= MOST_CODE ? String.fromCodePoint(code) : otherwise;

const [HEX, BASE_64] = [/^(?:[\da-f]{2}){8,}$/i, /^[\w+/-]{16,}={0,2}$/];
/** The text that a whole text is in hexadecimal digits or in base 64, if letters come out. */
function unpacked(text: string): string | undefined {
  const packed = text.replaceAll(/\s/g, '');
  const kind = HEX.test(packed) ? 'hex' : BASE_64.test(packed) ? 'base64' : undefined;
  if (kind === undefined) return undefined;
  const read = Buffer.from(packed, kind).toString('utf8');
  return /[\p{Cc}\ufffd]/u.test(read.replaceAll(/[\s\0]/g, '')) ? undefined : read;
}
