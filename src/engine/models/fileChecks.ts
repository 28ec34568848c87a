import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { RpcError } from '../../shared/rpc';
import { engineError } from '../errors';
import type { ModelFile } from './manifest';
import type { Model } from './model';
import { phrase, type Words } from '../../shared/phrase';

/** Larger files are hashed when they are installed and by "models verify", not before every run. */
const ALWAYS_HASHED = 64 * 2 ** 20;

/** Rejects with `model-damaged` for the first file that is not as the manifest says. */
export async function checkFiles(
  model: Pick<Model, 'manifest' | 'folder' | 'files' | 'advice'>,
  thorough: boolean,
): Promise<void> {
  for (const file of model.files) {
    const what = await fileProblem(model.folder, file, thorough || file.bytes <= ALWAYS_HASHED);
    if (what !== undefined) throw modelDamaged(model, what);
  }
}

/** `what` completes "The model can't be used: …". */
export function modelDamaged(
  { manifest, advice }: Pick<Model, 'manifest' | 'advice'>,
  what: Words,
): RpcError {
  return engineError('model-damaged', {
    message: phrase`The model "${manifest.id}" can't be used: ${what}.`,
    hint: advice.hint,
    remedies: [{ kind: advice.remedy }],
  });
}

/** What is wrong with a file of a model; undefined when it is as the manifest says. */
export async function fileProblem(
  folder: string,
  { path: name, bytes, sha256 }: ModelFile,
  hash: boolean,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<Words | undefined> {
  const file = path.resolve(folder, name);
  const info = await stat(file).catch(() => undefined);
  if (!info) return phrase`${file} is missing`;
  if (info.size !== bytes)
    return phrase`${file} has ${info.size} bytes where ${bytes} are expected`;
  if (hash && (await sha256Of(file, onBytes)) !== sha256)
    return phrase`the SHA-256 of ${file} is not the manifest's`;
  return undefined;
}

/** SHA-256 of a file in hexadecimal. `onBytes` learns of every piece that was read. */
export async function sha256Of(
  file: string,
  onBytes: (bytes: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, {
    highWaterMark: 2 ** 20,
    ...(signal ? { signal } : {}),
  })) {
    hash.update(chunk as Buffer);
    onBytes((chunk as Buffer).length);
  }
  return hash.digest('hex');
}
