import { stat } from 'node:fs/promises';
import path from 'node:path';
import { INSTALLABLE_MODELS } from '../../../shared/installableModels';
import { throwIfCancelled } from '../../errors';
import { DIFFUSION_PARTS, type DiffusionPart, type ModelFile, type PromptFiles } from '../manifest';
import { sha256Of } from '../fileChecks';
import { DiffusionModel } from '../kinds/diffusion';
import { readModel } from '../registry';
import type { ModelStore } from './modelStore';
import type { DiffusionOffer } from './diffusionModels';
import { DRAFT_PLACE, PROMPT_PLACES, type ImportSteps } from './placeParts';
import type { SelectedFiles } from './selectFiles';
import { isKnown, requireAccepted, strangeConfigs, type Accepted } from './unverified';

export type Described = {
  /** Every file of the model but the text encoder's output, which is not computed yet. */
  readonly files: Record<PlacedPart, ModelFile>;
  /** Undefined where it is not needed, since its output is here. */
  readonly textEncoder: string | undefined;
};
type PlacedPart = Exclude<DiffusionPart, 'context'>;
const PLACED = DIFFUSION_PARTS.filter((part): part is PlacedPart => part !== 'context');

/** Size and SHA-256 of every file, so that damage on disk can be found later. */
export async function describe(
  building: string,
  placeOf: Record<DiffusionPart, string>,
  { signal, progress }: ImportSteps,
  textEncoder: string | undefined,
): Promise<Described> {
  const places = PLACED.map((part) => placeOf[part]);
  const sources = [
    ...places.map((place) => placeIn(building, place)),
    ...(textEncoder === undefined ? [] : [textEncoder]),
  ];
  const sizes = await Promise.all(sources.map(async (file) => (await stat(file)).size));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  let bytes = 0;
  const hashes: string[] = [];
  for (const [index, source] of sources.entries()) {
    throwIfCancelled(signal);
    const file = places[index] ?? path.basename(source);
    const onBytes = (count: number): void => {
      bytes += count;
      progress({ phase: 'hash', file, bytes, totalBytes });
    };
    hashes.push(await sha256Of(source, onBytes, signal));
  }
  const entries = PLACED.map((part, i) => [
    part,
    { path: placeOf[part], bytes: sizes[i] ?? 0, sha256: hashes[i] ?? '' },
  ]);
  return {
    files: Object.fromEntries(entries) as Record<PlacedPart, ModelFile>,
    textEncoder: hashes[PLACED.length],
  };
}

/** The same of a file that was made meanwhile. */
export async function hashed(building: string, place: string): Promise<ModelFile> {
  const file = placeIn(building, place);
  return { path: place, bytes: (await stat(file)).size, sha256: await sha256Of(file) };
}

/** The same of what prompts need, where it was placed; `textEncoder` is its SHA-256. */
export async function promptFiles(building: string, textEncoder: string): Promise<PromptFiles> {
  const encoder = placeIn(building, PROMPT_PLACES.textEncoder);
  return {
    textEncoder: {
      path: PROMPT_PLACES.textEncoder,
      bytes: (await stat(encoder)).size,
      sha256: textEncoder,
    },
    textConfig: await hashed(building, PROMPT_PLACES.textConfig),
    merges: await hashed(building, PROMPT_PLACES.merges),
  };
}

const placeIn = (building: string, place: string): string =>
  path.join(building, ...place.split('/'));

/**
 * Resolves with the SHA-256 of the files that nothing vouches for. Rejects with
 * `weights-unverified` when the person was not asked about one yet.
 */
export async function requireVerified(
  { files, textEncoder }: Described,
  selected: SelectedFiles,
  offer: DiffusionOffer,
  { store, accepted }: { readonly store: ModelStore; readonly accepted: Accepted },
): Promise<readonly string[]> {
  // What was agreed to for one of these models holds for the file wherever it is used.
  const models = await Promise.all(
    INSTALLABLE_MODELS.map((id) => readModel(store.folder(id)).catch(() => undefined)),
  );
  const agreed = new Set(
    models.flatMap((model) => (model instanceof DiffusionModel ? model.manifest.accepted : [])),
  );
  const weights = [
    files.unet,
    files.vae,
    files.loras,
    ...(selected.textEncoder && textEncoder !== undefined
      ? [{ path: path.basename(selected.textEncoder.file), sha256: textEncoder }]
      : []),
    ...(selected.merges === undefined
      ? []
      : [{ path: PROMPT_PLACES.merges, sha256: await sha256Of(selected.merges) }]),
    ...(selected.draft ? [{ path: DRAFT_PLACE, sha256: await sha256Of(selected.draft.file) }] : []),
  ];
  const strange = strangeConfigs(selected);
  const textConfig = selected.textConfig?.file;
  const unverified = [
    ...weights.filter(({ sha256 }) => !isKnown(sha256)),
    ...(strange.includes('unetConfig') ? [files.unetConfig] : []),
    ...(strange.includes('vaeConfig') ? [files.vaeConfig] : []),
    ...(strange.includes('textConfig') && textConfig !== undefined
      ? [{ path: 'text_encoder/config.json', sha256: await sha256Of(textConfig) }]
      : []),
  ].map(({ path: name, sha256 }) => ({ path: name, sha256 }));
  requireAccepted(
    unverified.filter(({ sha256 }) => !agreed.has(sha256)),
    accepted,
    offer,
  );
  return unverified.map(({ sha256 }) => sha256);
}
