import { pseudoRandom } from './operators/pseudoRandom';

type Colour = readonly [red: number, green: number, blue: number];

const WHITE: Colour = [255, 255, 255];
const INK: Colour = [24, 24, 28];
const FLAT: Colour = [20, 200, 90];
const RED: Colour = [250, 30, 30];
const NAVY: Colour = [12, 20, 120];

/**
 * A small picture with what people enlarge, a quarter each: a photograph's soft light with grain,
 * hard edges of saturated colours, strokes as thin as those of letters, and a flat field with a line
 * through it. Planar RGB in [0,1], [3, height, width], of 8-bit values; always the same.
 */
export function precisionPicture(width: number, height: number): Float32Array {
  const grain = pseudoRandom(23);
  const area = width * height;
  const picture = new Float32Array(3 * area);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width, y / height];
      const colour =
        v < 0.5
          ? u < 0.5
            ? soft(u, v, 12 * (grain() - 0.5))
            : edges(x, y)
          : u < 0.5
            ? strokes(x, y)
            : field(x, y);
      for (const [channel, value] of colour.entries())
        picture[channel * area + y * width + x] =
          Math.round(Math.min(255, Math.max(0, value))) / 255;
    }
  }
  return picture;
}

function soft(u: number, v: number, grain: number): Colour {
  const light = 90 + 200 * u + 40 * Math.sin(14 * v + 9 * u);
  const shade = 30 * Math.exp(-80 * ((u - 0.25) ** 2 + (v - 0.25) ** 2));
  return [light + shade + grain, 0.8 * light + 40 * v + grain, 150 - 0.4 * light + shade + grain];
}

function edges(x: number, y: number): Colour {
  if ((x + 2 * y) % 23 < 7) return RED;
  return (Math.floor(x / 5) + Math.floor(y / 9)) % 2 === 0 ? NAVY : WHITE;
}

function strokes(x: number, y: number): Colour {
  const [column, row] = [x % 7, y % 11];
  const isUpright = column === 1 && row > 1 && row < 9;
  const isBar = (row === 2 || row === 5) && column < 5;
  const isSlanted = column === (row % 6) + 1 && row > 5 && row < 10;
  return isUpright || isBar || isSlanted ? INK : WHITE;
}

const field = (x: number, y: number): Colour => (Math.abs(3 * x - 4 * y + 20) < 3 ? WHITE : FLAT);
