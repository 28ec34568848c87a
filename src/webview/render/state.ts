import type { Rect, Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { View } from '../viewTransform';

/**
 * `divider`: the comparison left of a line, the result right of it. `side`: both beside each other.
 * `hold`: the result, or the comparison while held. `difference`: what differs between them. `map`:
 * where the result is invented.
 */
export const RENDER_MODES = ['divider', 'side', 'hold', 'difference', 'map'] as const;
export type RenderMode = (typeof RENDER_MODES)[number];

/** Red, green, blue, each in [0,255]. */
export type Colour = readonly [number, number, number];

export type RenderTheme = {
  /** Around the picture, and under its transparency where no checkerboard is wanted. */
  readonly background: Colour;
  readonly checkerLight: Colour;
  readonly checkerDark: Colour;
  /** Invention that is just visible, and the strongest. */
  readonly heatLow: Colour;
  readonly heatHigh: Colour;
  /** Of the tile being worked on, and of the loupe's middle. */
  readonly outline: Colour;
};

/**
 * Everything a frame depends on besides the scene. Lengths are CSS pixels from the stage's corner
 * unless said otherwise.
 */
export type RenderState = {
  readonly mode: RenderMode;
  readonly guidance: Guidance;
  readonly view: View;
  /** The whole canvas. */
  readonly stage: Size;
  /**
   * Where pictures are drawn: one pane, or two of one size for `side`, the comparison first. See
   * `layoutPanes`.
   */
  readonly panes: readonly [Rect, ...Rect[]];
  /** Screen pixels for one CSS pixel. */
  readonly pixelRatio: number;
  /** 0–1 of the picture's visible width. */
  readonly divider: number;
  readonly held: boolean;
  /** The original as its own pixels, as squares, instead of the enlarged I00. */
  readonly originalPixels: boolean;
  readonly compareWith: 'original' | 'A';
  readonly checkerboard: boolean;
  /** The tile being worked on, in pixels of the result. */
  readonly workingTile: Rect | undefined;
  readonly theme: RenderTheme;
};
