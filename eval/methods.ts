import type { EmbeddedModel } from '../src/engine/models/kinds/embedded';
import type { Guidance } from '../src/shared/guidance';
import { findModel } from './models/evaluationModels';

/** The model that the evaluation is about. */
export const OURS = 'pisa-compact-4x';

/** A way to enlarge a picture by 4. */
export type Method = {
  /** Names its folder of results: lower-case letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  readonly label: string;
  readonly run:
    | { readonly kind: 'bicubic' | 'lanczos' }
    | { readonly kind: 'network'; readonly model: EmbeddedModel; readonly guidance: Guidance };
};

const PLAIN: readonly Method[] = [
  { id: 'bicubic', label: 'Bicubic', run: { kind: 'bicubic' } },
  { id: 'lanczos', label: 'Lanczos', run: { kind: 'lanczos' } },
];
const NETWORKS: Readonly<Record<string, string>> = {
  'esrgan-medium-4x': 'ESRGAN Medium',
  'esrgan-thick-4x': 'ESRGAN Thick',
  'realesrgan-x4plus': 'Real-ESRGAN x4plus',
  'realesr-animevideov3': 'Real-ESRGAN AnimeVideo v3',
  [OURS]: 'PiSA Compact',
};
/** What is compared of a model with two branches. */
const COMPARED: readonly Guidance[] = [
  { pixel: 1, semantic: 0 },
  { pixel: 1, semantic: 0.5 },
  { pixel: 1, semantic: 1 },
];

/** What is compared unless a choice is made. */
export const METHOD_NAMES: readonly string[] = [
  ...PLAIN.map(({ id }) => id),
  ...Object.keys(NETWORKS),
];

/** The method's id of our model at some guidance. */
export const idAt = (model: string, { pixel, semantic }: Guidance): string =>
  `${model}_${pixel}_${semantic}`;

/**
 * The methods of the names given: `METHOD_NAMES` and models in `folders`, which win over others of
 * the same id. A model with two branches counts as three. Of `METHOD_NAMES`, a model that is not
 * there or can't be used is left out with a note.
 */
export async function findMethods(
  names: readonly string[],
  folders: readonly string[],
): Promise<Method[]> {
  const methods: Method[] = [];
  for (const name of names) {
    const plain = PLAIN.find(({ id }) => id === name);
    if (plain) {
      methods.push(plain);
      continue;
    }
    try {
      methods.push(...methodsOf(await findModel(name, folders)));
    } catch (error) {
      if (!METHOD_NAMES.includes(name)) throw error;
      console.error(
        `note: ${name} is left out: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return methods;
}

function methodsOf(model: EmbeddedModel): Method[] {
  const { id, branches, name } = model.manifest;
  const label = NETWORKS[id] ?? name;
  if (!branches.includes('semantic'))
    return [{ id, label, run: { kind: 'network', model, guidance: { pixel: 1, semantic: 0 } } }];
  return COMPARED.map((guidance) => ({
    id: idAt(id, guidance),
    label: `${label} (${guidance.pixel}, ${guidance.semantic})`,
    run: { kind: 'network', model, guidance },
  }));
}
