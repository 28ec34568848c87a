import type { BatchPlanView, BatchRow, BatchRowState } from '../../shared/batchProtocol';

/** Which rows are shown. */
export const SHOWN = ['all', 'todo', 'skip', 'done', 'failed'] as const;
export type Shown = (typeof SHOWN)[number];

export type BatchFilter = {
  readonly text: string;
  readonly type: string;
  readonly shown: Shown;
  readonly minimum: number;
};

export const NO_FILTER: BatchFilter = { text: '', type: '', shown: 'all', minimum: 0 };

export type RowStates = {
  readonly [id: string]: { readonly state: BatchRowState; readonly message?: string };
};

const GLOB = /[*?{[]/;

/** The extension of a path, lower case. */
export const typeOf = (input: string): string =>
  /\.([^./]+)$/.exec(input)?.[1]?.toLowerCase() ?? '';

/** The types of these rows' files, in order. */
export const typesOf = (rows: readonly BatchRow[]): readonly string[] =>
  [...new Set(rows.map(({ input }) => typeOf(input)))].sort();

/** The rows that a filter lets through, in their order. */
export function filtered(
  rows: readonly BatchRow[],
  filter: BatchFilter,
  states: RowStates,
): readonly BatchRow[] {
  const text = filter.text.trim().toLowerCase();
  const glob = GLOB.test(text) ? globPattern(text) : undefined;
  return rows.filter((row) => {
    const input = row.input.toLowerCase();
    if (text !== '' && !(glob ? glob.test(input) : input.includes(text))) return false;
    if (filter.type !== '' && typeOf(row.input) !== filter.type) return false;
    if (
      filter.minimum > 0 &&
      row.size &&
      Math.min(row.size.width, row.size.height) < filter.minimum
    )
      return false;
    return isShown(row, filter.shown, states[row.id]?.state);
  });
}

function isShown({ status }: BatchRow, shown: Shown, state: BatchRowState | undefined): boolean {
  switch (shown) {
    case 'all':
      return true;
    case 'todo':
      return status === 'todo';
    case 'skip':
      return status === 'skip';
    case 'done':
      return status === 'done' || state === 'done';
    case 'failed':
      return state === 'failed';
  }
}

/** A glob as people write it: `*` within a folder, `**` across, `?`, `{a,b}`, `[abc]`. */
export function globPattern(glob: string): RegExp {
  let source = '';
  let depth = 0;
  for (let i = 0; i < glob.length; i++) {
    const letter = glob.charAt(i);
    if (letter === '*' && glob.charAt(i + 1) === '*') {
      const slash = glob.charAt(i + 2) === '/';
      source += slash ? '(?:.*/)?' : '.*';
      i += slash ? 2 : 1;
    } else if (letter === '*') source += '[^/]*';
    else if (letter === '?') source += '[^/]';
    else if (letter === '{') {
      source += '(?:';
      depth++;
    } else if (letter === '}' && depth > 0) {
      source += ')';
      depth--;
    } else if (letter === ',' && depth > 0) source += '|';
    else source += letter.replace(/[\\^$.|+()[\]{}]/, '\\$&');
  }
  return new RegExp(`^${source}${')'.repeat(depth)}$`);
}

export type Totals = {
  readonly count: number;
  /** Of the results. */
  readonly pixels: number;
  /** Of the results' files. */
  readonly bytes: { readonly least: number; readonly most: number };
  readonly seconds: number | undefined;
};

/**
 * A result has between so many of the bytes a pixel that its source has: an enlarged picture is
 * smoother, which formats without loss make less of.
 */
const BYTES_SHARE = { least: 0.3, most: 1.2 };

/** What the selected rows come to. Time and bytes are estimates. */
export function totalsOf(
  { rows, secondsPerPixel }: BatchPlanView,
  ticked: ReadonlySet<string>,
): Totals {
  let [count, pixels, bytes, sourcePixels] = [0, 0, 0, 0];
  for (const { id, size, outputSize, frames, bytes: own } of rows) {
    if (!ticked.has(id) || !size || !outputSize) continue;
    const [from, to] = [
      size.width * size.height * frames,
      outputSize.width * outputSize.height * frames,
    ];
    count++;
    pixels += to;
    sourcePixels += from;
    bytes += (own / Math.max(1, from)) * to;
  }
  return {
    count,
    pixels,
    bytes: { least: bytes * BYTES_SHARE.least, most: bytes * BYTES_SHARE.most },
    seconds: secondsPerPixel === undefined ? undefined : sourcePixels * secondsPerPixel,
  };
}
