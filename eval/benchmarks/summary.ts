import { DIAL_NAMES, DIALS, LAMBDAS, lambdaMethods } from '../grid';
import type { Method } from '../methods';
import { mean } from '../metrics/statistics';
import { FIGURES, type Figures } from './figures';
import type { BenchmarkFigures } from './run';
import { BENCHMARK_NAMES, BENCHMARKS, type BenchmarkName } from './sets';

/** Means along one dial of a model. */
export type BenchmarkDial = {
  readonly label: string;
  readonly name: string;
  readonly points: readonly { readonly lambda: number; readonly figures: Figures }[];
};

export type BenchmarkSummary = {
  readonly set: BenchmarkName;
  readonly pictures: number;
  readonly methods: readonly {
    readonly id: string;
    readonly label: string;
    readonly figures: Figures;
  }[];
  readonly dials: readonly BenchmarkDial[];
};

/** The means of all that was measured, for each set that has pictures. */
export function summarizeBenchmarks(
  measured: readonly BenchmarkFigures[],
  methods: readonly Method[],
): BenchmarkSummary[] {
  return BENCHMARK_NAMES.flatMap((set) => {
    const ofSet = measured.filter(({ picture }) => picture.set === set);
    if (ofSet.length === 0) return [];
    const meansOf = (id: string): Figures | undefined =>
      means(ofSet.filter(({ method }) => method.id === id).map(({ figures }) => figures));
    const rows = methods.flatMap(({ id, label }) => {
      const figures = meansOf(id);
      return figures ? [{ id, label, figures }] : [];
    });
    const dials = BENCHMARKS[set].pairs ? dialsOf(methods, meansOf) : [];
    const pictures = new Set(ofSet.map(({ picture }) => picture.name)).size;
    return [{ set, pictures, methods: rows, dials }];
  });
}

/** Both dials of every model with two branches. */
function dialsOf(
  methods: readonly Method[],
  meansOf: (id: string) => Figures | undefined,
): BenchmarkDial[] {
  const models = new Set(
    methods.flatMap(({ run }) => (run.kind === 'network' ? [run.model.graph] : [])),
  );
  return [...models].flatMap((graph) => {
    const own = methods.filter(({ run }) => run.kind === 'network' && run.model.graph === graph);
    const { model, along } = lambdaMethods(own);
    if (!model || !along) return [];
    return DIALS.map((dial) => ({
      label: model.manifest.id,
      name: DIAL_NAMES[dial],
      points: LAMBDAS.flatMap((lambda, i) => {
        const figures = meansOf(along[dial][i]?.id ?? '');
        return figures ? [{ lambda, figures }] : [];
      }),
    }));
  });
}

function means(all: readonly Figures[]): Figures | undefined {
  if (all.length === 0) return undefined;
  const of = (name: keyof Figures): number | null =>
    mean(all.map((figures) => figures[name] ?? undefined)) ?? null;
  return Object.fromEntries(FIGURES.map((name) => [name, of(name)])) as Figures;
}
