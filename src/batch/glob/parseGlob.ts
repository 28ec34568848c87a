import { phrase, WordedError } from '../../shared/phrase';
/** What a place of a glob accepts. `any` is every character, also "/". */
export type Accept =
  | { readonly kind: 'literal'; readonly code: number }
  | { readonly kind: 'notSlash' }
  | { readonly kind: 'any' }
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [number, number])[];
    };

/** A glob as a tree. */
export type GlobNode =
  | { readonly kind: 'one'; readonly accept: Accept }
  /** Any number of what `accept` says. */
  | { readonly kind: 'many'; readonly accept: Accept }
  | { readonly kind: 'sequence'; readonly parts: readonly GlobNode[] }
  | { readonly kind: 'either'; readonly options: readonly GlobNode[] };

/** A glob that can't be used; the message completes "it must be …". */
export class GlobError extends WordedError {}

/** Longer ones are nobody's. */
export const MOST_GLOB_LENGTH = 200;
/** Braces in braces in braces … */
const MOST_NESTING = 8;
const MOST_RANGE = 200;

const NOTHING: GlobNode = { kind: 'sequence', parts: [] };
const slash: GlobNode = { kind: 'one', accept: { kind: 'literal', code: 47 } };
const literal = (code: number): GlobNode => ({ kind: 'one', accept: { kind: 'literal', code } });

/**
 * Parses a glob: `*` and `?` inside a segment, `**` for any folders, `[a-z]` and `[!a-z]`,
 * `{a,b}` and `{1..3}`, `\` before a character that is meant itself. Throws `GlobError`.
 */
export function parseGlob(glob: string): GlobNode {
  if (glob.length > MOST_GLOB_LENGTH)
    throw new GlobError(phrase`a glob of at most ${MOST_GLOB_LENGTH} characters`);
  if (/[?*+@!]\(/.test(glob))
    throw new GlobError(phrase`a glob without "${/[?*+@!]\(/.exec(glob)?.[0] ?? ''}…)": use {a,b}`);
  if (glob.startsWith('!')) throw new GlobError(phrase`a glob that does not begin with "!"`);
  const { node } = parseUntil(glob.replace(/^\.\//, ''), 0, '', 0);
  return node;
}

/** Parses up to one of the characters in `ends`, or the end. */
function parseUntil(
  glob: string,
  start: number,
  ends: string,
  level: number,
): { readonly node: GlobNode; readonly next: number } {
  const parts: GlobNode[] = [];
  let at = start;
  while (at < glob.length && !ends.includes(glob.charAt(at))) {
    const step = parseOne(glob, at, level);
    parts.push(step.node);
    at = step.next;
  }
  return { node: { kind: 'sequence', parts }, next: at };
}

type Step = { readonly node: GlobNode; readonly next: number };

function parseOne(glob: string, at: number, level: number): Step {
  switch (glob.charAt(at)) {
    case '\\':
      if (at + 1 < glob.length) return { node: literal(glob.charCodeAt(at + 1)), next: at + 2 };
      break;
    case '?':
      return { node: { kind: 'one', accept: { kind: 'notSlash' } }, next: at + 1 };
    case '*':
      return parseStars(glob, at);
    case '/':
      return parseSlash(glob, at);
    case '[':
      return parseClass(glob, at) ?? { node: literal(91), next: at + 1 };
    case '{':
      return parseBraces(glob, at, level) ?? { node: literal(123), next: at + 1 };
  }
  return { node: literal(glob.charCodeAt(at)), next: at + 1 };
}

const anything: GlobNode = { kind: 'many', accept: { kind: 'any' } };

/** `**` counts as folders only where it is a whole segment. */
function parseStars(glob: string, at: number): Step {
  let next = at;
  while (glob.charAt(next) === '*') next++;
  const startsSegment = at === 0 || '/,{'.includes(glob.charAt(at - 1));
  const after = glob.charAt(next);
  if (next - at !== 2 || !startsSegment)
    return { node: { kind: 'many', accept: { kind: 'notSlash' } }, next };
  if (after === '/') {
    const folders: GlobNode = { kind: 'sequence', parts: [anything, slash] };
    return { node: { kind: 'either', options: [NOTHING, folders] }, next: next + 1 };
  }
  if (after === '' || after === ',' || after === '}') return { node: anything, next };
  return { node: { kind: 'many', accept: { kind: 'notSlash' } }, next };
}

/**
 * A folder's `/**` at the end is the folder, too, so that all of it can be left out at once; but
 * what lies beside it is not in it, which a star before would say.
 */
function parseSlash(glob: string, at: number): Step {
  if (glob.slice(at) !== '/**' || glob.charAt(at - 1) === '*') return { node: slash, next: at + 1 };
  const below: GlobNode = { kind: 'sequence', parts: [slash, anything] };
  return { node: { kind: 'either', options: [NOTHING, below] }, next: glob.length };
}

/** `[…]`; undefined when it has no end, so that the bracket is meant itself. */
function parseClass(glob: string, at: number): Step | undefined {
  const negated = '!^'.includes(glob.charAt(at + 1)) && at + 1 < glob.length;
  const first = at + (negated ? 2 : 1);
  // A bracket that comes first is one of the characters.
  const end = glob.indexOf(']', first + 1);
  if (end < 0 || glob.slice(at, end).includes('/')) return undefined;
  const ranges: [number, number][] = [];
  for (let i = first; i < end; i++) {
    if (glob.charAt(i) === '\\' && i + 1 < end) i++;
    const from = glob.charCodeAt(i);
    const isRange = glob.charAt(i + 1) === '-' && i + 2 < end;
    ranges.push([from, isRange ? glob.charCodeAt(i + 2) : from]);
    if (isRange) i += 2;
  }
  return { node: { kind: 'one', accept: { kind: 'class', negated, ranges } }, next: end + 1 };
}

/** `{a,b}` or `{1..3}`; undefined when it is neither, so that the brace is meant itself. */
function parseBraces(glob: string, at: number, level: number): Step | undefined {
  const range = /^\{(-?\d{1,6}|[a-z])\.\.(-?\d{1,6}|[a-z])\}/i.exec(glob.slice(at));
  if (range) {
    const [text, from = '', to = ''] = range;
    return { node: { kind: 'either', options: rangeOf(from, to) }, next: at + text.length };
  }
  if (!closes(glob, at)) return undefined;
  if (level >= MOST_NESTING)
    throw new GlobError(phrase`a glob with braces at most ${MOST_NESTING} levels deep`);
  const options: GlobNode[] = [];
  let next = at;
  while (glob.charAt(next) !== '}') {
    const option = parseUntil(glob, next + 1, ',}', level + 1);
    options.push(option.node);
    next = option.next;
  }
  return { node: { kind: 'either', options }, next: next + 1 };
}

/** Whether a brace has its end, and a comma at its own level. */
function closes(glob: string, at: number): boolean {
  let depth = 0;
  let hasComma = false;
  for (let i = at; i < glob.length; i++) {
    const character = glob.charAt(i);
    if (character === '\\') i++;
    else if (character === '{') depth++;
    else if (character === ',' && depth === 1) hasComma = true;
    else if (character === '}' && --depth === 0) return hasComma;
  }
  return false;
}

function rangeOf(from: string, to: string): GlobNode[] {
  const areNumbers = /\d/.test(from) && /\d/.test(to);
  const [a, b] = areNumbers ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)];
  const [low, high] = a < b ? [a, b] : [b, a];
  if (high - low >= MOST_RANGE)
    throw new GlobError(phrase`a glob with at most ${MOST_RANGE} values in {${from}..${to}}`);
  return Array.from({ length: high - low + 1 }, (_, i) => {
    const text = areNumbers ? String(low + i) : String.fromCharCode(low + i);
    return { kind: 'sequence', parts: Array.from(text, (each) => literal(each.charCodeAt(0))) };
  });
}
