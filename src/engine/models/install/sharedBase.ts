import path from 'node:path';
import { INSTALLABLE_MODELS, type InstallableModel } from '../../../shared/installableModels';
import { type Precision } from '../../../shared/modelProtocol';
import { DiffusionModel } from '../kinds/diffusion';
import type { DiffusionPart, PromptPart } from '../manifest';
import { readModel } from '../registry';
import type { ModelStore } from './modelStore';
import { phrase, WordedError } from '../../../shared/phrase';

/**
 * An installed model whose Stable Diffusion another can have, too: one of the others in this
 * store, or `self`, the same that is to be had with more. `precision` is what its weights must have;
 * any if undefined. `thorough` reads every byte of it: large files are otherwise known by their size.
 * Undefined when there is none, or its files are not as they should be.
 */
export async function installedBase(
  store: ModelStore,
  id: InstallableModel,
  precision: Precision | undefined,
  { self = false, thorough }: { readonly self?: boolean; readonly thorough: boolean },
): Promise<DiffusionModel | undefined> {
  const others = INSTALLABLE_MODELS.filter((one) => one !== id);
  for (const other of self ? [id, ...others] : others) {
    const model = await readModel(store.folder(other)).catch(() => undefined);
    if (!(model instanceof DiffusionModel)) continue;
    if (precision !== undefined && model.manifest.precision !== precision) continue;
    const whole = await model.check(thorough).then(
      () => true,
      () => false,
    );
    if (whole) return model;
  }
  return undefined;
}

/** The path of a part of an installed model. */
export const partFile = ({ folder, manifest }: DiffusionModel, part: DiffusionPart): string =>
  path.join(folder, ...manifest.parts[part].path.split('/'));

/** The path of the tiny decoder, where it is installed. */
export const draftFile = ({ folder, manifest: { draft } }: DiffusionModel): string | undefined =>
  draft && path.join(folder, ...draft.path.split('/'));

/** The path of a part that prompts need. Throws an Error for a model that lacks them. */
export function promptFile({ folder, manifest }: DiffusionModel, part: PromptPart): string {
  if (!manifest.prompts)
    throw new WordedError(phrase`"${manifest.id}" is installed without prompts.`);
  return path.join(folder, ...manifest.prompts[part].path.split('/'));
}
