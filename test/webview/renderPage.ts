import type { Rect, Size } from '../../src/shared/geometry';
import type { Guidance } from '../../src/shared/guidance';
import { createRenderer, type RendererOptions } from '../../src/webview/render/createRenderer';
import { ExactPicture } from '../../src/webview/render/exactPicture';
import { FrameScheduler, type DrawnFrame } from '../../src/webview/render/frameScheduler';
import { layoutPanes } from '../../src/webview/render/layout';
import { LayerSet } from '../../src/webview/render/layerSet';
import { drawLoupe } from '../../src/webview/render/loupe';
import { pixelAt, type PixelReading } from '../../src/webview/render/pixel';
import type { Renderer } from '../../src/webview/render/renderer';
import { Scene } from '../../src/webview/render/scene';
import type { RenderState } from '../../src/webview/render/state';
import type { Point } from '../../src/webview/viewTransform';
import { alphaPlane, layerPixels, sourcePixels, tileBytes, tileGrid } from './renderData';

/** What the tests call in the page. Pixels travel as base64. */

export type SceneSpec = {
  readonly size: Size;
  readonly source: Size;
  readonly layers?: 2 | 3;
  readonly alpha?: boolean;
  readonly blockSide?: number;
  readonly tile?: number;
  /** Indices into the tiles row by row; all in order unless given. */
  readonly order?: readonly number[];
};
export type Pixels = Size & { readonly data: string };

export type Difference = { readonly largest: number; readonly mean: number };
/** What changes a scene: the name of one of the harness's functions, and what follows the scene's number. */
export type Change = readonly [
  name: 'addTiles' | 'repaintTile' | 'pin' | 'setExact' | 'setAlpha',
  ...parameters: unknown[],
];

type Session = { readonly scene: Scene; readonly renderer: Renderer };

const sessions: Session[] = [];

export const theme: RenderState['theme'] = {
  background: [30, 30, 30],
  checkerLight: [200, 200, 200],
  checkerDark: [120, 120, 120],
  heatLow: [241, 76, 76],
  heatHigh: [204, 167, 0],
  outline: [14, 99, 156],
};

const DEFAULT_STATE: Omit<RenderState, 'panes'> = {
  mode: 'hold',
  guidance: { pixel: 1, semantic: 1 },
  view: { zoom: 1, x: 0.5, y: 0.5 },
  stage: { width: 200, height: 150 },
  pixelRatio: 1,
  divider: 0.5,
  held: false,
  originalPixels: false,
  compareWith: 'original',
  checkerboard: true,
  workingTile: undefined,
  theme,
};

export function stateOf(partial: Partial<RenderState>): RenderState {
  const state = { ...DEFAULT_STATE, ...partial };
  return { panes: layoutPanes(state.mode, state.stage, 10), ...state };
}

const harness = {
  /** A scene on a canvas of its own; gives its number. */
  open(spec: SceneSpec, options: RendererOptions): number {
    const canvas = document.createElement('canvas');
    document.body.append(canvas);
    const scene = new Scene(
      { ...spec.source, data: sourcePixels(spec.source, spec.alpha ?? false) },
      new LayerSet(spec.size, spec.layers ?? 3, spec.blockSide),
      spec.blockSide,
    );
    if (spec.alpha) scene.result.setAlpha(alphaPlane(spec.size));
    addTiles(scene.result, spec, 0);
    return sessions.push({ scene, renderer: createRenderer(canvas, options) }) - 1;
  },

  /** Layers made elsewhere: one after another, each interleaved RGB rows, in base64. */
  openLayers(size: Size, source: Size, layers: string, options: RendererOptions): number {
    const canvas = document.createElement('canvas');
    document.body.append(canvas);
    const data = Uint8Array.from(atob(layers), (character) => character.charCodeAt(0));
    const count = data.length / (3 * size.width * size.height) === 2 ? 2 : 3;
    const scene = new Scene(
      { ...source, data: sourcePixels(source, false) },
      new LayerSet(size, count),
    );
    scene.result.addTile({ x: 0, y: 0, ...size }, data);
    return sessions.push({ scene, renderer: createRenderer(canvas, options) }) - 1;
  },

  /** Alpha, after the tiles. */
  setAlpha(id: number): void {
    const { result } = session(id).scene;
    result.setAlpha(alphaPlane(result.size));
  },

  /** Other colours in one tile. */
  repaintTile(id: number, rect: Rect): void {
    session(id).scene.result.addTile(
      rect,
      Uint8Array.from({ length: rect.width * rect.height * 9 }, (_, i) => (i * 37) % 251),
    );
  },

  addTiles(id: number, spec: SceneSpec): void {
    addTiles(session(id).scene.result, spec, 0);
  },

  kind: (id: number): string => session(id).renderer.kind,
  bytes: (id: number): [number, number] => [session(id).scene.bytes, session(id).renderer.bytes],
  canvases: (): number => document.querySelectorAll('canvas').length,

  /** Pins a guidance, of other layers if `spec` describes them. */
  pin(id: number, guidance: Guidance, spec?: SceneSpec): void {
    const { scene } = session(id);
    if (!spec) {
      scene.pin(guidance);
      return;
    }
    const layers = new LayerSet(spec.size, spec.layers ?? 3, spec.blockSide);
    addTiles(layers, spec, 5);
    scene.pin(guidance, layers);
  },

  /** One colour over a rectangle, for one guidance. */
  setExact(id: number, rect: Rect, guidance: Guidance, colour: readonly number[]): void {
    const { scene } = session(id);
    const data = Uint8Array.from(
      { length: rect.width * rect.height * colour.length },
      (_, i) => colour[i % colour.length]!,
    );
    scene.exact = new ExactPicture(scene.result, rect, guidance, data);
  },

  draw: (id: number, partial: Partial<RenderState>): Pixels => encoded(drawn(id, partial)),

  /** How far what two scenes show is apart: the largest difference of any channel, and the mean. */
  drawBoth(one: number, other: number, partial: Partial<RenderState>): Difference {
    return differenceOf(drawn(one, partial), drawn(other, partial));
  },

  /**
   * Draws a scene with each state after so many of the changes, on one canvas; tells the places of
   * the states whose picture differs from that of a canvas on which nothing was drawn before.
   */
  staleStates(
    spec: SceneSpec,
    options: RendererOptions,
    changes: readonly Change[],
    states: readonly { readonly changed: number; readonly state: Partial<RenderState> }[],
  ): number[] {
    const change = (id: number, [name, ...rest]: Change): void =>
      (harness[name] as (id: number, ...parameters: unknown[]) => void)(id, ...rest);
    const kept = harness.open(spec, options);
    let done = 0;
    const stale = states.flatMap(({ changed, state }, place) => {
      while (done < changed) change(kept, changes[done++]!);
      const fresh = harness.open(spec, options);
      for (const one of changes.slice(0, changed)) change(fresh, one);
      const { largest } = harness.drawBoth(kept, fresh, state);
      harness.close(fresh);
      return largest === 0 ? [] : [place];
    });
    harness.close(kept);
    return stale;
  },

  /** What is on the canvas after the next frame, without drawing. */
  async look(id: number): Promise<Pixels> {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return encoded(pixelsOf(session(id).renderer.canvas));
  },

  readPixels(id: number, guidance: Guidance, rect: Rect): Pixels {
    const { scene, renderer } = session(id);
    return {
      width: rect.width,
      height: rect.height,
      data: base64(renderer.readPixels(scene, guidance, rect)),
    };
  },

  pixelAt: (id: number, partial: Partial<RenderState>, point: Point): PixelReading | null =>
    pixelAt(session(id).scene, stateOf(partial), point) ?? null,

  loupe(
    id: number,
    partial: Partial<RenderState>,
    point: Point,
    which?: 'result' | 'compare',
  ): Pixels | null {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 90;
    return drawLoupe(canvas, session(id).scene, stateOf(partial), point, which)
      ? encoded(pixelsOf(canvas))
      : null;
  },

  /** Loses the context, and gives it back at the same time or never. */
  async loseContext(id: number, restore: boolean): Promise<void> {
    const { canvas } = session(id).renderer;
    const extension = canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context');
    const event = (name: string): Promise<unknown> =>
      new Promise((resolve) => canvas.addEventListener(name, resolve, { once: true }));
    const lost = event('webglcontextlost');
    extension?.loseContext();
    await lost;
    if (!restore) return;
    const restored = event('webglcontextrestored');
    // Not within the event of the loss.
    setTimeout(() => extension?.restoreContext());
    await restored;
  },

  /**
   * Milliseconds of each of some redraws, each with another guidance, until the pixels can be read.
   */
  time(id: number, partial: Partial<RenderState>, times: number): number[] {
    const { scene, renderer } = session(id);
    const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    return Array.from({ length: times }, (_, i) => {
      const started = performance.now();
      renderer.draw(
        scene,
        stateOf({
          ...partial,
          ...(partial.guidance ? {} : { guidance: { pixel: 1, semantic: 0.1 * i } }),
        }),
      );
      probe.drawImage(renderer.canvas, 0, 0, 1, 1, 0, 0, 1, 1);
      probe.getImageData(0, 0, 1, 1);
      return performance.now() - started;
    });
  },

  /** Asks for many frames at once; tells how many were drawn, and of the last. */
  async schedule(
    id: number,
    requests: number,
  ): Promise<{ draws: number; last: DrawnFrame | undefined; before: number }> {
    const { scene, renderer } = session(id);
    let draws = 0;
    const scheduler = new FrameScheduler(() => {
      draws++;
      renderer.draw(scene, stateOf({}));
    });
    const before = performance.now();
    for (let i = 0; i < requests; i++) scheduler.request();
    for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
    return { draws, last: scheduler.lastFrame, before };
  },

  /** Columns black and white in turn, in all layers. */
  stripes(id: number): void {
    const { result } = session(id).scene;
    const { width, height } = result.size;
    result.addTile(
      { x: 0, y: 0, width, height },
      Uint8Array.from({ length: width * height * 9 }, (_, i) => (Math.floor(i / 3) % 2) * 255),
    );
  },

  /** White and opaque left, black and transparent right. */
  halves(id: number): void {
    const { result } = session(id).scene;
    const { width, height } = result.size;
    const left = (i: number): number => (i % width < width / 2 - 3 ? 255 : 0);
    result.setAlpha(Uint8Array.from({ length: width * height }, (_, i) => left(i)));
    result.addTile(
      { x: 0, y: 0, width, height },
      Uint8Array.from({ length: width * height * 9 }, (_, i) => left(Math.floor(i / 3))),
    );
  },

  /** Runs something in a browser that has no WebGL. */
  withoutWebgl<T>(task: () => T): T {
    const own = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, 'getContext')!;
    const get = own.value as (
      this: HTMLCanvasElement,
      kind: string,
      options?: object,
    ) => RenderingContext | null;
    HTMLCanvasElement.prototype.getContext = function (
      this: HTMLCanvasElement,
      kind: string,
      options?: object,
    ) {
      return kind === 'webgl2' ? null : get.call(this, kind, options);
    } as typeof HTMLCanvasElement.prototype.getContext;
    try {
      return task();
    } finally {
      Object.defineProperty(HTMLCanvasElement.prototype, 'getContext', own);
    }
  },

  close(id: number): void {
    const { renderer } = session(id);
    renderer.dispose();
    // A browser has few contexts, and takes its time to collect them.
    if (renderer.kind === 'webgl2')
      renderer.canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
    renderer.canvas.remove();
  },
};

export type Harness = typeof harness;
Object.assign(window, { harness });

function session(id: number): Session {
  const found = sessions[id];
  if (!found) throw new Error(`No scene ${id}`);
  return found;
}

/** A sine of each byte costs more than most tests draw, and many scenes have the same layers. */
const madeLayers = new Map<string, Uint8Array>();
function madeOnce(size: Size, layer: number, seed: number): Uint8Array {
  const key = [size.width, size.height, layer, seed].join();
  const made = madeLayers.get(key) ?? layerPixels(size, layer, seed);
  madeLayers.set(key, made);
  return made;
}

function addTiles(layers: LayerSet, spec: SceneSpec, seed: number): void {
  const pixels = Array.from({ length: layers.layers }, (_, layer) =>
    madeOnce(spec.size, layer, seed),
  );
  const tiles = tileGrid(spec.size, spec.tile ?? 64);
  for (const index of spec.order ?? tiles.keys()) {
    const rect = tiles[index]!;
    layers.addTile(rect, tileBytes(pixels, spec.size, rect));
  }
}

function drawn(id: number, partial: Partial<RenderState>): ImageData {
  const { scene, renderer } = session(id);
  renderer.draw(scene, stateOf(partial));
  return pixelsOf(renderer.canvas);
}

/** In the task that drew, else a WebGL canvas may be empty. */
function pixelsOf(canvas: HTMLCanvasElement): ImageData {
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  copy.drawImage(canvas, 0, 0);
  return copy.getImageData(0, 0, width, height);
}

function encoded({ width, height, data }: ImageData): Pixels {
  return { width, height, data: base64(data) };
}

function differenceOf(a: ImageData, b: ImageData): Difference {
  if (a.width !== b.width || a.height !== b.height) throw new Error('Canvases of two sizes');
  let [largest, sum] = [0, 0];
  for (const [i, value] of a.data.entries()) {
    const difference = Math.abs(value - b.data[i]!);
    largest = Math.max(largest, difference);
    sum += difference;
  }
  return { largest, mean: sum / a.data.length };
}

function base64(bytes: Uint8ClampedArray): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000)
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
