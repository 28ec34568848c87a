/** Sets of one picture in several densities, by the conventions of their platforms. */
export const DENSITY_SETS = ['apple', 'android', 'flutter', 'web'] as const;
export type DensitySet = (typeof DENSITY_SETS)[number];

/** A picture's place in a set. */
export type Density = {
  readonly set: DensitySet;
  /** Pixels for one point. */
  readonly factor: number;
};

/** One file of a set. */
export type DensityOutput = {
  /** With "/" between folders, relative to what the source was given relative to. */
  readonly path: string;
  readonly factor: number;
};

const ANDROID: Readonly<Record<string, number>> = {
  ldpi: 0.75,
  mdpi: 1,
  hdpi: 1.5,
  xhdpi: 2,
  xxhdpi: 3,
  xxxhdpi: 4,
};
const ANDROID_FOLDER =
  /^((?:drawable|mipmap)(?:-(?!(?:l|m|h|x+h)dpi$)[\w]+)*)-((?:l|m|h|x+h)dpi)((?:-v\d+)?)$/;
const FACTORS: Readonly<Record<Exclude<DensitySet, 'android'>, readonly number[]>> = {
  apple: [2, 3],
  flutter: [2, 3],
  web: [2, 3],
};

/**
 * The density that a file's path names: `icon@2x.png` (Apple and the web),
 * `drawable-xhdpi/icon.png` (Android), `2.0x/icon.png` (Flutter). Undefined for a picture of
 * density 1, which may be a set's source. `mdpi` is density 1.
 */
export function densityOf(path: string): Density | undefined {
  const segments = path.split(/[\\/]/);
  const name = segments.at(-1) ?? '';
  const folder = segments.at(-2) ?? '';
  const at = /@(\d+(?:\.\d+)?)x(?:~\w+)?(?:-\d+)?\.[^.]+$/.exec(name)?.[1];
  if (at !== undefined) return Number(at) === 1 ? undefined : { set: 'apple', factor: Number(at) };
  const dpi = ANDROID_FOLDER.exec(folder)?.[2];
  if (dpi !== undefined)
    return dpi === 'mdpi' ? undefined : { set: 'android', factor: ANDROID[dpi] ?? 1 };
  const flutter = /^(\d+(?:\.\d+)?)x$/.exec(folder)?.[1];
  if (flutter !== undefined && Number(flutter) !== 1)
    return { set: 'flutter', factor: Number(flutter) };
  return undefined;
}

/**
 * The files of a set that are made from a source of density 1, in ascending order: `icon@2x.png`,
 * `icon@3x.png`; `drawable-hdpi/` … `drawable-xxxhdpi/` beside the source's `drawable-mdpi/` (or
 * below the source's folder); `2.0x/`, `3.0x/`; for the web `icon@2x.png`, `icon@3x.png` as a
 * `srcset` lists them.
 */
export function densityOutputs(source: string, set: DensitySet): readonly DensityOutput[] {
  const slash = source.lastIndexOf('/');
  const [folder, name] = [source.slice(0, slash + 1), source.slice(slash + 1)];
  if (set === 'android') {
    const segments = folder.split('/').filter((part) => part !== '');
    const own = ANDROID_FOLDER.exec(segments.at(-1) ?? '');
    const root = folder.startsWith('/') ? '/' : '';
    const parent = own ? segments.slice(0, -1) : segments;
    const [prefix, suffix] = own ? [own[1] ?? 'drawable', own[3] ?? ''] : ['drawable', ''];
    return ['hdpi', 'xhdpi', 'xxhdpi', 'xxxhdpi'].map((dpi) => ({
      path: `${root}${[...parent, `${prefix}-${dpi}${suffix}`, name].join('/')}`,
      factor: ANDROID[dpi] ?? 1,
    }));
  }
  return FACTORS[set].map((factor) => ({
    path:
      set === 'flutter'
        ? `${folder}${factor}.0x/${name}`
        : `${folder}${withSuffix(name, `@${factor}x`)}`,
    factor,
  }));
}

/** The folder below which all files of a set lie; "" for that of a source without a folder. */
export function densityFolder(source: string, set: DensitySet): string {
  const folder = source.slice(0, source.lastIndexOf('/') + 1);
  return set === 'android' && ANDROID_FOLDER.test(folder.split('/').at(-2) ?? '')
    ? folder.replace(/[^/]+\/$/, '')
    : folder;
}

/** The value of an `<img srcset>` for a source and the files of its set. */
export function srcset(source: string, outputs: readonly DensityOutput[]): string {
  return [
    `${encodeURI(source)} 1x`,
    ...outputs.map(({ path, factor }) => `${encodeURI(path)} ${factor}x`),
  ].join(', ');
}

function withSuffix(name: string, suffix: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? name + suffix : name.slice(0, dot) + suffix + name.slice(dot);
}
