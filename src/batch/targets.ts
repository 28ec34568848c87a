import path from 'node:path';
import { densityFolder, densityOutputs, setSource, type DensitySet } from '../shared/density';
import { formatFromName } from '../shared/extensions';
import { splitName } from '../shared/nameParts';
import {
  expandNamePattern,
  fixedFolder,
  isRooted,
  NamePatternError,
  OutputNameError,
} from '../shared/naming';
import type { Size } from '../shared/geometry';
import { outputSize, type SizeLimit, type SizeTarget } from '../shared/outputSize';
import type { OutputFormat, UpscaleSettings } from '../shared/settings';
import { writtenFormat } from '../shared/writtenFormat';
import type { Target } from './recipe';
import type { ItemSettings } from './types';

/** One output of an input, before the input has been looked into. */
export type PlannedTarget = {
  readonly settings: ItemSettings;
  readonly format: OutputFormat;
  /** The output's path for an input of that size, relative to the root, with "/". */
  readonly outputFor: (size: Size) => string;
  /** What every name begins with that the output may have. */
  readonly stem: string;
  /** What every such name ends with behind that. */
  readonly tail: string;
  /** Whether an input of some size has that output. */
  readonly mayYield: (output: string) => boolean;
};

/** Settings of a batch: also a size that is meant for all of it. */
export type BatchSettings = UpscaleSettings & {
  readonly size?: SizeTarget;
  readonly notBeyond?: SizeLimit;
};

/** A target's own wish, whatever it is, comes before the settings' size. */
function sizeFrom(settings: BatchSettings, target: Target): { readonly size?: SizeTarget } {
  const size =
    target.size ??
    (target.scale === undefined && target.density === undefined ? settings.size : undefined);
  return size ? { size } : {};
}

const limitFrom = (notBeyond: SizeLimit | undefined): { readonly notBeyond?: SizeLimit } =>
  notBeyond ? { notBeyond } : {};

/** How large a result is; a model that restores leaves the size as it is, whatever is asked for. */
function wishFrom(
  settings: BatchSettings,
  target: Target,
  keepsSize: boolean,
): Pick<ItemSettings, 'scale' | 'size' | 'notBeyond'> {
  if (keepsSize) return { scale: 1 };
  return {
    scale: target.scale ?? settings.scale,
    ...sizeFrom(settings, target),
    ...limitFrom(target.notBeyond ?? settings.notBeyond),
  };
}

/** Where the results of an input go, relative to the output root. */
type Layout = {
  /** What the name is joined to. */
  readonly folder: string;
  /** What `{folder}` stands for. */
  readonly tree: string;
};

/** `treeBase`: the folder from which on the source's tree is kept. */
function layoutOf(input: string, target: Target, pattern: string, treeBase: string): Layout {
  const own = path.posix.dirname(input);
  const below = path.posix.relative(treeBase, own);
  const tree = below === '..' || below.startsWith('../') ? own : below;
  if (target.to === undefined && !isRooted(pattern)) return { folder: own, tree };
  const says = target.density === undefined && isRooted(pattern);
  return { folder: path.posix.join(target.to ?? '', says ? '' : tree), tree };
}

/**
 * The folder that results of a target have to themselves, so that no source lies in it: relative to
 * the output root. Undefined where they lie beside their sources, or all over the root.
 */
export function ownFolder(target: Target, { namePattern }: BatchSettings): string | undefined {
  const pattern = target.density === undefined ? (target.output ?? namePattern) : '';
  if (target.to === undefined && !isRooted(pattern)) return undefined;
  const folder = path.posix.join(target.to ?? '', isRooted(pattern) ? fixedFolder(pattern) : '');
  return folder === '.' ? undefined : folder;
}

/**
 * What the settings and a target of the recipe make of an input: one output, or a set of densities.
 * `sameSize`: the models that restore at the same size. `treeBase`: the folder from which on
 * `{folder}` and `to` keep the tree, relative to the root.
 */
export function plannedTargets(
  input: string,
  settings: BatchSettings,
  target: Target,
  sameSize: ReadonlySet<string>,
  treeBase = '',
): readonly PlannedTarget[] {
  const { model, restore, precision, prompt, draft, colourFix, quality, format } = {
    ...settings,
    ...target,
  };
  const item: ItemSettings = {
    model,
    ...(restore === undefined ? {} : { restore }),
    ...(precision === 'auto' ? {} : { precision }),
    ...wishFrom(settings, target, sameSize.has(model)),
    guidance: { ...settings.guidance, ...target.guidance },
    ...(prompt === undefined || prompt.trim() === '' ? {} : { prompt: prompt.trim() }),
    ...(draft === true ? { draft } : {}),
    ...(settings.promptIsUsual ? { promptIsUsual: true } : {}),
    colourFix,
    format,
    quality,
    output: { ...settings.output, ...target.file },
    asset: { ...settings.asset, ...target.asset },
  };
  const pattern = target.output ?? settings.namePattern;
  // The names of a set are its own.
  const written = writtenFormat(format, target.density ? '' : pattern, formatFromName(input));
  const { folder, tree } = layoutOf(input, target, pattern, treeBase);
  const { stem, extension } = splitName(path.posix.basename(input));
  const named = (text: string, scale: number): string =>
    path.posix.join(
      folder,
      expandNamePattern(text, {
        name: stem,
        sourceExtension: extension,
        format: written,
        scale,
        model,
        pixel: item.guidance.pixel,
        semantic: item.guidance.semantic,
        folder: tree === '.' ? '' : tree,
      }),
    );
  if (target.density) {
    // A set has factors of its own; the recipe allows no size beside it.
    const source = setSource(input, format);
    const place = placeOfSet(source, target.density, { folder, tree });
    return densityOutputs(source, target.density, place).map(({ path: output, factor }) => ({
      settings: { ...item, scale: factor },
      format: written,
      outputFor: () => output,
      stem: output,
      tail: '',
      mayYield: (asked) => asked === output,
    }));
  }
  return [
    {
      settings: item,
      format: written,
      outputFor: (size) => named(pattern, outputSize(size, item).scale),
      ...namesOf(pattern, named),
    },
  ];
}

/**
 * The folder below which a set lies. Where the source's own folder is none of the tree that is kept,
 * as `drawable-night-mdpi` in `res/drawable-night-mdpi/*.png`, the set's folders lie where it would.
 */
function placeOfSet(source: string, set: DensitySet, { folder, tree }: Layout): string {
  const isKept = folder === path.posix.dirname(source) || (tree !== '' && tree !== '.');
  if (isKept) return densityFolder(path.posix.join(folder, path.posix.basename(source)), set);
  return folder === '.' ? '' : `${folder}/`;
}

/** Undefined where a pattern yields no name that could be written. */
function orNothing(name: () => string): string | undefined {
  try {
    return name();
  } catch (error) {
    if (error instanceof NamePatternError || error instanceof OutputNameError) return undefined;
    throw error;
  }
}

/** Stands for the factor while a pattern is taken apart; no name of ours has it. */
const MARK = '\u{F0000}';
const FACTOR = '(\\d{1,7}(?:\\.\\d{1,2})?)';

/**
 * Recognises the names that a pattern yields with any factor, which depends on the input's size
 * where a box or megapixels are asked for.
 */
function namesOf(
  pattern: string,
  named: (pattern: string, scale: number) => string,
): Pick<PlannedTarget, 'stem' | 'tail' | 'mayYield'> {
  const example = orNothing(() => named(pattern.replaceAll('{scale}', MARK), 1));
  // No name begins with NUL: what can't be named yields nothing.
  if (example === undefined) return { stem: '\0', tail: '', mayYield: () => false };
  const [stem = '', ...rest] = example.split(MARK);
  const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const factors = rest.map((text, i) => (i === 0 ? FACTOR : '\\1') + escaped(text)).join('');
  // Most inputs have no record to compare with.
  let regex: RegExp | undefined;
  return {
    stem,
    tail: rest.at(-1) ?? '',
    mayYield: (output) => (regex ??= new RegExp(`^${escaped(stem)}${factors}$`, 'u')).test(output),
  };
}
