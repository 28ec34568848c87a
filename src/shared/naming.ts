import { extensionFor, formatFromName } from './extensions';
import { withSuffix } from './nameParts';
import { outputPathProblem } from './outputNames';
import type { OutputFormat } from './settings';
import { phrase, WordedError } from './phrase';

export type NameParts = {
  /** The source's file name without its extension. */
  readonly name: string;
  /** The source's own extension as written ("JPG"), or '' when it has none. */
  readonly sourceExtension: string;
  readonly format: OutputFormat;
  readonly scale: number;
  readonly model: string;
  readonly pixel: number;
  readonly semantic: number;
  /** The source's folder as `{folder}` stands for it, with "/"; '' for where the tree begins. */
  readonly folder?: string;
};

const PLACEHOLDERS = ['name', 'scale', 'ext', 'model', 'pixel', 'semantic', 'folder'] as const;
const FOLDER = '{folder}';

/** A pattern that can never be used, whatever the picture is called. */
export class NamePatternError extends WordedError {}

/** A pattern that can't be used for one picture, because of what its name makes of it. */
export class OutputNameError extends WordedError {}

/**
 * Expands a name pattern such as `{name}@{scale}x.{ext}` or `upscaled/{name}.{ext}` into a path
 * relative to the source's folder, with `/` between folders; one with `{folder}` into a path
 * relative to the root (see `isRooted`). Throws a `NamePatternError` when the
 * pattern is empty, names an unknown placeholder, or leaves the folder, and an `OutputNameError`
 * when the expanded path does: a source may be called `...png`.
 */
export function expandNamePattern(pattern: string, parts: NameParts): string {
  const values: Record<(typeof PLACEHOLDERS)[number], string> = {
    name: parts.name,
    scale: trimNumber(parts.scale),
    ext: extensionFor(parts.format, parts.sourceExtension),
    model: parts.model,
    pixel: trimNumber(parts.pixel),
    semantic: trimNumber(parts.semantic),
    folder: parts.folder ?? '',
  };
  checkNamePattern(pattern);
  const expanded = pattern
    .trim()
    .replace(`${FOLDER}/`, (text) => (values.folder === '' ? '' : text))
    .replace(/\{(\w+)\}/g, (_, key: string) => values[key as keyof typeof values]);
  // The pattern has brought none; the engine asks again on Windows.
  const problem = outputPathProblem(expanded, true);
  if (problem !== undefined)
    throw new OutputNameError(phrase`The result can't be called "${expanded}": ${problem}`);
  return expanded;
}

/** Throws a `NamePatternError` that says what is wrong; returns when a pattern is usable. */
export function checkNamePattern(pattern: string): void {
  const text = pattern.trim();
  if (text === '') throw new NamePatternError(phrase`The name pattern is empty.`);
  for (const [, key] of text.matchAll(/\{([^}]*)\}/g)) {
    if (!(PLACEHOLDERS as readonly string[]).includes(key ?? '')) {
      const known = PLACEHOLDERS.map((p) => `{${p}}`).join(', ');
      const unknown = `{${key ?? ''}}`;
      throw new NamePatternError(
        phrase`The name pattern has an unknown placeholder ${unknown}. Known: ${known}.`,
      );
    }
  }
  if (!text.includes('{name}'))
    throw new NamePatternError(phrase`The name pattern must contain {name}.`);
  const segments = text.split('/');
  if (
    /^([A-Za-z]:|[\\/])/.test(text) ||
    text.includes('\\') ||
    segments.some((segment) => ['', '.', '..'].includes(segment))
  ) {
    throw new NamePatternError(
      phrase`The name pattern must stay inside the picture's folder: use "/" and no "." or "..".`,
    );
  }
  const folders = segments.filter((segment) => segment.includes(FOLDER));
  if (folders.length > 1 || segments.at(-1) === FOLDER || folders.some((one) => one !== FOLDER))
    throw new NamePatternError(
      phrase`The name pattern can have {folder} once, between slashes: "img/{folder}/{name}.{ext}".`,
    );
  if (!/\.\{ext\}$/.test(text) && formatFromName(text) === undefined)
    throw new NamePatternError(
      phrase`The name pattern must end in .{ext}, or in the extension of a picture that can be written.`,
    );
  // What no picture's name can mend.
  const problem = outputPathProblem(text.replace(/\{ext\}$/, 'png').replace(/\{\w+\}/g, 'x'));
  if (problem !== undefined)
    throw new NamePatternError(phrase`The name pattern can't be used: ${problem}`);
}

/**
 * Whether a pattern begins at the root (of the recipe, the workspace, or the command line's folder)
 * and not at the source's folder: it does where it says with `{folder}` what becomes of the tree.
 */
export const isRooted = (pattern: string): boolean => pattern.includes(FOLDER);

/** The folders that every result of a rooted pattern lies in: "public/img", or ''. */
export function fixedFolder(pattern: string): string {
  const folders = pattern.trim().split('/').slice(0, -1);
  const first = folders.findIndex((folder) => folder.includes('{'));
  return folders.slice(0, first < 0 ? folders.length : first).join('/');
}

/**
 * `a@4x.png` → `a@4x-2.png`: the n-th candidate for a name that is taken (n = 1 is the name
 * itself).
 */
export const numberedName = (fileName: string, n: number): string =>
  n <= 1 ? fileName : withSuffix(fileName, `-${n}`);

const trimNumber = (value: number): string => String(Math.round(value * 100) / 100);
