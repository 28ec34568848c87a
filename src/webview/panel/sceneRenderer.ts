import type { Rect, Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import {
  fitsWhole,
  type PanelPicture,
  type PanelResult,
  type PanelTile,
} from '../../shared/panelProtocol';
import { createRenderer, type RendererOptions } from '../render/createRenderer';
import { ExactPicture } from '../render/exactPicture';
import { FrameScheduler } from '../render/frameScheduler';
import { heatLegend } from '../render/heat';
import { LayerSet } from '../render/layerSet';
import { drawLoupe } from '../render/loupe';
import { pixelAt, type PixelReading } from '../render/pixel';
import type { Renderer } from '../render/renderer';
import type { PixelStore } from '../render/pixelStore';
import { originalStore, Scene } from '../render/scene';
import type { RenderState } from '../render/state';
import type { Point } from '../viewTransform';
import { loadBytes, loadPicture, pairLayers, pixelsOf, trueSize } from './pictures';
import type {
  OpenedPictures,
  StageRenderer,
  StageRendererFactory,
  StageScene,
} from './stageRenderer';
import { onThemeChange, readTheme } from './theme';

/** In the place of an original that the browser can't decode. */
const NO_PIXELS = originalStore({ width: 1, height: 1, data: new Uint8Array(4) });

/** Loads what the extension names, and draws it. */
class SceneRenderer implements StageRenderer {
  private readonly renderer: Renderer;
  private readonly frames = new FrameScheduler(() => this.draw());
  private readonly themeChanges: { dispose(): void };
  private theme = readTheme();
  private original: PixelStore = NO_PIXELS;
  /** Whether `original` has every pixel of the file. */
  private exactOriginal = false;
  private scene: Scene | undefined;
  private shown: StageScene | undefined;
  /** What the last drawn frame showed; empty once the pictures or the theme have changed since. */
  private drawn = '';
  private frozen = false;

  constructor(canvas: HTMLCanvasElement, onChange: () => void, options: RendererOptions) {
    this.renderer = createRenderer(canvas, options);
    this.themeChanges = onThemeChange(() => {
      this.theme = readTheme();
      this.redraw();
      onChange();
    });
  }

  async open(original: PanelPicture, result: PanelPicture | undefined): Promise<OpenedPictures> {
    this.scene = undefined;
    const [from, to] = await Promise.all([
      loadPicture(original.address, original.size),
      loadPicture(result?.address),
    ]);
    this.original = from ? originalStore(pixelsOf(from)) : NO_PIXELS;
    const size = from && trueSize(from, original.size);
    this.exactOriginal = from !== undefined && size?.width === from.width;
    if (from && to) this.scene = new Scene(this.original, pairLayers(from, to));
    this.redraw();
    return {
      original: size,
      result: to && { width: to.width, height: to.height },
    };
  }

  async begin({ size, branches, hasAlpha }: PanelResult): Promise<void> {
    const count = branches.includes('semantic') ? 3 : 2;
    const layers = fitsWhole(size)
      ? new LayerSet(size, count, undefined, undefined, hasAlpha)
      : LayerSet.windowed(size, count, hasAlpha);
    const pinned = this.scene?.comparison;
    this.scene = new Scene(this.original, layers);
    if (pinned) this.scene.pin(pinned.guidance, pinned.layers);
    this.redraw();
  }

  async addTile({ rect, address }: PanelTile): Promise<void> {
    const layers = this.scene?.result;
    layers?.addTile(rect, await loadBytes(address));
    this.redraw();
  }

  freeze(frozen: boolean): void {
    this.frozen = frozen;
    if (!frozen) this.redraw();
  }

  get largestPart(): Size | undefined {
    return this.scene?.result.largestPart;
  }

  look(part: Rect): Rect {
    const { scene } = this;
    if (!scene) return part;
    scene.result.store.moveTo(part);
    this.redraw();
    return scene.result.store.held;
  }

  async showExact(tile: PanelTile | undefined, guidance: Guidance): Promise<void> {
    const { scene } = this;
    if (!scene) return;
    scene.exact =
      tile && new ExactPicture(scene.result, tile.rect, guidance, await loadBytes(tile.address));
    this.redraw();
  }

  pin(guidance: Guidance): void {
    this.scene?.pin(guidance);
    this.redraw();
  }

  unpin(): void {
    this.scene?.unpin();
    this.redraw();
  }

  /** At once: who calls this is in a frame already, and another would come a frame late. */
  show(scene: StageScene): void {
    this.shown = scene;
    if (this.drawn === JSON.stringify(scene)) return;
    this.frames.cancel();
    this.draw();
  }

  pixelAt(point: Point): PixelReading | undefined {
    const state = this.state();
    return this.scene && state && pixelAt(this.scene, state, point);
  }

  drawLoupe(canvas: HTMLCanvasElement, point: Point, which: 'result' | 'compare'): boolean {
    const state = this.state();
    return (
      this.scene !== undefined &&
      state !== undefined &&
      drawLoupe(canvas, this.scene, state, point, which)
    );
  }

  legend(): ReturnType<typeof heatLegend> {
    return heatLegend(this.theme);
  }

  dispose(): void {
    this.frames.cancel();
    this.themeChanges.dispose();
    this.renderer.dispose();
  }

  /** Without the original's own pixels, its enlargement is shown. */
  private state(): RenderState | undefined {
    const { shown, theme } = this;
    return (
      shown && {
        ...shown,
        originalPixels: shown.originalPixels && this.exactOriginal,
        theme,
      }
    );
  }

  /** In the next frame, whether or not something else is shown then. */
  private redraw(): void {
    this.drawn = '';
    this.frames.request();
  }

  private draw(): void {
    const state = this.state();
    if (!this.scene || !state || this.frozen) return;
    this.renderer.draw(this.scene, state);
    this.drawn = JSON.stringify(this.shown);
  }
}

/** `options`: which way of drawing is taken. */
export const sceneRendererWith =
  (options: RendererOptions): StageRendererFactory =>
  (canvas, onChange) =>
    new SceneRenderer(canvas, onChange, options);

/** Draws as this editor can do it best. */
export const createSceneRenderer: StageRendererFactory = sceneRendererWith({});
