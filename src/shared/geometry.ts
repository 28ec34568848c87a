/** Width and height in pixels. */
export type Size = { readonly width: number; readonly height: number };

/** A rectangle in pixels; `x`, `y` is its top left corner. */
export type Rect = Size & { readonly x: number; readonly y: number };

export const isSameSize = (a: Size, b: Size): boolean =>
  a.width === b.width && a.height === b.height;

/** A model's demands on its input size. */
export type SizeRule = {
  /** Both sides must be multiples of this. */
  readonly multipleOf: number;
  /** Both sides must be at least this. */
  readonly minimum: number;
};

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/**
 * The smallest size that contains `size` and obeys the rule. The surplus lies at the right and
 * bottom.
 */
export function paddedSize(size: Size, rule: SizeRule): Size {
  const fit = (side: number): number => roundUp(Math.max(side, rule.minimum), rule.multipleOf);
  return { width: fit(size.width), height: fit(size.height) };
}

/** `size` times `factor`, each side rounded to the nearest pixel and at least 1. */
export function scaledSize(size: Size, factor: number): Size {
  return {
    width: Math.max(1, Math.round(size.width * factor)),
    height: Math.max(1, Math.round(size.height * factor)),
  };
}
