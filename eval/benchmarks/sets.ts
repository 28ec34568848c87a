import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { FACTOR } from '../degrade/degrade';
import { crop, mapChannels, readPicture, requireSameSize, type Picture } from '../picture';
import { resizeBicubic } from '../separable';

/** The sets of pictures that the literature measures on; each a folder of its name. */
export const BENCHMARKS = {
  set5: { title: 'Set5, clean: bicubic ×¼ as MATLAB reduces', pairs: false },
  set14: { title: 'Set14, clean: bicubic ×¼ as MATLAB reduces', pairs: false },
  realsr: { title: 'RealSR: pairs from real cameras', pairs: true },
} as const satisfies Record<string, { title: string; pairs: boolean }>;
export type BenchmarkName = keyof typeof BENCHMARKS;
export const BENCHMARK_NAMES = Object.keys(BENCHMARKS) as readonly BenchmarkName[];

/** A picture of a benchmark: a small one to enlarge and the one it is compared with. */
export type BenchmarkPicture = {
  readonly set: BenchmarkName;
  /** File name without extension. */
  readonly name: string;
  readonly input: Picture;
  readonly original: Picture;
  /** SHA-256 of the RGB bytes of both. */
  readonly sha256: string;
};

/**
 * Reads a benchmark below `folder`: originals, which are reduced, or `lr/` and `hr/`. Every
 * `every`th pair of a set of pairs, by name. Empty when the folder has no such set.
 */
export async function readBenchmark(
  folder: string,
  set: BenchmarkName,
  every = 1,
): Promise<BenchmarkPicture[]> {
  const root = path.join(folder, set);
  if (BENCHMARKS[set].pairs) {
    const files = picturesIn(path.join(root, 'hr')).filter((_, i) => i % every === 0);
    return Promise.all(
      files.map(async (file) => {
        const original = await readPicture(path.join(root, 'hr', file));
        const input = await readPicture(path.join(root, 'lr', file));
        requireSameSize(original, { width: FACTOR * input.width, height: FACTOR * input.height });
        return entry(set, file, input, original);
      }),
    );
  }
  return Promise.all(
    picturesIn(root).map(async (file) => {
      const original = wholeMultiple(await readPicture(path.join(root, file)));
      return entry(set, file, reduceAsMatlab(original), original);
    }),
  );
}

const picturesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.png'))
        .sort()
    : [];

/** The upper left part whose sides are multiples of the factor. */
function wholeMultiple(picture: Picture): Picture {
  const side = (length: number): number => length - (length % FACTOR);
  return crop(picture, 0, 0, side(picture.width), side(picture.height));
}

/** A quarter of the sides by MATLAB's `imresize`: bicubic, antialiased, edges mirrored, rounded. */
export const reduceAsMatlab = (picture: Picture): Picture =>
  mapChannels(picture, (plane) =>
    resizeBicubic(plane, plane.width / FACTOR, plane.height / FACTOR, 'symmetric'),
  );

function entry(
  set: BenchmarkName,
  file: string,
  input: Picture,
  original: Picture,
): BenchmarkPicture {
  const sha256 = createHash('sha256').update(input.data).update(original.data).digest('hex');
  return { set, name: path.basename(file, '.png'), input, original, sha256 };
}
