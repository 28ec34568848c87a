/**
 * A folder of Android's pictures: `drawable` or `mipmap`, then qualifiers in an order that the
 * platform fixes, the density among them.
 */
export type ResourceFolder = {
  /** Pixels for one point; undefined where none is named, and where it is for all. */
  readonly factor: number | undefined;
  /** `nodpi` and `anydpi`: never scaled. */
  readonly isForAll: boolean;
  /** The folder of another density with the same qualifiers. */
  readonly named: (density: string) => string;
};

const DENSITIES: Readonly<Record<string, number>> = {
  ldpi: 0.75,
  mdpi: 1,
  tvdpi: 213 / 160,
  hdpi: 1.5,
  xhdpi: 2,
  xxhdpi: 3,
  xxxhdpi: 4,
};
const POINTS_PER_INCH = 160;
/** Qualifiers that stand behind the density. */
const BEHIND =
  /^(notouch|stylus|finger|keys\w+|nokeys|qwerty|12key|nav(?:exposed|hidden)|nonav|dpad|trackball|wheel|\d+x\d+|v\d+)$/i;
const IS_DENSITY = /^((l|m|tv|h|x{1,3}h|no|any)dpi|\d+dpi)$/i;

/** The factor of a density such as `xhdpi` or `240dpi`; undefined for those that are for all. */
export function densityFactor(qualifier: string): number | undefined {
  const name = qualifier.toLowerCase();
  const dots = /^(\d+)dpi$/.exec(name)?.[1];
  return dots === undefined ? DENSITIES[name] : Number(dots) / POINTS_PER_INCH;
}

/** Reads a folder's name; undefined when it is no folder of Android's pictures. */
export function readResourceFolder(folder: string): ResourceFolder | undefined {
  const [kind = '', ...qualifiers] = folder.split('-');
  if (!/^(drawable|mipmap)$/.test(kind) || !qualifiers.every((part) => /^[\w+]+$/.test(part)))
    return undefined;
  const found = qualifiers.findIndex((part) => IS_DENSITY.test(part));
  const own = qualifiers[found];
  const behind = qualifiers.findIndex((part) => BEHIND.test(part));
  const at = own !== undefined ? found : behind < 0 ? qualifiers.length : behind;
  const rest = qualifiers.filter((_, index) => own === undefined || index !== found);
  const factor = own === undefined ? undefined : densityFactor(own);
  return {
    factor,
    isForAll: own !== undefined && factor === undefined,
    named: (density) => [kind, ...rest.slice(0, at), density, ...rest.slice(at)].join('-'),
  };
}
