import { densityFactor, readResourceFolder } from './androidFolders';
import { extensionFor, formatFromName } from './extensions';
import { splitName } from './nameParts';
import { phrase, type Words } from './phrase';
import type { OutputFormat } from './settings';

/** Sets of one picture in several densities, by the conventions of their platforms. */
export const DENSITY_SETS = ['apple', 'android', 'flutter', 'web'] as const;
export type DensitySet = (typeof DENSITY_SETS)[number];

/** A picture's place in a set. */
export type Density = {
  readonly set: DensitySet | 'windows';
  /** Pixels for one point. */
  readonly factor: number;
};

/** One file of a set. */
export type DensityOutput = {
  /** With "/" between folders, relative to what the source was given relative to. */
  readonly path: string;
  readonly factor: number;
};

/** Windows' name for a density, in percent, among qualifiers of a file or as a folder's name. */
const SCALE =
  /(?:^|\.)(?:[a-z\d-]+_)*scale-(80|1(?:[024568]0|[27]5)|2(?:[05]0|25)|[34][05]0|500)(?=[._]|$)/i;
/** Beyond that a number in a folder's name is no density. */
const MOST_FACTOR = 8;
const ANDROID_SET = ['hdpi', 'xhdpi', 'xxhdpi', 'xxxhdpi'];
const SUFFIX = /@(\d+(?:\.\d+)?)x(?:~\w+)?(?:-\d+)?(?:\.9)?\.[^.]+$/i;
const FACTORS: Readonly<Record<Exclude<DensitySet, 'android'>, readonly number[]>> = {
  apple: [2, 3],
  flutter: [2, 3],
  web: [2, 3],
};

/**
 * The density that a file's path names: `icon@2x.png` (Apple and the web),
 * `drawable-xhdpi/icon.png` (Android), `2.0x/icon.png` (Flutter), `icon.scale-200.png` and
 * `scale-200/icon.png` (Windows). Undefined for a picture of
 * density 1, which may be a set's source. `mdpi` is density 1.
 */
export function densityOf(path: string): Density | undefined {
  const segments = path.split(/[\\/]/);
  const name = segments.at(-1) ?? '';
  const folder = segments.at(-2) ?? '';
  const at = SUFFIX.exec(name)?.[1];
  if (at !== undefined) return Number(at) === 1 ? undefined : { set: 'apple', factor: Number(at) };
  const resources = readResourceFolder(folder);
  if (resources)
    return resources.factor === undefined || resources.factor === 1
      ? undefined
      : { set: 'android', factor: resources.factor };
  const percent = (SCALE.exec(name.slice(name.indexOf('.'))) ?? SCALE.exec(folder))?.[1];
  if (percent !== undefined)
    return percent === '100' ? undefined : { set: 'windows', factor: Number(percent) / 100 };
  const flutter = flutterFactor(folder);
  return flutter === undefined || flutter === 1 ? undefined : { set: 'flutter', factor: flutter };
}

/**
 * Flutter writes `2.0x`; `2x` to `4x` mean the same. Larger whole numbers are the sizes of a game's
 * textures: `16x`, `32x`.
 */
function flutterFactor(folder: string): number | undefined {
  const text = /^(\d+\.\d+|[1-4])x$/.exec(folder)?.[1];
  return text === undefined || Number(text) > MOST_FACTOR ? undefined : Number(text);
}

/** Why no set can be made of a source; undefined when it can. */
export function densityProblem(source: string, set: DensitySet): Words | undefined {
  const density = densityOf(source);
  const name = source.slice(source.lastIndexOf('/') + 1);
  if (density)
    return phrase`${name} is the ×${density.factor} picture of a set already, as its path says.`;
  const folder = source.split('/').at(-2) ?? '';
  if (set === 'android' && readResourceFolder(folder)?.isForAll)
    return phrase`${folder} holds pictures for all densities, so there is no set of ${name}.`;
  return undefined;
}

/**
 * The files of a set that are made from a source of density 1, in ascending order: `icon@2x.png`,
 * `icon@3x.png`; `drawable-hdpi/` … `drawable-xxxhdpi/` beside the source's `drawable-mdpi/` (or
 * below the source's folder); `2.0x/`, `3.0x/`, beside the source's `1.0x/` where it lies in one; for
 * the web `icon@2x.png`, `icon@3x.png` as a `srcset` lists them. `place`: the folder below which the
 * set lies, with "/" at its end unless it is empty; the source's kind and qualifiers hold there, too.
 */
export function densityOutputs(
  source: string,
  set: DensitySet,
  place = densityFolder(source, set),
): readonly DensityOutput[] {
  const name = source.slice(source.lastIndexOf('/') + 1);
  if (set === 'android') {
    const own = readResourceFolder(source.split('/').at(-2) ?? '');
    return ANDROID_SET.map((dpi) => ({
      path: `${place}${own ? own.named(dpi) : `drawable-${dpi}`}/${name}`,
      factor: densityFactor(dpi) ?? 1,
    }));
  }
  return FACTORS[set].map((factor) => ({
    path: set === 'flutter' ? `${place}${factor}.0x/${name}` : `${place}${inSet(name, factor)}`,
    factor,
  }));
}

/** Apple's names for one kind of device stand behind the factor; `@1x` is that of the source alone. */
const DEVICE = /~(?:ipad|iphone|ipod)$/i;

/** `icon.png` → `icon@2x.png`, `icon@1x.png` too, `icon~ipad.png` → `icon@2x~ipad.png`. */
function inSet(name: string, factor: number): string {
  const { stem, extension } = splitName(name);
  const device = DEVICE.exec(stem)?.[0] ?? '';
  const base = stem.slice(0, stem.length - device.length).replace(/(?<=.)@1(?:\.0+)?x$/i, '');
  return `${base}@${factor}x${device}${extension === '' ? '' : `.${extension}`}`;
}

/**
 * The path from which those of a set are made: the source's, with the extension of what is written.
 * Of a source that is no picture of pixels, as an SVG, PNGs are made.
 */
export function setSource(source: string, format: OutputFormat | 'source'): string {
  const slash = source.lastIndexOf('/');
  const { stem, extension } = splitName(source.slice(slash + 1));
  const written = format === 'source' ? (formatFromName(source) ?? 'png') : format;
  return `${source.slice(0, slash + 1)}${stem}.${extensionFor(written, extension)}`;
}

/** The folder below which all files of a set lie; "" for that of a source without a folder. */
export function densityFolder(source: string, set: DensitySet): string {
  const folder = source.slice(0, source.lastIndexOf('/') + 1);
  return isFolderOf(set, folder.split('/').at(-2) ?? '') ? folder.replace(/[^/]+\/$/, '') : folder;
}

/** Whether a folder's name is that of a set's folder, beside which the others stand. */
const isFolderOf = (set: DensitySet, folder: string): boolean =>
  set === 'android'
    ? readResourceFolder(folder) !== undefined
    : set === 'flutter' && flutterFactor(folder) !== undefined;

/** The value of an `<img srcset>` for a source and the files of its set. */
export function srcset(source: string, outputs: readonly DensityOutput[]): string {
  return [
    `${asAddress(source)} 1x`,
    ...outputs.map(({ path, factor }) => `${asAddress(path)} ${factor}x`),
  ].join(', ');
}

/** A relative path as an address: `#`, `?` and `,` in a name are part of the name. */
const asAddress = (path: string): string =>
  encodeURI(path).replace(/[#?,]/g, (character) => encodeURIComponent(character));
