import type { Point } from '../viewTransform';
import { compareSide, resultSide } from './frame';
import { locate } from './layout';
import { pixelAt, pixelOf } from './pixel';
import type { Scene } from './scene';
import type { Colour, RenderState } from './state';

/** Pixels in each direction. */
export const LOUPE_PIXELS = 9;

/**
 * Draws the 9×9 pixels of the result around a point of the stage, as squares, with an outline
 * around the middle one. `which`: the side to show, else the one that is drawn at the point. Tells
 * whether the point lies in the picture.
 */
export function drawLoupe(
  canvas: HTMLCanvasElement,
  scene: Scene,
  state: RenderState,
  point: Point,
  which?: 'result' | 'compare',
): boolean {
  const context = canvas.getContext('2d');
  const place = locate(scene.size, state, point);
  if (!context || !place) return false;
  const shown = which ?? pixelAt(scene, state, point)?.shown;
  const side = shown === 'compare' ? compareSide(scene, state) : resultSide(scene, state.guidance);
  const { theme } = state;
  const edge = (index: number, length: number): number =>
    Math.round((index * length) / LOUPE_PIXELS);
  const fill = (colour: Colour, column: number, row: number): void => {
    context.fillStyle = `rgb(${colour.join(' ')})`;
    const [x, y] = [edge(column, canvas.width), edge(row, canvas.height)];
    context.fillRect(x, y, edge(column + 1, canvas.width) - x, edge(row + 1, canvas.height) - y);
  };
  for (let row = 0; row < LOUPE_PIXELS; row++) {
    for (let column = 0; column < LOUPE_PIXELS; column++) {
      const x = place.x + column - (LOUPE_PIXELS >> 1);
      const y = place.y + row - (LOUPE_PIXELS >> 1);
      const inside = x >= 0 && y >= 0 && x < scene.size.width && y < scene.size.height;
      const pixel = inside ? pixelOf(scene, side, x, y) : undefined;
      const light = ((x + y) & 1) === 0;
      const under =
        state.checkerboard && inside
          ? light
            ? theme.checkerLight
            : theme.checkerDark
          : theme.background;
      const over = (channel: 0 | 1 | 2): number =>
        pixel
          ? under[channel] + ((pixel[channel] - under[channel]) * pixel[3]) / 255
          : theme.background[channel];
      fill([over(0), over(1), over(2)], column, row);
    }
  }
  outlineMiddle(context, canvas, theme.outline, Math.max(1, Math.round(state.pixelRatio)));
  return true;
}

function outlineMiddle(
  context: CanvasRenderingContext2D,
  { width, height }: HTMLCanvasElement,
  colour: Colour,
  line: number,
): void {
  const middle = LOUPE_PIXELS >> 1;
  const [x0, x1] = [middle, middle + 1].map((i) => Math.round((i * width) / LOUPE_PIXELS)) as [
    number,
    number,
  ];
  const [y0, y1] = [middle, middle + 1].map((i) => Math.round((i * height) / LOUPE_PIXELS)) as [
    number,
    number,
  ];
  context.strokeStyle = `rgb(${colour.join(' ')})`;
  context.lineWidth = line;
  // Around the pixel, not on it.
  context.strokeRect(x0 - line / 2, y0 - line / 2, x1 - x0 + line, y1 - y0 + line);
}
