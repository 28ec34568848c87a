import { createHash } from 'node:crypto';
import path from 'node:path';
import { readSmallFile } from '../files/readSmall';
import { MANIFEST_LIMIT } from '../shared/modelProtocol';

/**
 * SHA-256 of a model's manifest, which names the hashes of its files: it changes with the weights.
 * Empty for a model that is nowhere.
 */
export async function modelHash(model: string, folders: readonly string[]): Promise<string> {
  if (!/^[\w.-]+$/.test(model)) return '';
  for (const folder of folders) {
    const manifest = await readSmallFile(path.join(folder, model, 'manifest.json'), {
      limit: MANIFEST_LIMIT,
      followLinks: true,
    }).catch(() => undefined);
    if (manifest) return createHash('sha256').update(manifest).digest('hex');
  }
  return '';
}
