import type { InstallableModel } from '../../shared/installableModels';

/** Names of models, which are not translated. */
const NAMES: Readonly<Record<InstallableModel, string>> = {
  'pisa-sr': 'PiSA-SR',
  osediff: 'OSEDiff',
};

/** What an installable model is called, before the engine is asked. */
export const diffusionName = (id: InstallableModel): string => NAMES[id];

/** The file with its own weights. */
const FILES: Readonly<Record<InstallableModel, string>> = {
  'pisa-sr': 'pisa_sr.pkl',
  osediff: 'osediff.pkl',
};

export const diffusionFile = (id: InstallableModel): string => FILES[id];
