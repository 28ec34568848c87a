/** What makes a segment a pattern; a backslash before it makes it a letter. */
const WILD = /[*?[\]{}]/;

/**
 * The folders that every match of a glob lies in: "assets-src" for `assets-src/**`, "a/b" for
 * `a/b/c.png`, '' for `**` and `{a,b}/*`.
 */
export function fixedPart(glob: string): string {
  const segments = glob.replace(/^\.\//, '').split('/');
  const first = segments.findIndex((segment) => WILD.test(segment.replace(/\\./g, '')));
  return segments
    .slice(0, first < 0 ? segments.length - 1 : first)
    .map((segment) => segment.replace(/\\(.)/g, '$1'))
    .join('/');
}
