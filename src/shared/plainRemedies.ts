/** What can be done about an error without knowing more than its code. */
export const PLAIN_REMEDIES = [
  'accept-licences',
  'accept-unverified',
  'allow-http',
  'import-model',
  'install-model',
  'manage-models',
  'reinstall',
  'retry',
  'show-details',
  'show-devices',
  'show-log',
  /** Pixel art was recognized where there is none. */
  'treat-as-photo',
  /** The file's name says that it is enlarged already. */
  'upscale-again',
  'use-cpu',
] as const;
export type PlainRemedy = (typeof PLAIN_REMEDIES)[number];
