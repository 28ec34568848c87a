import { SETS, type SetName } from './degrade/degrade';
import { enlargeBicubic, lazyNetwork } from './enlarge';
import type { Grid } from './grid';
import type { HeldOut } from './heldout';
import type { Method } from './methods';
import {
  measure,
  METRICS_VERSION,
  originalFor,
  referenceFor,
  type Metrics,
  type Original,
} from './metrics/measure';
import type { PerceptualDistance } from './metrics/perceptual';
import type { Store } from './store';

/** The metrics of one method on one picture of a set. */
export type Measured = {
  readonly set: SetName;
  readonly picture: HeldOut;
  readonly method: Method;
  readonly metrics: Metrics;
};

/**
 * Measures the methods' results, which must be in the store, and the points of the λ grid on the
 * grid's pictures, whose results are made on the way and not kept. What was measured in an earlier
 * run is not measured again.
 */
export async function measureAll(
  pictures: readonly HeldOut[],
  methods: readonly Method[],
  grid: Grid | undefined,
  store: Store,
  perceptual: PerceptualDistance,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  const network = lazyNetwork(grid?.methods ?? []);
  for (const [index, picture] of pictures.entries()) {
    const wanted = grid?.pictures.includes(picture)
      ? withoutRepeats([...methods, ...grid.methods])
      : methods;
    let original: Original | undefined;
    for (const set of SETS) {
      const missing = wanted.filter(
        (method) => !store.metrics(picture, set, method, METRICS_VERSION),
      );
      if (missing.length > 0) {
        console.error(`measuring ${picture.name}, ${set} (${index + 1} of ${pictures.length})`);
        original ??= await originalFor(picture.picture, perceptual);
        const input = await store.input(picture, set);
        const reference = referenceFor(original, input, enlargeBicubic(input));
        const enlargement = missing.some((method) => !store.has(picture, set, method))
          ? await (await network.network())?.run(input)
          : undefined;
        for (const method of missing) {
          const blended =
            store.has(picture, set, method) || method.run.kind !== 'network'
              ? undefined
              : enlargement?.blend(method.run.guidance);
          store.setMetrics(
            picture,
            set,
            method,
            METRICS_VERSION,
            await measure(
              blended ?? (await store.read(picture, set, method)),
              reference,
              perceptual,
            ),
          );
        }
        store.save();
      }
      for (const method of wanted) {
        const metrics = store.metrics(picture, set, method, METRICS_VERSION);
        if (metrics) measured.push({ set, picture, method, metrics });
      }
    }
  }
  await network.release();
  return measured;
}

/** The first method of each id. */
const withoutRepeats = (methods: readonly Method[]): Method[] => [
  ...new Map(methods.map((method) => [method.id, method])).values(),
];
