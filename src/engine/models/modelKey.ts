import { createHash } from 'node:crypto';
import type { Model } from './model';

/**
 * A short word for files' names that differs between models, and between versions of one model's
 * files.
 */
export const modelKey = ({ manifest, files }: Pick<Model, 'manifest' | 'files'>): string =>
  createHash('sha256')
    .update([manifest.id, ...files.map(({ sha256 }) => sha256)].join('|'))
    .digest('hex')
    .slice(0, 16);
