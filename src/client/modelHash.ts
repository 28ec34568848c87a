import { createHash } from 'node:crypto';
import path from 'node:path';
import { readSmallFile } from '../files/readSmall';
import { MANIFEST_LIMIT } from '../shared/modelProtocol';

/**
 * A hash that changes with a model's weights: of its manifest, which names the hashes of its files;
 * for a file of the person's own the file's; for a pair of both. `found` tells the SHA-256 of a file
 * that has no manifest. Empty for a model that is nowhere.
 */
export async function modelHash(
  model: string,
  folders: readonly string[],
  found: (id: string) => Promise<string | undefined> = () => Promise.resolve(undefined),
): Promise<string> {
  const hashes: string[] = [];
  for (const id of model.split('+')) {
    const hash = (await manifestHash(id, folders)) ?? (await found(id).catch(() => undefined));
    if (hash === undefined) return '';
    hashes.push(hash);
  }
  return hashes.length === 1 ? hashes.join('') : sha256(hashes.join('+'));
}

/**
 * The scale of a model by its manifest, of a pair that of its first; undefined for one that has no
 * manifest.
 */
export async function manifestScale(
  model: string,
  folders: readonly string[],
): Promise<number | undefined> {
  const [id = ''] = model.split('+');
  const { scale } = parsed(await manifestOf(id, folders)) ?? {};
  return typeof scale === 'number' ? scale : undefined;
}

/** Whether a model is one that only an inference server has. */
export const isOnlyServed = async (model: string, folders: readonly string[]): Promise<boolean> =>
  parsed(await manifestOf(model, folders))?.kind === 'server';

async function manifestHash(id: string, folders: readonly string[]): Promise<string | undefined> {
  const manifest = await manifestOf(id, folders);
  return manifest && (ownFileHash(manifest) ?? sha256(manifest));
}

async function manifestOf(id: string, folders: readonly string[]): Promise<Buffer | undefined> {
  if (!/^[\w.-]+$/.test(id)) return undefined;
  for (const folder of folders) {
    const manifest = await readSmallFile(path.join(folder, id, 'manifest.json'), {
      limit: MANIFEST_LIMIT,
      followLinks: true,
    }).catch(() => undefined);
    if (manifest) return manifest;
  }
  return undefined;
}

type Fields = {
  readonly kind?: unknown;
  readonly file?: { readonly sha256?: unknown };
  readonly scale?: unknown;
};

function parsed(manifest: Buffer | undefined): Fields | undefined {
  try {
    return manifest && (JSON.parse(manifest.toString('utf8')) as Fields);
  } catch {
    return undefined;
  }
}

/** Of a file of the person's own, whose manifest says where it lies on this machine. */
function ownFileHash(manifest: Buffer): string | undefined {
  const hash = parsed(manifest)?.file?.sha256;
  return typeof hash === 'string' ? hash : undefined;
}

const sha256 = (content: string | Buffer): string =>
  createHash('sha256').update(content).digest('hex');
