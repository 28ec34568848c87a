/** Models that can be installed by a person; embedded ones are always there. */
export const INSTALLABLE_MODELS = ['pisa-sr', 'osediff'] as const;
export type InstallableModel = (typeof INSTALLABLE_MODELS)[number];
