import type { Rect } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { Scene } from './scene';
import type { RenderState } from './state';

/** Draws scenes on one canvas. */
export type Renderer = {
  readonly kind: 'webgl2' | 'canvas';
  /**
   * What it draws on now. A canvas that had WebGL can have nothing else, so it is replaced in the
   * document when software takes over.
   */
  readonly canvas: HTMLCanvasElement;
  /** Brings the canvas to the state's size and draws at once. */
  draw(scene: Scene, state: RenderState): void;
  /**
   * The result's pixels in `rect`, RGBA, alpha not multiplied in: what is drawn at 100 %, without a
   * background. Where nothing is known yet, and where it is transparent, all four are 0.
   */
  readPixels(scene: Scene, guidance: Guidance, rect: Rect): Uint8ClampedArray;
  /** Bytes it keeps besides the scene: on the GPU, or blended. */
  readonly bytes: number;
  dispose(): void;
};
