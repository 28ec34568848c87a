/** What stands before a `;` or a block of a style sheet, and the block. */
export type Statement = { readonly head: string; readonly block: string | undefined };

const STRING = /"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?/;
const COMMENT = /\/\*(?:[\s\S]*?\*\/|[\s\S]*$)/;
const COMMENTS = new RegExp(`${STRING.source}|${COMMENT.source}`, 'g');
const TOKENS = new RegExp(`${STRING.source}|[(){}[\\];]|[^"'(){}[\\];]+`, 'g');
const ADDRESS = /url\(\s*(?:"([^"]*)"|'([^']*)'|([^)]*))/gi;

/** The statements of a style sheet, or the declarations of a block or of a `style`. */
export function* statements(css: string): Generator<Statement> {
  const plain = css.replace(COMMENTS, (found) => (found.startsWith('/*') ? ' ' : found));
  let [head, block, braces, brackets] = ['', '', 0, 0];
  for (const [token] of plain.matchAll(TOKENS)) {
    if (braces > 0) {
      if (token === '{') braces++;
      else if (token === '}' && --braces === 0) {
        yield { head: head.trim(), block };
        [head, block] = ['', ''];
        continue;
      }
      block += token;
    } else if (token === '{') [braces, brackets] = [1, 0];
    else if (token === ';' && brackets === 0) {
      yield { head: head.trim(), block: undefined };
      head = '';
    } else {
      if (token === '(' || token === '[') brackets++;
      else if (token === ')' || token === ']') brackets = Math.max(0, brackets - 1);
      head += token;
    }
  }
  if (head.trim() !== '') yield { head: head.trim(), block: braces > 0 ? block : undefined };
}

/** Without what stands in quotation marks. */
export const withoutStrings = (css: string): string =>
  css.replace(new RegExp(STRING.source, 'g'), '""');

/** Addresses in `url()`. */
export const addressesIn = (css: string): readonly string[] =>
  [...css.matchAll(ADDRESS)].map(([, double, single, bare]) =>
    (double ?? single ?? bare ?? '').trim(),
  );

/** Split at commas that stand in no brackets. */
export function atCommas(css: string): readonly string[] {
  const parts: string[] = [];
  let [part, depth] = ['', 0];
  for (const [token] of css.matchAll(/[()[\],]|[^()[\],]+/g)) {
    if (token === '(' || token === '[') depth++;
    else if (token === ')' || token === ']') depth--;
    if (token === ',' && depth <= 0) {
      parts.push(part);
      part = '';
    } else part += token;
  }
  return [...parts, part];
}
