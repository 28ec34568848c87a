import { createHash } from 'node:crypto';
import { enlarge, groupByModel, lazyNetwork } from '../enlarge';
import { lambdaMethods } from '../grid';
import type { Method } from '../methods';
import type { Features, PerceptualDistance } from '../metrics/perceptual';
import { keyOfRun } from '../store';
import { figuresOf, FIGURES_VERSION, type Figures } from './figures';
import type { FigureStore } from './figureStore';
import { BENCHMARKS, type BenchmarkPicture } from './sets';

/** The figures of one method on one picture. */
export type BenchmarkFigures = {
  readonly picture: BenchmarkPicture;
  readonly method: Method;
  readonly figures: Figures;
};

/**
 * Enlarges every picture with every method and measures the results, which are not kept. On pairs
 * the models with two branches are measured along both dials too. What was measured in an earlier
 * run is not measured again.
 */
export async function measureBenchmarks(
  pictures: readonly BenchmarkPicture[],
  methods: readonly Method[],
  store: FigureStore,
  perceptual: PerceptualDistance,
): Promise<BenchmarkFigures[]> {
  const measured: BenchmarkFigures[] = [];
  for (const group of groupByModel(methods)) {
    const network = lazyNetwork(group);
    const withDials = withoutRepeats([...group, ...lambdaMethods(group).methods]);
    for (const picture of pictures) {
      const wanted = BENCHMARKS[picture.set].pairs ? withDials : group;
      const missing = wanted.filter((method) => !store.get(keyOf(picture, method)));
      if (missing.length > 0) {
        console.error(`${group[0]?.label ?? ''}: ${picture.set}, ${picture.name}`);
        const enlargement = await (await network.network())?.run(picture.input);
        const features: Features | undefined = BENCHMARKS[picture.set].pairs
          ? await perceptual.features(picture.original)
          : undefined;
        for (const method of missing) {
          const result = enlarge(picture.input, method, enlargement);
          const figures = await figuresOf(result, picture, features, perceptual);
          store.set(keyOf(picture, method), figures);
        }
        store.save();
      }
      for (const method of wanted) {
        const figures = store.get(keyOf(picture, method));
        if (figures) measured.push({ picture, method, figures });
      }
    }
    await network.release();
  }
  return measured;
}

/** The first method of each id. */
const withoutRepeats = (methods: readonly Method[]): Method[] => [
  ...new Map(methods.map((method) => [method.id, method] as const)).values(),
];

const keyOf = ({ set, sha256 }: BenchmarkPicture, { run }: Method): string =>
  createHash('sha256')
    .update(JSON.stringify([set, sha256, FIGURES_VERSION, ...keyOfRun(run)]))
    .digest('hex')
    .slice(0, 32);
