import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { createScanner, parse, printParseErrorCode, type ParseError } from 'jsonc-parser';
import { readSmallTextIfAny } from '../files/readSmall';
import { PIXEL_ART_CHOICES, type AssetOptions } from '../shared/assetOptions';
import { DENSITY_SETS, type DensitySet } from '../shared/density';
import { GUIDANCE_RANGE, type Guidance } from '../shared/guidance';
import { checkNamePattern } from '../shared/naming';
import { METADATA_CHOICES, type OutputOptions } from '../shared/outputOptions';
import { SIZE_FITS, type SizeLimit, type SizeTarget } from '../shared/outputSize';
import { isOneOf } from '../shared/oneOf';
import {
  COLOUR_FIXES,
  OUTPUT_FORMATS,
  QUALITY_RANGE,
  SCALE_RANGE,
  type ColourFix,
  type OutputFormatChoice,
} from '../shared/settings';
import { globMatcher, globProblem } from './glob/globMatcher';
import { liesIn } from '../files/paths';

export const RECIPE_NAME = '.pisa-upscale.json';

/** What a recipe may hold. Real ones have some kilobytes. */
const LIMIT = 2 ** 20;
const MOST_RULES = 1000;
/** Of one rule. */
const MOST_GLOBS = 200;
const MOST_TARGETS = 100;
const MOST_EXCLUDED = 1000;
const MOST_TEXT = 300;
const MOST_LEVELS = 16;

/** What is made of a file; what is missing comes from the settings. */
export type Target = {
  readonly scale?: number;
  readonly size?: SizeTarget;
  readonly notBeyond?: SizeLimit;
  readonly density?: DensitySet;
  readonly model?: string;
  readonly restore?: string;
  readonly guidance?: Partial<Guidance>;
  readonly colourFix?: ColourFix;
  readonly format?: OutputFormatChoice;
  readonly quality?: number;
  /** Name pattern, relative to the file's folder. */
  readonly output?: string;
  readonly file?: OutputOptions;
  readonly asset?: AssetOptions;
};

export type Rule = { readonly files: readonly string[]; readonly targets: readonly Target[] };

export type Recipe = {
  readonly rules: readonly Rule[];
  readonly exclude: readonly string[];
  readonly minimumSide: number | undefined;
};

/** A recipe that can't be followed; the message names the file and the place in it. */
export class RecipeError extends Error {}

/**
 * The recipe at a path; undefined when there is none. A link that leads out of its folder is
 * followed only when a person named it. Throws `RecipeError`, or the signal's reason.
 */
export async function readRecipe(
  file: string,
  { isNamed = false, signal }: { readonly isNamed?: boolean; readonly signal?: AbortSignal } = {},
): Promise<Recipe | undefined> {
  let text: string | undefined;
  try {
    if (!isNamed && (await leadsOut(file)))
      throw new RecipeError(`${file} is a link that leads out of its folder, so it is not read.`);
    text = await readSmallTextIfAny(file, {
      limit: LIMIT,
      followLinks: true,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RecipeError) throw error;
    throw new RecipeError(
      `${file} can't be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return text === undefined ? undefined : parseRecipe(text, path.basename(file));
}

async function leadsOut(file: string): Promise<boolean> {
  if (!(await lstat(file).catch(() => undefined))?.isSymbolicLink()) return false;
  const target = await realpath(file).catch(() => undefined);
  return target === undefined || !liesIn(await realpath(path.dirname(file)), target);
}

/**
 * Reads a recipe, which is JSON with comments. Throws `RecipeError` for the first thing that is
 * wrong.
 */
export function parseRecipe(text: string, name = RECIPE_NAME): Recipe {
  if (text.length > LIMIT) throw new RecipeError(`${name} has more than ${LIMIT} characters.`);
  if (levelsOf(text) > MOST_LEVELS)
    throw new RecipeError(`${name} is nested more than ${MOST_LEVELS} levels deep.`);
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) {
    const line = text.slice(0, first.offset).split('\n').length;
    throw new RecipeError(`${name}, line ${line}: ${printParseErrorCode(first.error)}.`);
  }
  const reader = new Reader(name);
  const { rules, exclude, minimumSide } = reader.object(value, '', [
    '$schema',
    'rules',
    'exclude',
    'minimumSide',
  ]);
  const list = reader.list(rules, 'rules', MOST_RULES);
  return {
    rules: list.map((rule, i) => readRule(reader, rule, `rules[${i}]`)),
    exclude:
      exclude === undefined
        ? []
        : reader
            .list(exclude, 'exclude', MOST_EXCLUDED)
            .map((glob, i) => insideGlob(reader, glob, `exclude[${i}]`)),
    minimumSide:
      minimumSide === undefined ? undefined : reader.number(minimumSide, 'minimumSide', 1, 100_000),
  };
}

/** How deep brackets and braces go. Told token by token: the parser calls itself at each level. */
function levelsOf(text: string): number {
  const scanner = createScanner(text, true);
  let level = 0;
  let deepest = 0;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    if (scanner.getTokenLength() !== 1) continue;
    const token = text.charAt(scanner.getTokenOffset());
    if ('{['.includes(token)) deepest = Math.max(deepest, ++level);
    else if ('}]'.includes(token)) level--;
  }
  return deepest;
}

/** The first rule whose globs match a path. */
export function ruleFor({ rules }: Recipe): (relative: string) => Rule | undefined {
  const compiled = rules.map((rule) => ({ rule, matches: globMatcher(rule.files, { dot: true }) }));
  return (relative) => compiled.find(({ matches }) => matches(relative))?.rule;
}

const TARGET_KEYS = [
  'scale',
  'width',
  'height',
  'fit',
  'megapixels',
  'notBeyond',
  'density',
  'model',
  'restore',
  'pixel',
  'semantic',
  'colourFix',
  'format',
  'quality',
  'output',
  'metadata',
  'provenance',
  'lossless',
  'palette',
  'maxKilobytes',
  'pixelArt',
  'seamless',
  'grid',
  'animation',
];

function readRule(reader: Reader, value: unknown, at: string): Rule {
  const { files, targets, ...common } = reader.object(value, at, [
    'files',
    'targets',
    ...TARGET_KEYS,
  ]);
  const globs = (Array.isArray(files) ? files : [files]).map((glob: unknown, i) =>
    insideGlob(reader, glob, `${at}.files${Array.isArray(files) ? `[${i}]` : ''}`),
  );
  if (globs.length === 0 || globs.length > MOST_GLOBS)
    reader.fail(`${at}.files`, `one to ${MOST_GLOBS} globs`);
  if (targets === undefined) return { files: globs, targets: [readTarget(reader, common, at)] };
  return {
    files: globs,
    targets: reader
      .list(targets, `${at}.targets`, MOST_TARGETS)
      .map((target, i) =>
        readTarget(
          reader,
          { ...common, ...reader.object(target, `${at}.targets[${i}]`, TARGET_KEYS) },
          `${at}.targets[${i}]`,
        ),
      ),
  };
}

function readTarget(
  reader: Reader,
  value: { readonly [key: string]: unknown },
  at: string,
): Target {
  const get = <T>(key: string, read: (value: unknown, at: string) => T): T | undefined =>
    value[key] === undefined ? undefined : read(value[key], `${at}.${key}`);
  const oneOf =
    <T extends string>(values: readonly T[]) =>
    (item: unknown, place: string): T =>
      reader.oneOf(item, place, values);
  const side = (item: unknown, place: string): number => reader.whole(item, place, 1, 1_000_000);
  const flag = (item: unknown, place: string): boolean => reader.flag(item, place);
  const [width, height, megapixels] = [
    get('width', side),
    get('height', side),
    get('megapixels', (item, place) => reader.number(item, place, 1e-6, 10_000)),
  ];
  const wishes = [
    get('scale', (item, place) =>
      reader.number(item, place, SCALE_RANGE.minimum, SCALE_RANGE.maximum),
    ),
    width ?? height,
    megapixels,
    value.density,
  ].filter((wish) => wish !== undefined);
  if (wishes.length > 1) reader.fail(at, 'one of scale, width and height, megapixels, and density');
  const fit = get('fit', oneOf(SIZE_FITS)) ?? 'inside';
  const size: SizeTarget | undefined =
    megapixels !== undefined
      ? { kind: 'megapixels', megapixels }
      : width !== undefined || height !== undefined
        ? { kind: 'box', fit, ...defined({ width, height }) }
        : undefined;
  const maxKilobytes = get('maxKilobytes', (item, place) => reader.number(item, place, 0.1, 1e7));
  const grid = get('grid', (item, place) => {
    const { columns, rows } = reader.object(item, place, ['columns', 'rows']);
    return {
      columns: reader.whole(columns, `${place}.columns`, 1, 1000),
      rows: reader.whole(rows, `${place}.rows`, 1, 1000),
    };
  });
  const notBeyond = get('notBeyond', (item, place) => {
    const limit = reader.object(item, place, ['width', 'height']);
    return defined({
      width: limit.width === undefined ? undefined : side(limit.width, `${place}.width`),
      height: limit.height === undefined ? undefined : side(limit.height, `${place}.height`),
    });
  });
  const dial = (item: unknown, place: string): number =>
    reader.number(item, place, GUIDANCE_RANGE.minimum, GUIDANCE_RANGE.maximum);
  const animation = get('animation', oneOf(['allFrames', 'firstFrame'] as const));
  return defined({
    scale: value.scale as number | undefined,
    size,
    notBeyond,
    density: get('density', oneOf(DENSITY_SETS)),
    model: get('model', (item, place) => reader.text(item, place)),
    restore: get('restore', (item, place) => reader.text(item, place)),
    guidance: defined({ pixel: get('pixel', dial), semantic: get('semantic', dial) }),
    colourFix: get('colourFix', oneOf(COLOUR_FIXES)),
    format: get('format', oneOf(['source', ...OUTPUT_FORMATS] as const)),
    quality: get('quality', (item, place) =>
      reader.whole(item, place, QUALITY_RANGE.minimum, QUALITY_RANGE.maximum),
    ),
    output: get('output', (item, place) => namePattern(reader, item, place)),
    file: defined({
      metadata: get('metadata', oneOf(METADATA_CHOICES)),
      provenance: get('provenance', flag),
      lossless: get('lossless', flag),
      palette: get('palette', flag),
      maxBytes: maxKilobytes === undefined ? undefined : Math.round(maxKilobytes * 1000),
    }),
    asset: defined({
      pixelArt: get('pixelArt', oneOf(PIXEL_ART_CHOICES)),
      seamless: get('seamless', flag),
      grid,
      frames: animation === 'firstFrame' ? ('first' as const) : undefined,
    }),
  });
}

function namePattern(reader: Reader, value: unknown, at: string): string {
  const pattern = reader.text(value, at);
  try {
    checkNamePattern(pattern);
  } catch (error) {
    reader.fail(
      at,
      `a pattern that can be used: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return pattern;
}

/** Globs stay inside the workspace. */
function insideGlob(reader: Reader, value: unknown, at: string): string {
  const glob = reader.text(value, at).replaceAll('\\', '/').replace(/^\.\//, '');
  if (
    glob.startsWith('/') ||
    /^[a-z]:/i.test(glob) ||
    glob.split('/').includes('..') ||
    glob.startsWith('~')
  )
    reader.fail(
      at,
      `a glob inside the folder of the recipe, without ".." and not absolute, but it is "${glob}"`,
    );
  const problem = globProblem(glob);
  if (problem !== undefined) reader.fail(at, problem);
  return glob;
}

/** Without what is undefined. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

class Reader {
  constructor(private readonly name: string) {}

  fail(at: string, expected: string): never {
    const place = at === '' ? 'the recipe' : at.slice(0, MOST_TEXT);
    throw new RecipeError(`${this.name}: ${place} must be ${expected.slice(0, 2 * MOST_TEXT)}.`);
  }

  object(value: unknown, at: string, keys: readonly string[]): { readonly [key: string]: unknown } {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.fail(at, 'an object');
    const unknown = Object.keys(value).find((key) => !keys.includes(key));
    if (unknown !== undefined)
      this.fail(`${at === '' ? '' : `${at}.`}${unknown}`, `left out: known are ${keys.join(', ')}`);
    return value as { readonly [key: string]: unknown };
  }

  list(value: unknown, at: string, most: number): readonly unknown[] {
    return Array.isArray(value) && value.length <= most
      ? value
      : this.fail(at, `a list of at most ${most}`);
  }

  text(value: unknown, at: string): string {
    return typeof value === 'string' && value.trim() !== '' && value.length <= MOST_TEXT
      ? value
      : this.fail(at, `a text of at most ${MOST_TEXT} characters`);
  }

  flag(value: unknown, at: string): boolean {
    return typeof value === 'boolean' ? value : this.fail(at, 'true or false');
  }

  number(value: unknown, at: string, minimum: number, maximum: number): number {
    return typeof value === 'number' && value >= minimum && value <= maximum
      ? value
      : this.fail(at, `a number between ${minimum} and ${maximum}`);
  }

  whole(value: unknown, at: string, minimum: number, maximum: number): number {
    return Number.isInteger(value)
      ? this.number(value, at, minimum, maximum)
      : this.fail(at, `a whole number between ${minimum} and ${maximum}`);
  }

  oneOf<T extends string>(value: unknown, at: string, values: readonly T[]): T {
    return isOneOf(values, value) ? value : this.fail(at, `one of ${values.join(', ')}`);
  }
}
