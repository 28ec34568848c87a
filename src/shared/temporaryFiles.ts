/** A file in a job's scratch folder that holds the path of the temporary file beside the target. */
export const BESIDE_TARGET = 'beside-target.txt';

/** Beside a temporary file: the same picture with a palette, or with texts. */
export const PALETTE_SUFFIX = '.palette';

/** Name of the hidden file that is being encoded, in the target's folder. */
export const temporaryName = (jobId: string): string => `.pisa-upscale-${jobId}.tmp`;

/** Whether a path can be one of those, so that nothing else is ever removed in their stead. */
export const isTemporaryName = (name: string): boolean =>
  /^\.pisa-upscale-[\w-]{1,64}\.tmp$/.test(name);

/** Whether a file is one that a run is writing, or its variant: no file of the person's. */
export const isBeingWritten = (name: string): boolean =>
  isTemporaryName(name.endsWith(PALETTE_SUFFIX) ? name.slice(0, -PALETTE_SUFFIX.length) : name);
