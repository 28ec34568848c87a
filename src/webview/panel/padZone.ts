import { GUIDANCE_RANGE } from '../../shared/guidance';
import { warningZone } from '../../shared/panelFigures';
import type { PreviewFigures } from '../../shared/previewProtocol';

/** Stripes and the fill between them, in 0–255 of the theme's warning colour. */
const STRIPE_ALPHA = 70;
const FILL_ALPHA = 16;
const STRIPE_STEP = 14;
const STRIPE_WIDTH = 2;

/**
 * Hatches the pad where the figures warn. It is painted only when the figures or the theme change.
 */
export class PadZone {
  private painted:
    | { readonly figures: PreviewFigures | undefined; readonly colour: string }
    | undefined;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** Brings it up to date. */
  show(figures: PreviewFigures): void {
    const colour = getComputedStyle(this.canvas).color;
    if (this.painted?.figures === figures && this.painted.colour === colour) return;
    this.painted = { figures, colour };
    this.paint(
      warningZone(figures, this.canvas.width, this.canvas.height, GUIDANCE_RANGE.maximum),
      colour,
    );
  }

  private paint(zone: Uint8Array, colour: string): void {
    const context = this.canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return;
    const { width, height } = this.canvas;
    context.clearRect(0, 0, width, height);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    const image = new ImageData(width, height);
    const { data } = image;
    // Without an array for each of its many pixels: it is painted while a preview comes in.
    for (let index = 0, at = 0; index < zone.length; index++, at += 4) {
      if (zone[index] !== 1) continue;
      const striped = ((index % width) + Math.floor(index / width)) % STRIPE_STEP < STRIPE_WIDTH;
      data[at] = red;
      data[at + 1] = green;
      data[at + 2] = blue;
      data[at + 3] = striped ? STRIPE_ALPHA : FILL_ALPHA;
    }
    context.putImageData(image, 0, 0);
  }
}
