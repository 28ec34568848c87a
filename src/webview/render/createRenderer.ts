import type { Rect } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import { CanvasRenderer } from './canvasRenderer';
import type { Renderer } from './renderer';
import type { Scene } from './scene';
import type { RenderState } from './state';
import { WebglRenderer } from './webglRenderer';
import { hasFastWebgl2 } from './webglSupport';

export type RendererOptions = {
  /** Without it: WebGL 2 where a GPU does it, else Canvas 2D. */
  readonly force?: 'webgl2' | 'canvas';
  /** Takes a WebGL 2 that is emulated on the CPU, too. */
  readonly slowWebgl?: boolean;
  /** How long a lost WebGL context may take to come back before software takes over. */
  readonly restoreTimeoutMs?: number;
};

const RESTORE_TIMEOUT_MS = 3000;

/**
 * A renderer that lives on when the GPU does not: then it puts a fresh canvas in the place of the
 * given one. Throws if `force` names what the browser lacks.
 */
export function createRenderer(canvas: HTMLCanvasElement, options: RendererOptions = {}): Renderer {
  const webgl = options.force === 'canvas' ? undefined : startWebgl(canvas, options);
  if (webgl) return new GuardedRenderer(canvas, webgl, options);
  if (options.force === 'webgl2') throw new Error('This browser has no WebGL 2.');
  // A canvas whose WebGL failed after its context was given is spent.
  const usable = canvas.getContext('2d', { alpha: false }) ? canvas : replaced(canvas);
  return new CanvasRenderer(usable);
}

function startWebgl(
  canvas: HTMLCanvasElement,
  { force, slowWebgl = false }: RendererOptions,
): WebglRenderer | undefined {
  try {
    return slowWebgl || force === 'webgl2' || hasFastWebgl2()
      ? WebglRenderer.create(canvas)
      : undefined;
  } catch (error) {
    if (force === 'webgl2') throw error;
    console.info('WebGL 2 does not work here; drawing in software.', error);
    return undefined;
  }
}

/**
 * WebGL as long as it works: redraws when a lost context is back, and hands over to software when
 * it is not or the GPU's memory does not suffice.
 */
class GuardedRenderer implements Renderer {
  private current: WebglRenderer | CanvasRenderer;
  private last: { readonly scene: Scene; readonly state: RenderState } | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private element: HTMLCanvasElement,
    webgl: WebglRenderer,
    private readonly options: RendererOptions,
  ) {
    this.current = webgl;
    element.addEventListener('webglcontextlost', this.onLost);
    element.addEventListener('webglcontextrestored', this.onRestored);
  }

  get kind(): 'webgl2' | 'canvas' {
    return this.current.kind;
  }

  get canvas(): HTMLCanvasElement {
    return this.element;
  }

  get bytes(): number {
    return this.current.bytes;
  }

  draw(scene: Scene, state: RenderState): void {
    this.last = { scene, state };
    this.attempt((renderer) => renderer.draw(scene, state));
  }

  readPixels(scene: Scene, guidance: Guidance, rect: Rect): Uint8ClampedArray {
    // Software needs no context, and gives the same.
    if (this.current instanceof WebglRenderer && this.current.lost)
      return new CanvasRenderer(document.createElement('canvas')).readPixels(scene, guidance, rect);
    return this.attempt((renderer) => renderer.readPixels(scene, guidance, rect));
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.stopListening();
    this.current.dispose();
  }

  private readonly onLost = (event: Event): void => {
    // Else the browser would not give it back.
    event.preventDefault();
    if (this.options.force === 'webgl2') return;
    this.timer = setTimeout(
      () => this.fallBack('The WebGL context did not come back.'),
      this.options.restoreTimeoutMs ?? RESTORE_TIMEOUT_MS,
    );
  };

  private readonly onRestored = (): void => {
    clearTimeout(this.timer);
    this.attempt((renderer) => {
      if (renderer instanceof WebglRenderer) renderer.restore();
      if (this.last) renderer.draw(this.last.scene, this.last.state);
    });
  };

  private attempt<T>(task: (renderer: WebglRenderer | CanvasRenderer) => T): T {
    try {
      return task(this.current);
    } catch (error) {
      if (this.current instanceof CanvasRenderer || this.options.force === 'webgl2') throw error;
      this.fallBack(error);
      return task(this.current);
    }
  }

  private fallBack(reason: unknown): void {
    console.info('Drawing in software from now on.', reason);
    clearTimeout(this.timer);
    this.stopListening();
    this.current.dispose();
    this.element = replaced(this.element);
    this.current = new CanvasRenderer(this.element);
    if (this.last) this.current.draw(this.last.scene, this.last.state);
  }

  private stopListening(): void {
    this.element.removeEventListener('webglcontextlost', this.onLost);
    this.element.removeEventListener('webglcontextrestored', this.onRestored);
  }
}

/** Puts a fresh canvas with the same attributes in the place of one. */
function replaced(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const fresh = canvas.cloneNode(false) as HTMLCanvasElement;
  canvas.replaceWith(fresh);
  return fresh;
}
