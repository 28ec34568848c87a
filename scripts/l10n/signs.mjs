/** Signs as each language sets them: what can be set by itself, and what is wrong. */

/** Where a text may not be changed: code, targets of links, and lists of numbers. */
const KEPT_PARTS = /(`[^`]*`|\]\([^)]*\)|\[\d[^\]]*\])/;
const HAN = String.raw`\p{sc=Han}`;
const KANA = String.raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー`;

/** A per cent sign stands apart from its number, on the same line. */
const PERCENT = [/(?<=[\d}]) ?%/g, '\u00a0%'];
/** Chinese and Japanese have it at its number. */
const CLOSE_PERCENT = [/(?<=[\d}])[ \u00a0]%/g, '%'];

/** What is set by itself. */
const SIGNS = {
  de: [PERCENT],
  es: [PERCENT],
  // A no-break space stands before high signs and inside quotes, and an apostrophe is curved.
  fr: [
    PERCENT,
    [/ (?=[:;?!»](?:\s|[.,)]|$))/g, '\u00a0'],
    [/(?<=«) /g, '\u00a0'],
    [/(?<=\p{L})'(?=\p{L})/gu, '’'],
  ],
  // Commas and semicolons between Chinese words are wide ones, colons are not; quotes need no space.
  'zh-cn': [
    CLOSE_PERCENT,
    [new RegExp(`(?<=[${HAN}})”]), ?(?=[${HAN}{“])`, 'gu'), '，'],
    [new RegExp(`(?<=[${HAN}})”\\]]); ?(?=[${HAN}{“])`, 'gu'), '；'],
    [/： ?/g, ': '],
    [/？/g, '?'],
    [/ ?（/g, ' ('],
    [/）/g, ')'],
    [new RegExp(`(?<=[${HAN}]) (?=“)|(?<=”) (?=[${HAN}])`, 'gu'), ''],
  ],
  // Wide signs end and part sentences, colons, question marks and brackets are narrow.
  ja: [
    CLOSE_PERCENT,
    [/： ?/g, ': '],
    [/？/g, '?'],
    [/ ?（/g, ' ('],
    [/）/g, ')'],
    [new RegExp(`(?<=[${KANA}]), ?(?=[${KANA}])`, 'gu'), '、'],
  ],
};

/** What no text of the language has, and what it should have. */
const WRONG = {
  fr: [
    [/"/, 'quotes are « »'],
    [/[“”„]/, 'quotes are « »'],
    [/«(?!\u00a0)|(?<!\u00a0)»/, 'quotes have a no-break space inside'],
    [/(?<=\p{L})[?!;](?=\s|$)/u, 'a no-break space stands before a high sign'],
  ],
  de: [
    [/"/, 'quotes are „ “'],
    [/[«»”]/, 'quotes are „ “'],
    [/(^|[\s(])“/, 'quotes are „ “'],
    [/„(?![^“]*“)/, 'a quote is not closed'],
    [/(?<=\p{L})'(?=\p{L})/u, 'an apostrophe is ’'],
  ],
  es: [
    [/"/, 'quotes are « »'],
    [/[“”„]/, 'quotes are « »'],
    [/«[^»]*$/, 'a quote is not closed'],
    [/^[^¿]*[\p{L})}»]\?/u, 'a question begins with ¿'],
    [/^[^¡]*[\p{L})}»]!/u, 'an exclamation begins with ¡'],
  ],
  'zh-cn': [
    [/"/, 'quotes are “ ”'],
    [/[「」『』«»„]/, 'quotes are “ ”'],
    [new RegExp(`[${HAN}]\\.($|\\s)`, 'u'), 'a sentence ends with 。'],
  ],
  ja: [
    [/[“”„«»]/, 'quotes are 「 」, or " around code'],
    [/「[^」]*$/, 'a quote is not closed'],
    [new RegExp(`[${KANA}][.,;!]($|\\s)`, 'u'), 'signs are 、 and 。'],
  ],
};

/**
 * A translation with its signs as the language sets them.
 *
 * @param {string} language
 * @param {string} text
 * @returns {string}
 */
export const typeset = (language, text) =>
  outsideOfCode(text, (part) =>
    (SIGNS[language] ?? []).reduce((set, [sign, other]) => set.replace(sign, other), part),
  );

/**
 * What is wrong with a translation's signs, a few words each; empty when all is well.
 *
 * @param {string} language
 * @param {string} text
 * @returns {string[]}
 */
export function signProblems(language, text) {
  const prose = outsideOfCode(text, (part) => part, '`');
  return [
    ...new Set(
      (WRONG[language] ?? []).filter(([sign]) => sign.test(prose)).map(([, rule]) => rule),
    ),
    ...(text !== typeset(language, text) ? ['set its signs with "npm run l10n"'] : []),
  ];
}

/** The text with each part that is prose changed, and each other one kept or replaced. */
const outsideOfCode = (text, change, replacement) =>
  text
    .split(KEPT_PARTS)
    .map((part, index) => (index % 2 === 1 ? (replacement ?? part) : change(part)))
    .join('');
