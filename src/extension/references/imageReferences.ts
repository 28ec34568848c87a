import { IMAGE_EXTENSIONS } from '../../shared/settings';

/** The path of a picture in a line of text, as it is written there. */
export type ImageReference = {
  readonly path: string;
  /** Columns of the path, without what asks a server for something (`?v=2`, `#icon`). */
  readonly start: number;
  readonly end: number;
};

/** A minified line would hold up the editor and is nobody's to read. */
const LONGEST_LINE = 4000;
const ENDING = `\\.(?:${IMAGE_EXTENSIONS.join('|')})`;
/** A whole string or `<…>`, in which spaces are part of the path. */
const QUOTED = new RegExp(
  `(["'\`<])([^"'\`<>\\n]*?${ENDING})(?:[?#][^"'\`<>\\n]*)?(?=["'\`>])`,
  'gi',
);
/** Between spaces and brackets: Markdown, CSS, and the candidates of a srcset. */
const BARE = new RegExp(
  `[^\\s"'\`<>(),=;{}\\[\\]]+?${ENDING}(?=[?#\\s"'\`<>(),;{}\\[\\]]|$)`,
  'gi',
);
/** Several in one string, with their widths or densities. */
const SRCSET = /\s\d+(?:\.\d+)?[wx](?:\s*,|\s*$)|,\s/;
/** An address of a server, or data: nothing that lies in the workspace. */
const ELSEWHERE = /^(?:[a-z][a-z0-9+.-]+:|\/\/)/i;

/** The paths of pictures in a line of Markdown, HTML, CSS or a program, in their order. */
export function imageReferences(line: string): readonly ImageReference[] {
  if (line.length > LONGEST_LINE) return [];
  const found: ImageReference[] = [];
  const add = (path: string, start: number): void => {
    const end = start + path.length;
    if (found.every((other) => end <= other.start || start >= other.end))
      found.push({ path, start, end });
  };
  for (const { 2: path = '', index } of line.matchAll(QUOTED))
    if (!SRCSET.test(path)) add(path, index + 1);
  for (const { 0: path, index } of line.matchAll(BARE)) add(path, index);
  return found
    .filter(({ path }) => path !== '' && !ELSEWHERE.test(path))
    .sort((a, b) => a.start - b.start);
}

/** The path that a column lies in or at the end of. */
export const referenceAt = (line: string, column: number): ImageReference | undefined =>
  imageReferences(line).find(({ start, end }) => column >= start && column <= end);

/**
 * Where a path may lead, from the folder of its document and that of the workspace, the likeliest
 * first; both are slash-separated and absolute, and so are the results. Nothing outside of the
 * workspace.
 */
export function placesOf(path: string, document: string, workspace: string): readonly string[] {
  const plain = decoded(path);
  const alias = /^~?[@~]\/(.+)$/.exec(plain)?.[1];
  const rooted = /^\/(.+)$/.exec(plain)?.[1];
  const below = alias ?? rooted;
  const places =
    below === undefined
      ? [joined(document, plain)]
      : (alias === undefined ? ['', 'public', 'static'] : ['src', '']).map((folder) =>
          joined(workspace, folder, below),
        );
  const root = workspace.endsWith('/') ? workspace : `${workspace}/`;
  return places.filter((place) => place.startsWith(root));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function joined(...parts: readonly string[]): string {
  const steps: string[] = [];
  for (const step of parts.join('/').split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return `/${steps.join('/')}`;
}
