import type { Rect } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import { BlendCells } from './blendCells';
import { checkerSide } from './checker';
import {
  addPending,
  differencePart,
  knownPart,
  mapPart,
  nothingSeen,
  takeSeen,
  type Mutable,
} from './compose';
import { DrawnParts } from './drawnParts';
import { planFrame, resultSide, type Job, type LayersSide, type Side } from './frame';
import { heatScale } from './heat';
import { blendedLines, originalLines, residualLines } from './lines';
import type { Renderer } from './renderer';
import { Resampler } from './resampler';
import { heatSampling, samplingOf } from './sampling';
import type { Scene } from './scene';
import type { Colour, RenderState } from './state';

/** Blends that are kept: result, original, A, and one for going back. */
const KEPT_SIDES = 4;
const KEPT_BYTES = 128 * 1024 * 1024;

/** Draws in software, by the same rules as the shader, for editors without WebGL 2. */
export class CanvasRenderer implements Renderer {
  readonly kind = 'canvas';
  private readonly context: CanvasRenderingContext2D;
  /** The one used last is at the end. */
  private cells: BlendCells[] = [];
  private readonly drawn = new DrawnParts();

  constructor(readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('The canvas gives no 2D context.');
    this.context = context;
  }

  get bytes(): number {
    return this.cells.reduce((sum, cells) => sum + cells.bytes, 0);
  }

  draw(scene: Scene, state: RenderState): void {
    const { canvas, context } = this;
    const { size, jobs, lines } = planFrame(scene, state);
    if (canvas.width !== size.width) canvas.width = size.width;
    if (canvas.height !== size.height) canvas.height = size.height;
    context.fillStyle = css(state.theme.background);
    context.fillRect(0, 0, size.width, size.height);
    for (const job of jobs)
      context.putImageData(
        this.drawn.take(scene, state, job, () => this.render(scene, state, job)),
        job.clip.x,
        job.clip.y,
      );
    this.drawn.endFrame();
    context.fillStyle = css(state.theme.outline);
    for (const { x, y, width, height } of lines) context.fillRect(x, y, width, height);
    this.keepWithinLimits();
  }

  readPixels(scene: Scene, guidance: Guidance, rect: Rect): Uint8ClampedArray {
    const side = resultSide(scene, guidance);
    const cells = this.cellsOf(side);
    const out = new Uint8ClampedArray(rect.width * rect.height * 4);
    for (let y = 0, to = 0; y < rect.height; y++) {
      for (let x = 0; x < rect.width;) {
        const { pixels, at, count } = cells.run(0, rect.x + x, rect.y + y, rect.width - x);
        for (let i = at; i < at + 5 * count; i += 5, to += 4) {
          if (pixels[i + 4] === 0 || pixels[i + 3] === 0) continue;
          for (let channel = 0; channel < 4; channel++)
            out[to + channel] = pixels[i + channel] ?? 0;
        }
        x += count;
      }
    }
    this.keepWithinLimits();
    return out;
  }

  dispose(): void {
    this.cells = [];
    this.drawn.clear();
  }

  private render(scene: Scene, state: RenderState, job: Job): ImageData {
    const { clip, kind, zoom } = job;
    const { theme } = state;
    const part = { x: clip.x - job.x, y: clip.y - job.y, width: clip.width, height: clip.height };
    const image = new ImageData(clip.width, clip.height);
    const side = this.resampler(scene, job.side, zoom, part);
    if (kind === 'side' && side.components === 3) return fillPlain(image, side);
    const against =
      kind === 'difference' ? this.resampler(scene, job.against, zoom, part) : undefined;
    const strength = kind === 'map' ? heatOf(scene, job, part) : undefined;
    const square = state.checkerboard ? checkerSide(state.pixelRatio) : 0;
    let pending: Resampler | undefined;
    const [seen, other, original] = [nothingSeen(), nothingSeen(), nothingSeen()];
    const colour: Mutable = [0, 0, 0];
    for (let y = 0, to = 0; y < part.height; y++) {
      const row = side.row(y);
      const rowAgainst = against?.row(y);
      const rowStrength = strength?.lines.row(y);
      let rowPending: Float32Array | undefined;
      for (let x = 0; x < part.width; x++, to += 4) {
        takeSeen(seen, row, side.components, x);
        if (against && rowAgainst) {
          takeSeen(other, rowAgainst, against.components, x);
          differencePart(colour, seen, other);
        } else {
          const under =
            square === 0
              ? theme.background
              : isLight(part.x + x, part.y + y, square)
                ? theme.checkerLight
                : theme.checkerDark;
          knownPart(colour, seen, under);
          if (kind === 'map')
            mapPart(colour, seen.known, (rowStrength?.[x] ?? 0) * (strength?.scale ?? 0), theme);
          if (seen.known < 1) {
            pending ??= this.resampler(scene, { kind: 'original' }, zoom, part, false, true);
            rowPending ??= pending.row(y);
            takeSeen(original, rowPending, pending.components, x);
            addPending(
              colour,
              original,
              seen.known,
              job.side.kind === 'layers' ? job.side.dim : 0,
              under,
              theme.background,
            );
          }
        }
        image.data[to] = colour[0];
        image.data[to + 1] = colour[1];
        image.data[to + 2] = colour[2];
        image.data[to + 3] = 255;
      }
    }
    return image;
  }

  private resampler(
    scene: Scene,
    side: Side,
    zoom: number,
    part: Rect,
    squares = side.kind === 'original',
    smooth = false,
  ): Resampler {
    const store = side.kind === 'original' ? scene.original : side.layers.store;
    const sampling = samplingOf(store, scene.size, zoom, squares);
    const lines =
      side.kind === 'original'
        ? originalLines(store, sampling.level)
        : blendedLines(this.cellsOf(side), side.layers, sampling.level);
    return new Resampler(lines, sampling, part, smooth);
  }

  private cellsOf(side: LayersSide): BlendCells {
    const cells = this.cells.find((kept) => kept.isOf(side)) ?? new BlendCells(side);
    this.cells = [...this.cells.filter((kept) => kept !== cells), cells].slice(-KEPT_SIDES);
    return cells;
  }

  /**
   * Forgets what was used longest ago. A single frame that needs more than the limit blends anew
   * each time.
   */
  private keepWithinLimits(): void {
    while (this.cells.length > 0 && this.bytes > KEPT_BYTES) this.cells.shift();
  }
}

/** Undefined for a model without a semantic branch: its map is the grey picture. */
function heatOf(
  scene: Scene,
  { side, zoom }: Job,
  part: Rect,
): { lines: Resampler; scale: number } | undefined {
  const { store, layers } = scene.result;
  if (side.kind === 'original' || layers < 3) return undefined;
  const sampling = heatSampling(store, scene.size, zoom);
  return {
    lines: new Resampler(residualLines(store, sampling.level), sampling, part),
    scale: heatScale(side.guidance.semantic),
  };
}

/** Opaque and complete: nothing to put under it. */
function fillPlain(image: ImageData, side: Resampler): ImageData {
  const { data } = image;
  for (let y = 0, to = 0; y < image.height; y++) {
    const row = side.row(y);
    for (let from = 0; from < row.length; from += 3, to += 4) {
      data[to] = row[from] ?? 0;
      data[to + 1] = row[from + 1] ?? 0;
      data[to + 2] = row[from + 2] ?? 0;
      data[to + 3] = 255;
    }
  }
  return image;
}

const isLight = (x: number, y: number, square: number): boolean =>
  ((Math.floor(x / square) + Math.floor(y / square)) & 1) === 0;

const css = ([red, green, blue]: Colour): string => `rgb(${red} ${green} ${blue})`;
