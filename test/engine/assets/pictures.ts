import sharp, { type Sharp } from 'sharp';
import type { Size } from '../../../src/shared/geometry';

/** Interleaved 8-bit samples. */
export type Raw = Size & { readonly data: Uint8Array; readonly channels: 1 | 2 | 3 | 4 };

export const SCALE = 4;

export const svg = (width: number, height: number, body: string, zoom = 1): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width * zoom}" ` +
      `height="${height * zoom}" viewBox="0 0 ${width} ${height}">${body}</svg>`,
  );

export const fromRaw = ({ data, width, height, channels }: Raw): Sharp =>
  sharp(data, { raw: { width, height, channels } });

/** The pixels of a file, as they are: no conversion of colours. */
export async function rawOf(file: string | Buffer, channels?: 3 | 4): Promise<Raw> {
  const picture = sharp(file, { limitInputPixels: false }).keepIccProfile();
  if (channels === 4) picture.ensureAlpha();
  if (channels === 3) picture.removeAlpha();
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

/**
 * A drawing with transparency as it is at ×4, and as it is at ×1: the mean of 4×4 pixels, weighted
 * by alpha.
 */
export async function drawnAt4(
  width: number,
  height: number,
  body: string,
): Promise<{ source: Raw; reference: Raw }> {
  const reference = await rawOf(
    await sharp(svg(width, height, body, SCALE))
      .png()
      .toBuffer(),
    4,
  );
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const sums = [0, 0, 0, 0];
    for (let dy = 0; dy < SCALE; dy++) {
      for (let dx = 0; dx < SCALE; dx++) {
        const at = 4 * ((y * SCALE + dy) * reference.width + x * SCALE + dx);
        const alpha = reference.data[at + 3]!;
        for (let channel = 0; channel < 3; channel++)
          sums[channel]! += reference.data[at + channel]! * alpha;
        sums[3]! += alpha;
      }
    }
    const alpha = sums[3]!;
    for (let channel = 0; channel < 3; channel++)
      data[4 * i + channel] = alpha === 0 ? 0 : Math.round(sums[channel]! / alpha);
    data[4 * i + 3] = Math.round(alpha / SCALE ** 2);
  }
  return { source: { data, width, height, channels: 4 }, reference };
}

/**
 * The root of the mean squared difference between two RGBA pictures laid on a grey of that value.
 */
export function errorOn(background: number, a: Raw, b: Raw): number {
  const shown = ({ data }: Raw, i: number, channel: number): number => {
    const alpha = data[4 * i + 3]! / 255;
    return data[4 * i + channel]! * alpha + background * (1 - alpha);
  };
  const pixels = a.width * a.height;
  let sum = 0;
  for (let i = 0; i < pixels; i++)
    for (let channel = 0; channel < 3; channel++)
      sum += (shown(a, i, channel) - shown(b, i, channel)) ** 2;
  return Math.sqrt(sum / pixels / 3);
}

export const ICON =
  '<circle cx="30" cy="31" r="22" fill="#d62839"/><path d="M12 50L50 8" stroke="#1d3557" ' +
  'stroke-width="5"/>';
/** The letters are strokes: machines differ in their fonts. */
export const LOGO =
  '<g fill="none" stroke="#1b4965" stroke-width="3.2" stroke-linecap="round" ' +
  'stroke-linejoin="round">' +
  '<path d="M6 40V12H14A7 7 0 0 1 14 26H6"/><path d="M30 22V40M30 13V14"/><path d="M52 ' +
  '15A8 6 0 0 0 38 18C38 28 53 23 53 33A8 7 0 0 1 37 35"/><path d="M58 40L68 12L78 40M62 ' +
  '31H74"/></g>' +
  '<path d="M6 50H80" stroke="#ff9f1c" stroke-width="1.5"/>';
export const SOFT_SHADOW =
  '<defs><filter id="f" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur ' +
  'stdDeviation="7"/></filter></defs>' +
  '<rect x="24" y="24" width="32" height="32" rx="6" fill="#000" fill-opacity="0.8" ' +
  'filter="url(#f)"/>';
/** A window with a title, buttons, lines of "text" and a table. */
export const SCREENSHOT =
  '<rect width="120" height="80" fill="#f5f5f7"/><rect width="120" height="11" ' +
  'fill="#2b2d42"/><circle cx="6" cy="5.5" r="2" fill="#ff5f57"/><circle cx="13" cy="5.5" ' +
  'r="2" fill="#febc2e"/>' +
  Array.from({ length: 7 }, (_, row) =>
    Array.from(
      { length: 9 },
      (_, word) =>
        `<path d="M${5 + word * 11 + ((row * 3) % 4)} ${20 + row * 8}v-4m2 4v-4h2v4m2 ` +
        '0l1.5 -4l1.5 4" stroke="#222" stroke-width="0.7" fill="none"/>',
    ).join(''),
  ).join('') +
  '<rect x="84" y="66" width="30" height="10" rx="2" fill="#0a7cff"/>';

/** Noise that continues at the opposite edges. */
export function seamlessTexture(side: number): Raw {
  const data = new Uint8Array(side * side * 3);
  const turn = (2 * Math.PI) / side;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const wave =
        Math.sin(turn * (3 * x + 2 * y)) +
        Math.sin(turn * (5 * x - 4 * y) + 1) +
        0.7 * Math.sin(turn * (9 * x + 7 * y) + 2) +
        0.5 * Math.sin(turn * (-13 * x + 11 * y));
      for (let channel = 0; channel < 3; channel++)
        data[3 * (y * side + x) + channel] = 128 + 30 * wave + 10 * channel;
    }
  }
  return { data, width: side, height: side, channels: 3 };
}

/** A 16×16 figure of four colours with full transparency around it. */
export function pixelSprite(): Raw {
  const rows = [
    '....1111....',
    '..11222211..',
    '.1222222221.',
    '122322223221',
    '122322223221',
    '122222222221',
    '122222222221',
    '122322223221',
    '.1223333221.',
    '..11222211..',
    '...111111...',
    '..11....11..',
  ];
  const colours: Record<string, number[]> = {
    '.': [0, 0, 0, 0],
    1: [40, 20, 50, 255],
    2: [120, 200, 80, 255],
    3: [250, 240, 220, 255],
  };
  const data = new Uint8Array(16 * 16 * 4);
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++)
      data.set(colours[row.charAt(x)]!, 4 * ((y + 2) * 16 + x + 2));
  });
  return { data, width: 16, height: 16, channels: 4 };
}
