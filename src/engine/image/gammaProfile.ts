/**
 * What a PNG without a profile says of its colours: the exponent of its encoding, and where its
 * primaries lie.
 */
export type PngColours = {
  /** 0.45455 for the usual 1 / 2.2. */
  readonly gamma: number;
  /** x and y of white, red, green and blue; those of sRGB unless given. */
  readonly chromaticities?: readonly number[];
};

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

const USUAL_GAMMA = 1 / 2.2;
const SAME_GAMMA = 0.03;
const SRGB_CHROMATICITIES = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06];
const SAME_CHROMATICITY = 0.01;
const D50: Vector = [0.9642, 1, 0.8249];
/** Bradford's cone responses. */
const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/**
 * Reads gAMA and cHRM before a PNG's pixels. Undefined where they say nothing that matters: there
 * is a profile or an sRGB chunk, no gAMA, or it is sRGB's own. (PNG specification, third edition,
 * 11.3.2.)
 */
export function pngColours(head: Buffer): PngColours | undefined {
  if (head.toString('latin1', 1, 4) !== 'PNG') return undefined;
  let gamma: number | undefined;
  let chromaticities: number[] | undefined;
  for (let at = 8; at + 12 <= head.length;) {
    const length = head.readUInt32BE(at);
    const type = head.toString('latin1', at + 4, at + 8);
    const data = head.subarray(at + 8, at + 8 + length);
    if (
      type === 'IDAT' ||
      type === 'iCCP' ||
      type === 'sRGB' ||
      type === 'cICP' ||
      data.length < length
    ) {
      if (type !== 'IDAT') return undefined;
      break;
    }
    if (type === 'gAMA' && length === 4) gamma = data.readUInt32BE() / 100_000;
    if (type === 'cHRM' && length === 32)
      chromaticities = Array.from({ length: 8 }, (_, i) => data.readUInt32BE(4 * i) / 100_000);
    at += 12 + length;
  }
  if (gamma === undefined || gamma < 0.1 || gamma > 10) return undefined;
  const isUsual =
    chromaticities?.every(
      (value, i) => Math.abs(value - (SRGB_CHROMATICITIES[i] ?? 0)) < SAME_CHROMATICITY,
    ) ?? true;
  if (Math.abs(gamma - USUAL_GAMMA) < SAME_GAMMA && isUsual) return undefined;
  return { gamma, ...(chromaticities && !isUsual ? { chromaticities } : {}) };
}

/**
 * The same as an ICC profile (version 2, matrix and curve), which every format can hold. Undefined
 * for primaries that span nothing.
 */
export function gammaProfile(
  { gamma, chromaticities = SRGB_CHROMATICITIES }: PngColours,
  isGrey: boolean,
): Buffer | undefined {
  const curve = (): Buffer => {
    const data = Buffer.alloc(14);
    data.write('curv', 0, 'latin1');
    data.writeUInt32BE(1, 8);
    data.writeUInt16BE(Math.round(Math.min(255, 1 / gamma) * 256), 12);
    return data;
  };
  const columns = isGrey ? undefined : primaries(chromaticities);
  if (!isGrey && !columns) return undefined;
  const tags: (readonly [string, Buffer])[] = [
    ['desc', description('PNG gamma')],
    ['cprt', text('No copyright, use freely')],
    ['wtpt', xyz(D50)],
    ...(columns
      ? (['rXYZ', 'gXYZ', 'bXYZ'] as const).map(
          (name, i) => [name, xyz(columns[i] ?? D50)] as const,
        )
      : []),
    ...(isGrey ? ['kTRC'] : ['rTRC', 'gTRC', 'bTRC']).map((name) => [name, curve()] as const),
  ];
  return assembled(tags, isGrey ? 'GRAY' : 'RGB ');
}

/** The colorants, adapted to D50. */
function primaries(chromaticities: readonly number[]): readonly Vector[] | undefined {
  const point = (i: number): Vector => {
    const [x = 0, y = 0] = chromaticities.slice(2 * i, 2 * i + 2);
    return [x / y, 1, (1 - x - y) / y];
  };
  const [white, red, green, blue] = [point(0), point(1), point(2), point(3)];
  const inverse = inverted(transposed([red, green, blue]));
  const cones = inverted(BRADFORD);
  if (!inverse || !cones || ![...white, ...red, ...green, ...blue].every(Number.isFinite))
    return undefined;
  const shares = times(inverse, white);
  const [from, to] = [times(BRADFORD, white), times(BRADFORD, D50)];
  return [red, green, blue].map((colour, i) => {
    const [l, m, s] = times(BRADFORD, scaled(colour, shares[i] ?? 0));
    return times(cones, [(l * to[0]) / from[0], (m * to[1]) / from[1], (s * to[2]) / from[2]]);
  });
}

const scaled = ([x, y, z]: Vector, factor: number): Vector => [x * factor, y * factor, z * factor];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const times = (matrix: Matrix, vector: Vector): Vector => [
  dot(matrix[0], vector),
  dot(matrix[1], vector),
  dot(matrix[2], vector),
];
const transposed = ([a, b, c]: Matrix): Matrix => [
  [a[0], b[0], c[0]],
  [a[1], b[1], c[1]],
  [a[2], b[2], c[2]],
];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

function inverted([a, b, c]: Matrix): Matrix | undefined {
  const determinant = dot(a, cross(b, c));
  if (!(Math.abs(determinant) > 1e-9)) return undefined;
  return transposed([
    scaled(cross(b, c), 1 / determinant),
    scaled(cross(c, a), 1 / determinant),
    scaled(cross(a, b), 1 / determinant),
  ]);
}

function xyz(value: Vector): Buffer {
  const data = Buffer.alloc(20);
  data.write('XYZ ', 0, 'latin1');
  value.forEach((part, i) => data.writeInt32BE(Math.round(part * 65_536), 8 + 4 * i));
  return data;
}

const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from('text\0\0\0\0', 'latin1'), Buffer.from(`${value}\0`, 'latin1')]);

function description(value: string): Buffer {
  const head = Buffer.alloc(12);
  head.write('desc', 0, 'latin1');
  head.writeUInt32BE(value.length + 1, 8);
  // Neither Unicode nor Macintosh names.
  return Buffer.concat([head, Buffer.from(`${value}\0`, 'latin1'), Buffer.alloc(78)]);
}

const HEADER_BYTES = 128;

function assembled(tags: readonly (readonly [string, Buffer])[], space: 'GRAY' | 'RGB '): Buffer {
  const table = Buffer.alloc(4 + 12 * tags.length);
  table.writeUInt32BE(tags.length);
  const parts: Buffer[] = [];
  let at = HEADER_BYTES + table.length;
  for (const [i, [name, data]] of tags.entries()) {
    const padded = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    table.write(name, 4 + 12 * i, 'latin1');
    table.writeUInt32BE(at, 8 + 12 * i);
    table.writeUInt32BE(data.length, 12 + 12 * i);
    parts.push(padded);
    at += padded.length;
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(at, 0);
  header.writeUInt32BE(0x02100000, 8);
  header.write(`mntr${space}XYZ `, 12, 'latin1');
  [2024, 1, 1].forEach((value, i) => header.writeUInt16BE(value, 24 + 2 * i));
  header.write('acsp', 36, 'latin1');
  xyz(D50).copy(header, 68, 8, 20);
  return Buffer.concat([header, table, ...parts]);
}
