import { createHash } from 'node:crypto';
import type { Model } from '../models/model';

/**
 * What tells a model's weights apart in the configuration of a server: the SHA-256 of its file, or
 * of all their SHA-256, one a line.
 */
export function modelChecksum({ files }: Pick<Model, 'files'>): string {
  const hashes = files.map(({ sha256 }) => sha256);
  const [first, second] = hashes;
  return first !== undefined && second === undefined
    ? first
    : createHash('sha256').update(hashes.join('\n')).digest('hex');
}

/** The name under which a server has a model: a "+" is not allowed everywhere. */
export const servedName = (id: string): string => id.replaceAll('+', '--');
