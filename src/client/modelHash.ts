import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readSmallFile } from '../files/readSmall';
import { MANIFEST_LIMIT } from '../shared/modelProtocol';

/**
 * A hash that changes with a model's weights: of its manifest, which names the hashes of its files;
 * for a file of the person's own the file's, as it is now; for a pair of both. `found` tells the SHA-256 of a file
 * that has no manifest. What prompts and drafts need counts for those who are `prompted` and `drafted`
 * alone: other results stay what they are when it is added. Empty for a model that is nowhere.
 */
export async function modelHash(
  model: string,
  folders: readonly string[],
  {
    found = () => Promise.resolve(undefined),
    prompted = false,
    drafted = false,
  }: {
    readonly found?: (id: string) => Promise<string | undefined>;
    readonly prompted?: boolean;
    readonly drafted?: boolean;
  } = {},
): Promise<string> {
  const hashes: string[] = [];
  const unused = [...(prompted ? [] : ['prompts']), ...(drafted ? [] : ['draft'])];
  for (const id of model.split('+')) {
    const hash =
      (await manifestHash(id, folders, unused)) ?? (await found(id).catch(() => undefined));
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

async function manifestHash(
  id: string,
  folders: readonly string[],
  unused: readonly string[],
): Promise<string | undefined> {
  const manifest = await manifestOf(id, folders);
  if (!manifest) return undefined;
  return (await ownFileHash(manifest)) ?? sha256(without(manifest, unused));
}

/** The manifest as it would be without these: byte by byte the one of an installation that has none. */
function without(manifest: Buffer, unused: readonly string[]): Buffer | string {
  const fields = parsed(manifest);
  if (!fields || unused.every((key) => !(key in fields))) return manifest;
  const rest = Object.fromEntries(Object.entries(fields).filter(([key]) => !unused.includes(key)));
  return `${JSON.stringify(rest, null, 2)}\n`;
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
  readonly file?: { readonly [key in 'path' | 'sha256' | 'bytes' | 'modified']?: unknown };
  readonly scale?: unknown;
};

function parsed(manifest: Buffer | undefined): Fields | undefined {
  try {
    return manifest && (JSON.parse(manifest.toString('utf8')) as Fields);
  } catch {
    return undefined;
  }
}

/**
 * Of a file of the person's own, whose manifest says where it lies on this machine: what it was when
 * it was added, unless it was written to since. Of one that is gone nobody can say more.
 */
async function ownFileHash(manifest: Buffer): Promise<string | undefined> {
  const { path: file, sha256: added, bytes, modified } = parsed(manifest)?.file ?? {};
  if (typeof added !== 'string') return undefined;
  if (typeof file !== 'string') return added;
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile() || (info.size === bytes && info.mtimeMs === modified)) return added;
  return contentHash(file).catch(() => added);
}

async function contentHash(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const sha256 = (content: string | Buffer): string =>
  createHash('sha256').update(content).digest('hex');
