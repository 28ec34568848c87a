import { phrase } from '../../shared/phrase';
import { engineError } from '../errors';
import type { DiffusionModel } from './kinds/diffusion';

/** Throws `model-not-installed` where a model is installed without its tiny decoder. */
export function requireDraft({ manifest: { name, kind: model, draft } }: DiffusionModel): void {
  if (draft) return;
  throw engineError('model-not-installed', {
    message: phrase`${name} is installed without its tiny decoder, so it makes no drafts.`,
    hint: phrase`Ask for no draft, or add what is missing (10 MB).`,
    remedies: [
      { kind: 'install-model', model, draft: true },
      { kind: 'import-model', model, draft: true },
    ],
  });
}
