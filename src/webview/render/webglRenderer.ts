import type { Rect } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import { checkerSide } from './checker';
import { planFrame, resultSide, type Job, type LayersSide, type Side } from './frame';
import { GlProgram } from './glProgram';
import { GlStore } from './glStore';
import { heatScale } from './heat';
import type { PixelStore } from './pixelStore';
import type { Renderer } from './renderer';
import { heatSampling, samplingOf, type Sampling } from './sampling';
import type { Scene } from './scene';
import { SHADER_KINDS } from './shaders';
import type { Colour, RenderState } from './state';

/** Texture units: the original's, then base, pixel, semantic and exact of both sides. */
const UNITS = [
  'uOriginal',
  'uBase',
  'uPixel',
  'uSemantic',
  'uExact',
  'uBaseA',
  'uPixelA',
  'uSemanticA',
  'uExactA',
] as const;
const RESULT_UNIT = 1;
const COMPARE_UNIT = 5;
/** Rows and columns read back at a time; every WebGL 2 can draw to textures of this size. */
const READ_SIDE = 2048;

/** Draws on the GPU. Every frame blends anew: moving a dial or the picture costs the same. */
export class WebglRenderer implements Renderer {
  readonly kind = 'webgl2';
  private program: GlProgram;
  private readonly stores = new Map<PixelStore, GlStore>();

  private constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly gl: WebGL2RenderingContext,
  ) {
    this.program = new GlProgram(gl);
  }

  /** Undefined where WebGL 2 is missing. */
  static create(canvas: HTMLCanvasElement): WebglRenderer | undefined {
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false });
    return gl && !gl.isContextLost() ? new WebglRenderer(canvas, gl) : undefined;
  }

  get bytes(): number {
    return [...this.stores.values()].reduce((sum, store) => sum + store.bytes, 0);
  }

  /** While the context is lost, nothing is drawn. */
  get lost(): boolean {
    return this.gl.isContextLost();
  }

  /** To be called when the context is back, without anything that was in it. */
  restore(): void {
    this.stores.clear();
    this.program = new GlProgram(this.gl);
  }

  draw(scene: Scene, state: RenderState): void {
    const { gl, program, canvas } = this;
    if (this.lost) return;
    const { size, jobs, lines } = planFrame(scene, state);
    if (canvas.width !== size.width) canvas.width = size.width;
    if (canvas.height !== size.height) canvas.height = size.height;
    this.dropUnused(scene);
    gl.viewport(0, 0, size.width, size.height);
    gl.disable(gl.SCISSOR_TEST);
    this.clear(state.theme.background);
    gl.enable(gl.SCISSOR_TEST);
    program.use();
    this.setTheme(state);
    program.float('uFlip', size.height);
    const scissor = (rect: Rect): void =>
      gl.scissor(rect.x, size.height - rect.y - rect.height, rect.width, rect.height);
    for (const job of jobs) {
      scissor(job.clip);
      this.drawJob(scene, job, job.kind);
    }
    for (const line of lines) {
      scissor(line);
      this.clear(state.theme.outline);
    }
    gl.disable(gl.SCISSOR_TEST);
  }

  readPixels(scene: Scene, guidance: Guidance, rect: Rect): Uint8ClampedArray {
    const pixels = new Uint8ClampedArray(rect.width * rect.height * 4);
    const side = resultSide(scene, guidance);
    for (let y = 0; y < rect.height; y += READ_SIDE) {
      for (let x = 0; x < rect.width; x += READ_SIDE) {
        const part = {
          x: rect.x + x,
          y: rect.y + y,
          width: Math.min(READ_SIDE, rect.width - x),
          height: Math.min(READ_SIDE, rect.height - y),
        };
        const read = this.readPart(scene, side, part);
        for (let row = 0; row < part.height; row++)
          pixels.set(
            read.subarray(row * part.width * 4, (row + 1) * part.width * 4),
            ((y + row) * rect.width + x) * 4,
          );
      }
    }
    return pixels;
  }

  dispose(): void {
    for (const store of this.stores.values()) store.dispose();
    this.stores.clear();
    this.program.dispose();
  }

  /** The first row read is the picture's upper one. */
  private readPart(scene: Scene, side: LayersSide, { x, y, width, height }: Rect): Uint8Array {
    const { gl, program } = this;
    const target = gl.createRenderbuffer();
    const frame = gl.createFramebuffer();
    gl.bindRenderbuffer(gl.RENDERBUFFER, target);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, target);
    gl.viewport(0, 0, width, height);
    program.use();
    program.float('uFlip', 0);
    this.drawJob(
      scene,
      {
        kind: 'side',
        clip: { x: 0, y: 0, width, height },
        x: -x,
        y: -y,
        zoom: 1,
        side,
        against: side,
      },
      'raw',
    );
    const pixels = new Uint8Array(width * height * 4);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.deleteFramebuffer(frame);
    gl.deleteRenderbuffer(target);
    return pixels;
  }

  private drawJob(scene: Scene, job: Job, kind: keyof typeof SHADER_KINDS): void {
    const { program } = this;
    const { side, against, zoom } = job;
    const squares =
      side.kind === 'original' || (kind === 'difference' && against.kind === 'original');
    this.setSource(
      'uOriginalSource',
      scene.original,
      samplingOf(scene.original, scene.size, zoom, squares),
    );
    // Textures are bound only after all uploads, which bind their own.
    const original = this.storeOf(scene.original);
    const bindSide = this.prepareSide(scene, '', side, zoom, RESULT_UNIT);
    const bindAgainst = this.prepareSide(
      scene,
      'A',
      kind === 'difference' ? against : side,
      zoom,
      COMPARE_UNIT,
    );
    for (const [unit, name] of UNITS.entries()) {
      original.bind(unit, 0);
      program.integer(name, unit);
    }
    bindSide();
    bindAgainst();
    const semantic =
      side.kind === 'layers' && side.layers.layers === 3 ? side.guidance.semantic : 0;
    const heat = heatSampling(scene.result.store, scene.size, zoom);
    program.float('uHeatFootprint', heat.footprintX, heat.footprintY);
    program.float('uHeatScale', heatScale(semantic));
    program.integer('uKind', SHADER_KINDS[kind]);
    program.float('uCorner', job.x, job.y);
    program.fill();
  }

  /** Sets the uniforms of one side; its textures are bound by the function it gives. */
  private prepareSide(
    scene: Scene,
    suffix: '' | 'A',
    side: Side,
    zoom: number,
    unit: number,
  ): () => void {
    const { program } = this;
    const name = `uLayers${suffix}`;
    program.flag(`${name}.original`, side.kind === 'original');
    program.float(`${name}.dim`, side.kind === 'layers' ? side.dim : 0);
    if (side.kind === 'original') return () => undefined;
    const { layers, guidance, exact } = side;
    const sampling = samplingOf(layers.store, scene.size, zoom, false);
    this.setSource(`uSource${suffix}`, layers.store, sampling);
    program.flag(`${name}.alpha`, layers.hasAlpha);
    program.float(`${name}.lambda`, guidance.pixel, layers.layers === 3 ? guidance.semantic : 0);
    program.flag(`${name}.exact`, exact !== undefined);
    const texture = this.storeOf(layers.store);
    const exactTexture = exact && this.storeOf(exact.store);
    if (exact) {
      const { width, height } = exact.store.levelSize(sampling.level);
      program.integer(
        `${name}.exactOrigin`,
        exact.origin.x >> sampling.level,
        exact.origin.y >> sampling.level,
      );
      program.integer(`${name}.exactSize`, width, height);
      program.integer(`${name}.exactColumns`, exact.store.columns);
    }
    return () => {
      for (let layer = 0; layer < 3; layer++) texture.bind(unit + layer, layer);
      exactTexture?.bind(unit + 3, 0);
    };
  }

  private setSource(name: string, store: PixelStore, sampling: Sampling): void {
    const { program } = this;
    const { width, height } = store.levelSize(sampling.level);
    program.integer(`${name}.size`, width, height);
    program.integer(`${name}.level`, sampling.level);
    program.integer(`${name}.bits`, store.bits - sampling.level);
    program.integer(`${name}.columns`, store.columns);
    program.flag(`${name}.windowed`, store.windowed);
    program.integer(`${name}.first`, store.first.column, store.first.row);
    program.integer(`${name}.slots`, store.columns, store.rows);
    program.float(`${name}.perPixel`, sampling.perPixelX, sampling.perPixelY);
    program.float(`${name}.footprint`, sampling.footprintX, sampling.footprintY);
  }

  private setTheme({ theme, checkerboard, pixelRatio }: RenderState): void {
    const { program } = this;
    program.integer('uChecker', checkerboard ? checkerSide(pixelRatio) : 0);
    program.float('uBackground', ...theme.background);
    program.float('uCheckerLight', ...theme.checkerLight);
    program.float('uCheckerDark', ...theme.checkerDark);
    program.float('uHeatLow', ...theme.heatLow);
    program.float('uHeatHigh', ...theme.heatHigh);
  }

  private clear([red, green, blue]: Colour): void {
    this.gl.clearColor(red / 255, green / 255, blue / 255, 1);
    this.gl.clear(this.gl.COLOR_BUFFER_BIT);
  }

  private storeOf(store: PixelStore): GlStore {
    let copy = this.stores.get(store);
    if (!copy) {
      copy = new GlStore(this.gl, store);
      this.stores.set(store, copy);
    }
    copy.update();
    return copy;
  }

  private dropUnused(scene: Scene): void {
    const used = scene.stores();
    for (const [store, copy] of this.stores) {
      if (used.has(store)) continue;
      copy.dispose();
      this.stores.delete(store);
    }
  }
}
