import { createHash } from 'node:crypto';
import type { Model } from './model';

/**
 * A short word for files' names that differs between models, between versions of one model's files,
 * and between what a model is computed in.
 */
export const modelKey = ({
  manifest,
  files,
  cpuPrecision,
}: Pick<Model, 'manifest' | 'files' | 'cpuPrecision'>): string =>
  createHash('sha256')
    .update([manifest.id, cpuPrecision, ...files.map(({ sha256 }) => sha256)].join('|'))
    .digest('hex')
    .slice(0, 16);
