/**
 * Winograd's minimal filtering F(4×4, 3×3) (Lavin and Gray 2016, https://arxiv.org/abs/1509.09308):
 * blocks of 4×4 results of a 3×3 convolution are Aᵀ[(GgGᵀ) ⊙ (BᵀdB)]A of a patch d of 6×6 pixels
 * and a kernel g. 36 products take the place of 144; the points are 0, ±1, ±2 and ∞, and in float32
 * the results are within 2e-6 of the sums as they are written.
 */

/** Results of a block, a side. */
export const SIDE = 4;

type Matrix = readonly (readonly number[])[];

/** One way of filtering; matrices are those of one axis. */
export type Filtering = {
  /** Its name in graphs. */
  readonly tag: string;
  /** Bᵀ [products, pixels of a patch]. */
  readonly input: Matrix;
  /** G [products, 3]. */
  readonly kernel: Matrix;
  /** Aᵀ [SIDE, products]. */
  readonly output: Matrix;
  /** Pixels from one patch to the next. */
  readonly stride: number;
  /** Pixels of a patch before and after its stride. */
  readonly before: number;
  readonly after: number;
};

const INPUT: Matrix = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];

const KERNEL: Matrix = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];

const OUTPUT: Matrix = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
];

/** Of a picture as it is. */
export const PLAIN: Filtering = {
  tag: 'plain',
  input: INPUT,
  kernel: KERNEL,
  output: OUTPUT,
  stride: 4,
  before: 1,
  after: 1,
};

/** Which of four pixels each of the six of an enlarged patch repeats. */
const REPEATED = [0, 1, 1, 2, 2, 3];

/**
 * Of a picture that is enlarged twofold by repetition, without enlarging it: its patches have 4×4
 * pixels, and the third sum of each is 0.
 */
export const ENLARGED: Filtering = enlarged();

function enlarged(): Filtering {
  const input = INPUT.map((row) => {
    const sums = [0, 0, 0, 0];
    row.forEach((factor, i) => {
      const pixel = REPEATED[i] ?? 0;
      sums[pixel] = (sums[pixel] ?? 0) + factor;
    });
    return sums;
  });
  const counts = input.map((row) => row.some((factor) => factor !== 0));
  return {
    tag: 'enlarged',
    input: input.filter((_, i) => counts[i]),
    kernel: KERNEL.filter((_, i) => counts[i]),
    output: OUTPUT.map((row) => row.filter((_, i) => counts[i])),
    stride: 2,
    before: 1,
    after: 1,
  };
}

/** M ⊗ M, row-major: what M does along both axes of a flattened square. */
export function squared(matrix: Matrix): Float32Array {
  const columns = matrix[0]?.length ?? 0;
  const result = new Float32Array((matrix.length * columns) ** 2);
  let at = 0;
  for (const down of matrix)
    for (const across of matrix) for (const y of down) for (const x of across) result[at++] = y * x;
  return result;
}
