import { SETS, type SetName } from './degrade/degrade';
import { DIAL_NAMES, DIALS, direction, LAMBDAS, type Dial, type Grid } from './grid';
import { CATEGORIES, type Category, type HeldOut } from './heldout';
import type { Measured } from './measureAll';
import type { Method } from './methods';
import { METRIC_NAMES, type Metrics } from './metrics/measure';
import { mean } from './metrics/statistics';

/** Means of one method over the pictures of a set, all and by category. */
export type MethodSummary = {
  readonly id: string;
  readonly label: string;
  readonly all: Metrics;
  readonly categories: Partial<Record<Category, Metrics>>;
};

/** Means along one dial of the grid. */
export type DialSummary = {
  /** Id of the model. */
  readonly model: string;
  /** How many pictures the means are taken over. */
  readonly pictures: number;
  readonly dial: Dial;
  readonly name: string;
  readonly points: readonly { readonly lambda: number; readonly metrics: Metrics }[];
  /** How the mean sharpness goes with the dial. */
  readonly sharpness: 'rises' | 'falls' | 'neither';
};

export type SetSummary = {
  readonly set: SetName;
  readonly methods: readonly MethodSummary[];
  readonly dials: readonly DialSummary[];
};

/**
 * The means of all that was measured, for each set. A metric that is not defined for a picture does
 * not count in its mean.
 */
export function summarize(
  measured: readonly Measured[],
  methods: readonly Method[],
  grid: Grid | undefined,
): SetSummary[] {
  return SETS.map((set) => {
    const ofSet = measured.filter((one) => one.set === set);
    const meansOf = (
      id: string,
      counts: (picture: HeldOut) => boolean = () => true,
    ): Metrics | undefined =>
      means(
        ofSet
          .filter(({ method, picture }) => method.id === id && counts(picture))
          .map(({ metrics }) => metrics),
      );
    const dialOf = (dial: Dial, { model, pictures, along }: Grid): DialSummary => {
      const points = LAMBDAS.flatMap((lambda, i) => {
        const metrics = meansOf(along[dial][i]?.id ?? '', (picture) => pictures.includes(picture));
        return metrics ? [{ lambda, metrics }] : [];
      });
      const sharpness = direction(points.map((point) => point.metrics.sharpness ?? Number.NaN));
      return {
        model: model.manifest.id,
        pictures: pictures.length,
        dial,
        name: DIAL_NAMES[dial],
        points,
        sharpness,
      };
    };
    const dials = grid && grid.pictures.length > 0 ? DIALS.map((dial) => dialOf(dial, grid)) : [];
    const summaries = methods.flatMap(({ id, label }): MethodSummary[] => {
      const all = meansOf(id);
      if (!all) return [];
      const categories = Object.fromEntries(
        CATEGORIES.flatMap((category) => {
          const metrics = meansOf(id, (picture) => picture.category === category);
          return metrics ? [[category, metrics]] : [];
        }),
      );
      return [{ id, label, all, categories }];
    });
    return { set, methods: summaries, dials };
  });
}

function means(metrics: readonly Metrics[]): Metrics | undefined {
  if (metrics.length === 0) return undefined;
  return Object.fromEntries(
    METRIC_NAMES.map((name) => [name, mean(metrics.map((one) => one[name] ?? undefined)) ?? null]),
  ) as Metrics;
}
