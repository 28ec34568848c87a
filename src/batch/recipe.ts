import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { createScanner, parse, type ParseError } from 'jsonc-parser';
import { refuseOtherEncodings, syntaxWords } from './recipeSyntax';
import { isMissing } from '../files/kinds';
import { readSmallFileIfAny } from '../files/readSmall';
import { named } from '../files/systemError';
import { PIXEL_ART_CHOICES, type AssetOptions } from '../shared/assetOptions';
import { DENSITY_SETS, type DensitySet } from '../shared/density';
import { GUIDANCE_RANGE, type Guidance } from '../shared/guidance';
import { METADATA_CHOICES, type OutputOptions } from '../shared/outputOptions';
import { SIZE_FITS, type SizeLimit, type SizeTarget } from '../shared/outputSize';
import {
  COLOUR_FIXES,
  CPU_PRECISIONS,
  OUTPUT_FORMATS,
  LONGEST_PROMPT,
  QUALITY_RANGE,
  SCALE_RANGE,
  type ColourFix,
  type CpuPrecision,
  type OutputFormatChoice,
  type PrecisionChoice,
} from '../shared/settings';
import { liesIn } from '../files/paths';
import { globMatcher } from './glob/globMatcher';
import { refuseIdleKeys } from './idleKeys';
import { insideFolder, insideGlob, namePattern } from './recipePlaces';
import { positionAt, RecipeError, Reader } from './recipeReader';
import { phrase } from '../shared/phrase';
import { RpcError, wordsOf } from '../shared/rpc';

export { RecipeError } from './recipeReader';

export const RECIPE_NAME = '.pisa-upscale.json';

/** What a recipe may hold. Real ones have some kilobytes. */
const LIMIT = 2 ** 20;
const MOST_RULES = 1000;
/** Of one rule. */
const MOST_GLOBS = 200;
const MOST_TARGETS = 100;
const MOST_EXCLUDED = 1000;
const MOST_LEVELS = 16;

/** What is made of a file; what is missing comes from the settings. */
export type Target = {
  readonly scale?: number;
  readonly size?: SizeTarget;
  readonly notBeyond?: SizeLimit;
  readonly density?: DensitySet;
  readonly model?: string;
  readonly restore?: string;
  /** Pins what the model is computed in; what the machine chooses unless given. */
  readonly precision?: CpuPrecision;
  readonly guidance?: Partial<Guidance>;
  readonly colourFix?: ColourFix;
  /** Words for diffusion models; none where it is empty. */
  readonly prompt?: string;
  /** Whether a tiny decoder makes the picture, of diffusion models that have one. */
  readonly draft?: boolean;
  readonly format?: OutputFormatChoice;
  readonly quality?: number;
  /** Name pattern, relative to the file's folder; see `isRooted`. */
  readonly output?: string;
  /** Folder that the tree is made anew in, relative to the recipe's; '.' for that one. */
  readonly to?: string;
  readonly file?: OutputOptions;
  readonly asset?: AssetOptions;
};

export type Rule = { readonly files: readonly string[]; readonly targets: readonly Target[] };

export type Recipe = {
  readonly rules: readonly Rule[];
  readonly exclude: readonly string[];
  readonly minimumSide: number | undefined;
  /** Whether a run removes results of which the source is gone, where nobody has changed them. */
  readonly removeOrphans?: boolean;
};

/**
 * The recipe at a path; undefined when there is none. A link that leads out of its folder is
 * followed only when a person named it. Throws `RecipeError`, or the signal's reason.
 */
export async function readRecipe(
  file: string,
  { isNamed = false, signal }: { readonly isNamed?: boolean; readonly signal?: AbortSignal } = {},
): Promise<Recipe | undefined> {
  let content: Buffer | undefined;
  try {
    if (!isNamed && (await leadsOut(file)))
      throw new RecipeError(
        phrase`${file} is a link that leads out of its folder, so it is not read.`,
      );
    content = await readSmallFileIfAny(file, {
      limit: LIMIT,
      followLinks: true,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RecipeError) throw error;
    const cause = named(error, file);
    throw new RecipeError(
      cause instanceof RpcError && cause.hint !== undefined
        ? phrase`${file} can't be read: ${cause.message} ${cause.hint}`
        : phrase`${file} can't be read: ${wordsOf(cause)}`,
    );
  }
  if (content === undefined) return undefined;
  const name = path.basename(file);
  refuseOtherEncodings(content, name);
  return parseRecipe(content.toString('utf8'), name);
}

async function leadsOut(file: string): Promise<boolean> {
  if (!(await lstat(file).catch(unlessThere))?.isSymbolicLink()) return false;
  const target = await realpath(file).catch(unlessThere);
  return target === undefined || !liesIn(await realpath(path.dirname(file)), target);
}

/** What is not there is none; anything else that the system says is told. */
function unlessThere(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

/** Recipes that lie in chosen folders below the root, where none counts; as paths relative to it. */
export async function unusedRecipes(
  root: string,
  inputs: readonly string[],
): Promise<readonly string[]> {
  const files = inputs
    .filter((input) => path.relative(root, input) !== '')
    .map((input) => path.join(input, RECIPE_NAME));
  const found = await Promise.all(
    files.map((file) =>
      lstat(file).then(
        () => [path.relative(root, file).split(path.sep).join('/')],
        () => [],
      ),
    ),
  );
  return found.flat();
}

/**
 * Reads a recipe, which is JSON with comments. Throws `RecipeError` for the first thing that is
 * wrong.
 */
export function parseRecipe(source: string, name = RECIPE_NAME): Recipe {
  const text = source.replace(/^\ufeff/, '');
  if (text.length > LIMIT)
    throw new RecipeError(phrase`${name} has more than ${LIMIT} characters.`);
  if (levelsOf(text) > MOST_LEVELS)
    throw new RecipeError(phrase`${name} is nested more than ${MOST_LEVELS} levels deep.`);
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) {
    const position = positionAt(text, first.offset);
    throw new RecipeError(phrase`${name}, line ${position.line}: ${syntaxWords(first)}`, position);
  }
  const reader = new Reader(name, text);
  const { rules, exclude, minimumSide, removeOrphans } = reader.object(value, '', [
    '$schema',
    'rules',
    'exclude',
    'minimumSide',
    'removeOrphans',
  ]);
  const list = reader.filledList(rules, 'rules', MOST_RULES);
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
    ...(removeOrphans === undefined
      ? {}
      : { removeOrphans: reader.flag(removeOrphans, 'removeOrphans') }),
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
  'precision',
  'colourFix',
  'prompt',
  'draft',
  'format',
  'quality',
  'output',
  'to',
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
    reader.fail(`${at}.files`, phrase`one to ${MOST_GLOBS} globs`);
  const own =
    targets === undefined
      ? undefined
      : reader
          .filledList(targets, `${at}.targets`, MOST_TARGETS)
          .map((target, i) => reader.object(target, `${at}.targets[${i}]`, TARGET_KEYS));
  const read = own
    ? own.map((target, i) => readTarget(reader, { ...common, ...target }, `${at}.targets[${i}]`))
    : [readTarget(reader, common, at)];
  refuseIdleKeys(reader, at, common, own);
  return { files: globs, targets: read };
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
  if (wishes.length > 1)
    reader.fail(at, phrase`one of scale, width and height, megapixels, and density`);
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
    if (limit.width === undefined && limit.height === undefined)
      reader.fail(place, phrase`an object with width, height or both`);
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
    precision: pinned(get('precision', oneOf(['auto', ...CPU_PRECISIONS] as const))),
    guidance: defined({ pixel: get('pixel', dial), semantic: get('semantic', dial) }),
    colourFix: get('colourFix', oneOf(COLOUR_FIXES)),
    prompt: get('prompt', (item, place) => promptText(reader, item, place)),
    draft: get('draft', flag),
    format: get('format', oneOf(['source', ...OUTPUT_FORMATS] as const)),
    quality: get('quality', (item, place) =>
      reader.whole(item, place, QUALITY_RANGE.minimum, QUALITY_RANGE.maximum),
    ),
    output: get('output', (item, place) => namePattern(reader, item, place)),
    to: get('to', (item, place) => insideFolder(reader, item, place)),
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

function promptText(reader: Reader, value: unknown, at: string): string {
  if (typeof value !== 'string' || value.length > LONGEST_PROMPT)
    reader.fail(at, phrase`text of at most ${LONGEST_PROMPT} characters`);
  return value;
}

/** `auto` pins nothing. */
const pinned = (precision: PrecisionChoice | undefined): CpuPrecision | undefined =>
  precision === 'auto' ? undefined : precision;

/** Without what is undefined. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
