/** A file name without folders, taken apart. */
export type SplitName = {
  readonly stem: string;
  /** Without its dot; "9.png" for Android's nine-patches, "" when there is none. */
  readonly extension: string;
};

/** Whether Android takes a file of that name for a nine-patch: its outermost pixels are a frame. */
export const isNinePatchName = (name: string): boolean => /[^/\\]\.9\.png$/i.test(name);

/** Takes a name apart where a suffix such as `@2x` belongs; a dot in front is part of the stem. */
export function splitName(name: string): SplitName {
  const dot = isNinePatchName(name) ? name.length - '.9.png'.length : name.lastIndexOf('.');
  return dot <= 0
    ? { stem: name, extension: '' }
    : { stem: name.slice(0, dot), extension: name.slice(dot + 1) };
}

/** `a.png` → `a<suffix>.png`, `a.9.png` → `a<suffix>.9.png`. */
export function withSuffix(name: string, suffix: string): string {
  const { stem, extension } = splitName(name);
  return extension === '' ? name + suffix : `${stem}${suffix}.${extension}`;
}
