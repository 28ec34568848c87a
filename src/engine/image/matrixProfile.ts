type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

export const D50: Vector = [0.9642, 1, 0.8249];
/** Bradford's cone responses. */
const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/**
 * How samples are encoded: a power, sRGB's own curve, or the light (0 to 65,535) of evenly spaced values,
 * of all channels or of each.
 */
export type Curve =
  | { readonly gamma: number }
  | { readonly curves: readonly (readonly number[])[] }
  | 'sRGB';

export type MatrixColours = {
  readonly curve: Curve;
  /** x and y of white, red, green and blue. */
  readonly chromaticities: readonly number[];
};

const [TABLE_ENTRIES, MOST_ENTRIES] = [1024, 4096];

/**
 * Colours as an ICC profile (version 2, matrix and curve), which every format but GIF can hold.
 * Undefined for primaries that span nothing.
 */
export function matrixProfile(
  name: string,
  { curve, chromaticities }: MatrixColours,
  isGrey: boolean,
): Buffer | undefined {
  const columns = isGrey ? undefined : primaries(chromaticities);
  if (!isGrey && !columns) return undefined;
  const tags: (readonly [string, Buffer])[] = [
    ['desc', description(name)],
    ['cprt', text('No copyright, use freely')],
    ['wtpt', xyz(D50)],
    ...(columns
      ? (['rXYZ', 'gXYZ', 'bXYZ'] as const).map((tag, i) => [tag, xyz(columns[i] ?? D50)] as const)
      : []),
    ...(isGrey ? ['kTRC'] : ['rTRC', 'gTRC', 'bTRC']).map(
      (tag, channel) => [tag, curveData(curve, channel)] as const,
    ),
  ];
  return assembled(tags, isGrey ? 'GRAY' : 'RGB ');
}

function curveData(curve: Curve, channel: number): Buffer {
  const values =
    curve === 'sRGB'
      ? Array.from({ length: TABLE_ENTRIES }, (_, i) =>
          Math.round(65_535 * linear(i / (TABLE_ENTRIES - 1))),
        )
      : 'gamma' in curve
        ? [Math.round(Math.min(255, 1 / curve.gamma) * 256)]
        : shortened(curve.curves[channel] ?? curve.curves[0] ?? []);
  const data = Buffer.alloc(12 + 2 * values.length);
  data.write('curv', 0, 'latin1');
  data.writeUInt32BE(values.length, 8);
  values.forEach((value, i) => data.writeUInt16BE(value, 12 + 2 * i));
  return data;
}

/** A curve of more entries than readers of profiles take, through fewer of its points. */
const shortened = (curve: readonly number[]): readonly number[] =>
  curve.length <= MOST_ENTRIES
    ? curve
    : Array.from(
        { length: MOST_ENTRIES },
        (_, i) => curve[Math.round((i * (curve.length - 1)) / (MOST_ENTRIES - 1))] ?? 0,
      );

/** Light of a value of sRGB, both 0 to 1. (IEC 61966-2-1.) */
export const linear = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

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

export function xyz(value: Vector): Buffer {
  const data = Buffer.alloc(20);
  data.write('XYZ ', 0, 'latin1');
  value.forEach((part, i) => data.writeInt32BE(Math.round(part * 65_536), 8 + 4 * i));
  return data;
}

export const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from('text\0\0\0\0', 'latin1'), Buffer.from(`${value}\0`, 'latin1')]);

export function description(value: string): Buffer {
  const head = Buffer.alloc(12);
  head.write('desc', 0, 'latin1');
  head.writeUInt32BE(value.length + 1, 8);
  // Neither Unicode nor Macintosh names.
  return Buffer.concat([head, Buffer.from(`${value}\0`, 'latin1'), Buffer.alloc(78)]);
}

const HEADER_BYTES = 128;

/** A profile of these tags. */
export function assembled(
  tags: readonly (readonly [string, Buffer])[],
  space: 'GRAY' | 'RGB ',
): Buffer {
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
