import type { InstallableModel } from './installableModels';
import { isErrorCode, REMEDIES_BY_CODE } from './errorCodes';
import type { PlainRemedy } from './plainRemedies';

export { PLAIN_REMEDIES, type PlainRemedy } from './plainRemedies';

/**
 * What a person can do about an error or a note. The engine names it; the words and the way to do
 * it belong to each front end: a button here, an option there.
 */
export type Remedy =
  | {
      readonly kind: PlainRemedy;
      /** The model that is to be installed or imported. */
      readonly model?: InstallableModel;
      /** It is to take prompts. */
      readonly prompts?: true;
      /** It is to make drafts. */
      readonly draft?: true;
    }
  /** A value that the person chose decides it. */
  | { readonly kind: 'change-setting'; readonly setting: ChangeableSetting }
  /** A disk is full. */
  | { readonly kind: 'free-space'; readonly folder: string };

export type RemedyKind = Remedy['kind'];

/** Values that both front ends let a person choose, by the names of the editor's settings. */
export const CHANGEABLE_SETTINGS = [
  'colourFix',
  'device',
  'maxFrames',
  'maxInputMegapixels',
  'maxOutputMegapixels',
  'maxOutputKilobytes',
  'metadata',
  'model',
  'modelStore',
  'namePattern',
  'outputFormat',
  'overwrite',
  'pisaSrMirrors',
  'pixelArt',
  'pixelGuidance',
  'precision',
  'prompt',
  'proxy',
  'quality',
  'remote.url',
  'scale',
  'semanticGuidance',
] as const;
export type ChangeableSetting = (typeof CHANGEABLE_SETTINGS)[number];

/** What can be done about an error: what it says itself, then what its code says. */
export function remediesOf({
  code,
  remedies,
}: {
  readonly code: string;
  readonly remedies: readonly Remedy[];
}): readonly Remedy[] {
  const known = isErrorCode(code) ? REMEDIES_BY_CODE[code] : ([] as const);
  const own = new Set(remedies.map(({ kind }) => kind));
  return [...remedies, ...known.filter((kind) => !own.has(kind)).map((kind) => ({ kind }))];
}
