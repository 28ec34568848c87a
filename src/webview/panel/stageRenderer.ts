import type { Rect, Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { PanelPicture, PanelResult, PanelTile } from '../../shared/panelProtocol';
import type { LegendStop } from '../render/heat';
import type { PixelReading } from '../render/pixel';
import type { RenderState } from '../render/state';
import type { Point } from '../viewTransform';

/** What the stage shows. Colours are the renderer's own business: it reads them from the theme. */
export type StageScene = Omit<RenderState, 'theme'>;

/** Sizes of the pictures that could be loaded. */
export type OpenedPictures = {
  readonly original: Size | undefined;
  readonly result: Size | undefined;
};

/**
 * What the panel needs of whoever draws on its canvas. Promises reject with an error whose message
 * can be shown.
 */
export type StageRenderer = {
  /**
   * Forgets everything and loads the original, of a pair also the result. A picture that can't be
   * loaded is no failure.
   */
  open(original: PanelPicture, result: PanelPicture | undefined): Promise<OpenedPictures>;
  /** A result without any tile. Layers of before are forgotten, but for those that A needs. */
  begin(result: PanelResult): Promise<void>;
  addTile(tile: PanelTile): Promise<void>;
  /** While frozen, what was drawn last stays on the screen. */
  freeze(frozen: boolean): void;
  /** The largest part of the result that can be kept at a time; undefined before `begin`. */
  readonly largestPart: Size | undefined;
  /** Makes room for a part of the result; tells what is kept now. Tiles elsewhere are forgotten. */
  look(part: Rect): Rect;
  /** Shows this part as it is, as long as `guidance` is shown; undefined forgets it. */
  showExact(tile: PanelTile | undefined, guidance: Guidance): Promise<void>;
  /** Keeps a guidance of the present layers as A, also when other layers follow. */
  pin(guidance: Guidance): void;
  unpin(): void;
  /** To be called in a frame, for it is drawn at once. */
  show(scene: StageScene): void;
  /** Both sides' values under a point of the stage, in CSS pixels; undefined beside the picture. */
  pixelAt(point: Point): PixelReading | undefined;
  /** Draws one side's pixels around a point of the stage; false beside the picture. */
  drawLoupe(canvas: HTMLCanvasElement, point: Point, which: 'result' | 'compare'): boolean;
  /** The invention map's ramp in the present theme. */
  legend(): readonly LegendStop[];
  dispose(): void;
};

/**
 * Makes a renderer for the canvas, in whose place it may put another. `onChange`: what it shows or
 * its theme changed by itself, for example after the GPU was lost.
 */
export type StageRendererFactory = (
  canvas: HTMLCanvasElement,
  onChange: () => void,
) => StageRenderer;
