/** What a command is about: named pictures, folders and globs, a recipe, or joining locks. */
export type Mode = 'files' | 'folders' | 'recipe' | 'merge';

type Rule = { readonly flag: string; readonly modes: readonly Mode[] };

const PICTURES: readonly Mode[] = ['files', 'folders'];
const BATCHES: readonly Mode[] = ['folders', 'recipe'];
const RUNS: readonly Mode[] = ['files', 'folders', 'recipe'];

/** Each option of `upscale` by its name in the code, and where it holds. */
export const OPTION_MODES: Readonly<Record<string, Rule>> = {
  out: { flag: '--out', modes: PICTURES },
  scale: { flag: '--scale', modes: PICTURES },
  pixel: { flag: '--pixel', modes: PICTURES },
  semantic: { flag: '--semantic', modes: PICTURES },
  model: { flag: '--model', modes: PICTURES },
  restore: { flag: '--restore', modes: PICTURES },
  device: { flag: '--device', modes: RUNS },
  precision: { flag: '--precision', modes: PICTURES },
  prompt: { flag: '--prompt', modes: PICTURES },
  draft: { flag: '--draft', modes: PICTURES },
  colourFix: { flag: '--colour-fix', modes: PICTURES },
  region: { flag: '--region', modes: ['files'] },
  tile: { flag: '--tile', modes: ['files'] },
  format: { flag: '--format', modes: PICTURES },
  quality: { flag: '--quality', modes: PICTURES },
  name: { flag: '--name', modes: PICTURES },
  overwrite: { flag: '--overwrite', modes: PICTURES },
  skipExisting: { flag: '--skip-existing', modes: PICTURES },
  maxMegapixels: { flag: '--max-megapixels', modes: RUNS },
  maxOutputMegapixels: { flag: '--max-output-megapixels', modes: RUNS },
  maxFrames: { flag: '--max-frames', modes: RUNS },
  width: { flag: '--width', modes: PICTURES },
  height: { flag: '--height', modes: PICTURES },
  fit: { flag: '--fit', modes: PICTURES },
  megapixels: { flag: '--megapixels', modes: PICTURES },
  notBeyond: { flag: '--not-beyond', modes: PICTURES },
  density: { flag: '--density', modes: PICTURES },
  pixelArt: { flag: '--pixel-art', modes: PICTURES },
  seamless: { flag: '--seamless', modes: PICTURES },
  grid: { flag: '--grid', modes: PICTURES },
  firstFrame: { flag: '--first-frame', modes: PICTURES },
  again: { flag: '--again', modes: PICTURES },
  metadata: { flag: '--metadata', modes: PICTURES },
  provenance: { flag: '--provenance', modes: PICTURES },
  lossless: { flag: '--lossless and --no-lossless', modes: PICTURES },
  palette: { flag: '--no-palette', modes: PICTURES },
  maxBytes: { flag: '--max-bytes', modes: PICTURES },
  recipe: { flag: '--recipe and --no-recipe', modes: ['files', 'folders', 'recipe', 'merge'] },
  dryRun: { flag: '--dry-run', modes: RUNS },
  check: { flag: '--check', modes: BATCHES },
  shard: { flag: '--shard', modes: BATCHES },
  mergeLock: { flag: '--merge-lock', modes: ['merge'] },
  force: { flag: '--force', modes: BATCHES },
  wait: { flag: '--wait', modes: [...BATCHES, 'merge'] },
  watch: { flag: '--watch', modes: BATCHES },
  gitignore: { flag: '--no-gitignore', modes: BATCHES },
  exclude: { flag: '--exclude', modes: BATCHES },
  minSide: { flag: '--min-side', modes: BATCHES },
  json: { flag: '--json', modes: ['files', 'folders', 'recipe', 'merge'] },
};

/** Options of which only one may be given, and why. */
const ALTERNATIVES: readonly (readonly [names: readonly string[], because: string])[] = [
  [['scale', 'width', 'megapixels', 'density'], 'each of them says how large the result is'],
  [['scale', 'height', 'megapixels', 'density'], 'each of them says how large the result is'],
  [['density', 'region'], 'a part is counted in pixels of one result'],
  [['density', 'notBeyond'], 'each picture of a set has a size of its own'],
  [['density', 'name'], 'the names of a set are its platform’s'],
  [['overwrite', 'skipExisting'], 'they contradict each other'],
  [['check', 'dryRun'], 'each of them only looks, for something else'],
  [['check', 'force'], 'a check replaces nothing'],
  [['check', 'wait'], 'a check is in nobody’s way'],
  [['check', 'watch'], 'a check looks once'],
  [['dryRun', 'watch'], 'a plan is made once'],
  [['shard', 'watch'], 'a shard is a part of a run that ends'],
  [['force', 'watch'], 'a file that is changed by hand would be replaced at once'],
  [['dryRun', 'wait'], 'a plan is in nobody’s way'],
];

const WHY_NOT: Readonly<Record<Mode, string>> = {
  files: 'holds for folders, globs and recipes, not for pictures that are named one by one',
  folders: 'holds for pictures that are named one by one, not for folders and globs',
  recipe:
    'has no effect under a recipe, which says what is made and where; use --no-recipe to go without it',
  merge: 'has no effect on --merge-lock, which only joins lock files',
};

/** Why options can't be honoured; undefined when all can. `given` are those that were written. */
export function optionProblem(mode: Mode, given: ReadonlySet<string>): string | undefined {
  for (const name of given) {
    const rule = OPTION_MODES[name];
    if (rule && !rule.modes.includes(mode)) return `${rule.flag} ${WHY_NOT[mode]}.`;
  }
  for (const [names, because] of ALTERNATIVES) {
    const both = names.filter((name) => given.has(name)).map((name) => OPTION_MODES[name]?.flag);
    if (both.length > 1) return `Only one of ${both.join(' and ')} can be given: ${because}.`;
  }
  if (given.has('fit') && !(given.has('width') && given.has('height')))
    return '--fit says how --width and --height make a box, so both of them must be given.';
  return undefined;
}
