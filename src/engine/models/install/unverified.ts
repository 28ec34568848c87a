import { isDeepStrictEqual } from 'node:util';
import type { RpcError } from '../../../shared/rpc';
import { unverifiedDetail, type UnverifiedFile } from '../../../shared/unverifiedFiles';
import { engineError } from '../../errors';
import { SD21_CLIP, SD21_UNET, SD21_VAE } from '../../graph/sd21/config';
import { KNOWN_FILES } from './knownFiles';
import type { DiffusionOffer } from './diffusionModels';
import type { SelectedFiles } from './selectFiles';
import { phrase } from '../../../shared/phrase';

/** Which unverified files the person agreed to: those with these SHA-256, or all. */
export type Accepted = readonly string[] | 'all';

/** SHA-256 of every known file, of both precisions. */
const KNOWN: ReadonlySet<string> = new Set(
  Object.values(KNOWN_FILES).flatMap((files) => Object.values(files).map(({ sha256 }) => sha256)),
);

/** Whether a file of weights is one of those that are known. */
export const isKnown = (sha256: string): boolean => KNOWN.has(sha256);

/** The configurations that say something else than Stable Diffusion 2.1 base's own. */
export function strangeConfigs({
  unetConfig,
  vaeConfig,
  textConfig,
}: SelectedFiles): readonly ('unetConfig' | 'vaeConfig' | 'textConfig')[] {
  const expected = { unetConfig: SD21_UNET, vaeConfig: SD21_VAE, textConfig: SD21_CLIP };
  const found = { unetConfig, vaeConfig, textConfig };
  return (['unetConfig', 'vaeConfig', 'textConfig'] as const).filter(
    (name) => found[name] && !isDeepStrictEqual(found[name].config, expected[name]),
  );
}

/** Throws `weights-unverified` unless the person agreed to each of these files. */
export function requireAccepted(
  files: readonly UnverifiedFile[],
  accepted: Accepted,
  offer: DiffusionOffer,
): void {
  const asked = accepted === 'all' ? [] : files.filter(({ sha256 }) => !accepted.includes(sha256));
  if (asked.length > 0) throw unverified(asked, offer);
}

function unverified(files: readonly UnverifiedFile[], { name, weights }: DiffusionOffer): RpcError {
  const names = files.map(({ path, sha256 }) => `${path} (SHA-256 ${sha256})`);
  return engineError('weights-unverified', {
    message: phrase`${names.join(', ')} could not be verified: ${name}'s authors publish no SHA-256 of ${weights.name}, and other files are compared with those of Stable Diffusion 2.1 base. Nothing was changed.`,
    hint: phrase`Weights run no code, but wrong ones make wrong pictures. Agree to them if you trust where they come from.`,
    detail: unverifiedDetail(files),
  });
}
