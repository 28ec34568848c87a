import type { PixelFile } from '../image/pixelFile';

/** Sprites are small and have few colours; a row of them may be long. */
const MOST_PIXELS = 512 * 512;
const MOST_COLOURS = 64;
/** Each colour must stand for so many visible pixels on average. */
const LEAST_PIXELS_PER_COLOUR = 6;
/**
 * Of the pixels where colours meet, so many may lie between their neighbours, as smoothed edges do.
 */
const MOST_BETWEEN = 0.12;
/** Colours meet in at least so many pixels: a plain area is nothing to decide on. */
const LEAST_EDGES = 8;
const VISIBLE_STEP = 8;
/** Larger pictures of so few colours are rather drawings without soft edges, such as old logos. */
const FEW_COLOURS = 2;
const MOST_PIXELS_OF_FEW_COLOURS = 64 * 64;

export type PixelArtCandidate = {
  /** RGB or RGBA. */
  readonly colour: PixelFile;
  /** One band, when it is not in the colour's file. */
  readonly alpha?: PixelFile | undefined;
  /** Frames, or cells of a sheet, that the file holds. */
  readonly parts?: number;
};

/**
 * Whether a picture is pixel art: small, of few colours, its transparency either full or none, and
 * its edges hard. On purpose it rather misses some than takes a smoothed icon, a screenshot with
 * text or a photograph, which are the network's.
 */
export async function isPixelArt({
  colour: picture,
  alpha,
  parts = 1,
}: PixelArtCandidate): Promise<boolean> {
  const { width, height, bands } = picture.info;
  if (width * height > MOST_PIXELS * parts || picture.depth !== 8) return false;
  const colour = await picture.rows(0, height);
  const transparency = alpha && (await alpha.rows(0, height));
  const pixels = new Int32Array(width * height);
  const counts = new Map<number, number>();
  let visible = 0;
  for (let i = 0; i < pixels.length; i++) {
    const a = transparency ? (transparency[i] ?? 0) : bands === 4 ? (colour[4 * i + 3] ?? 0) : 255;
    if (a !== 0 && a !== 255) return false;
    const at = bands * i;
    const value =
      a === 0
        ? -1
        : ((colour[at] ?? 0) << 16) | ((colour[at + 1] ?? 0) << 8) | (colour[at + 2] ?? 0);
    pixels[i] = value;
    if (value < 0) continue;
    visible++;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if (counts.size > MOST_COLOURS) return false;
  }
  if (visible === 0 || visible / counts.size < LEAST_PIXELS_PER_COLOUR) return false;
  if (counts.size <= FEW_COLOURS && width * height > MOST_PIXELS_OF_FEW_COLOURS * parts)
    return false;
  const { edges, between } = edgesOf(pixels, width, height);
  return edges >= LEAST_EDGES && between / edges <= MOST_BETWEEN;
}

/**
 * How many pixels differ from a neighbour, and how many of these lie between two opposite ones in
 * every channel: away from both, or near both.
 */
function edgesOf(
  pixels: Int32Array,
  width: number,
  height: number,
): { edges: number; between: number } {
  let [edges, between] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const own = pixels[i] ?? -1;
      if (own < 0) continue;
      const at = (dx: number, dy: number): number =>
        x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height
          ? own
          : (pixels[i + dy * width + dx] ?? own);
      const [left, right, above, below] = [at(-1, 0), at(1, 0), at(0, -1), at(0, 1)];
      if (left === own && right === own && above === own && below === own) continue;
      edges++;
      if (liesBetween(own, left, right) || liesBetween(own, above, below)) between++;
    }
  }
  return { edges, between };
}

function liesBetween(own: number, a: number, b: number): boolean {
  if (a < 0 || b < 0 || a === own || b === own || a === b) return false;
  let [fromOne, fromOther] = [0, 0];
  for (const shift of [16, 8, 0]) {
    const [value, one, other] = [(own >> shift) & 255, (a >> shift) & 255, (b >> shift) & 255];
    if (value < Math.min(one, other) || value > Math.max(one, other)) return false;
    fromOne = Math.max(fromOne, Math.abs(value - one));
    fromOther = Math.max(fromOther, Math.abs(value - other));
  }
  // A soft edge, or a gradient.
  return (
    (fromOne >= VISIBLE_STEP && fromOther >= VISIBLE_STEP) ||
    (fromOne < VISIBLE_STEP && fromOther < VISIBLE_STEP)
  );
}
