import type { EmbeddedModel } from '../src/engine/models/kinds/embedded';
import type { Guidance } from '../src/shared/guidance';
import { CATEGORIES, type HeldOut } from './heldout';
import { idAt, type Method } from './methods';

/** The values of Table 1 in PiSA-SR (Sun et al., CVPR 2025). */
export const LAMBDAS = [0, 0.2, 0.5, 0.8, 1, 1.2, 1.5] as const;

/** A dial that is turned while the other stays at 1. */
export type Dial = 'pixel' | 'semantic';
export const DIALS = ['pixel', 'semantic'] as const satisfies readonly Dial[];
export const DIAL_NAMES: Readonly<Record<Dial, string>> = { pixel: 'λ_pix', semantic: 'λ_sem' };

/** What is measured to show how a model's two dials act. */
export type Grid = {
  readonly model: EmbeddedModel;
  /** The pictures it is measured on. */
  readonly pictures: readonly HeldOut[];
  /** The method for each value of a dial, in the order of `LAMBDAS`. */
  readonly along: Readonly<Record<Dial, readonly Method[]>>;
  /** Every method of the grid once. */
  readonly methods: readonly Method[];
};

/** The first model with two branches, and the methods along both its dials. */
export type Lambdas = {
  readonly model: EmbeddedModel | undefined;
  /** The method for each value of a dial, in the order of `LAMBDAS`. */
  readonly along: Readonly<Record<Dial, readonly Method[]>> | undefined;
  /** Every method once. */
  readonly methods: readonly Method[];
};

/** The rows of λ for the first model with two branches; nothing where there is none. */
export function lambdaMethods(methods: readonly Method[]): Lambdas {
  const model = methods
    .flatMap(({ run }) => (run.kind === 'network' ? [run.model] : []))
    .find(({ manifest }) => manifest.branches.includes('semantic'));
  if (!model) return { model: undefined, along: undefined, methods: [] };
  const { id } = model.manifest;
  const known = new Map<string, Method>();
  const at = (guidance: Guidance): Method => {
    const method = known.get(idAt(id, guidance)) ?? {
      id: idAt(id, guidance),
      label: `${id} (${guidance.pixel}, ${guidance.semantic})`,
      run: { kind: 'network', model, guidance },
    };
    known.set(method.id, method);
    return method;
  };
  const pixel = LAMBDAS.map((lambda) => at({ pixel: lambda, semantic: 1 }));
  const semantic = LAMBDAS.map((lambda) => at({ pixel: 1, semantic: lambda }));
  return { model, along: { pixel, semantic }, methods: [...known.values()] };
}

/**
 * The grid of the first model with two branches, on the first `perCategory` pictures of each
 * category.
 */
export function gridOf(
  methods: readonly Method[],
  pictures: readonly HeldOut[],
  perCategory: number,
): Grid | undefined {
  const { model, along, methods: all } = lambdaMethods(methods);
  if (!model || !along) return undefined;
  const some = CATEGORIES.flatMap((category) =>
    pictures.filter((held) => held.category === category).slice(0, perCategory),
  );
  return { model, pictures: some, along, methods: all };
}

/** Whether values rise or fall without exception. */
export function direction(values: readonly number[]): 'rises' | 'falls' | 'neither' {
  const steps = values.slice(1).map((value, i) => value - (values[i] ?? 0));
  if (steps.length > 0 && steps.every((step) => step > 0)) return 'rises';
  return steps.length > 0 && steps.every((step) => step < 0) ? 'falls' : 'neither';
}
