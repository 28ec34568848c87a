import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutputTarget } from '../shared/engineProtocol';
import { formatFromName } from '../shared/extensions';
import type { OutputFormat } from '../shared/settings';
import type { Picture } from './options';

/** Absolute path of a file that a caller named. */
export const absolutePath = (file: string | URL): string =>
  path.resolve(file instanceof URL ? fileURLToPath(file) : file);

/**
 * Where a picture comes from and goes to, for an engine that knows files only. Bytes pass through a
 * folder of their own, which only its owner may read.
 */
export class Places {
  private folder: string | undefined;

  /** Path of the source's file. */
  async source(picture: Picture): Promise<string> {
    if (typeof picture === 'string' || picture instanceof URL) return absolutePath(picture);
    const file = path.join(await this.ownFolder(), 'picture');
    await writeFile(file, picture);
    return file;
  }

  async target(output: string | URL | undefined): Promise<OutputTarget> {
    return output === undefined
      ? { kind: 'pattern', directory: await this.ownFolder(), pattern: '{name}-result.{ext}' }
      : { kind: 'file', path: absolutePath(output) };
  }

  /** What the engine wrote into this object's folder. */
  async bytes(file: string): Promise<{ data: Buffer; format: OutputFormat }> {
    const format = formatFromName(file);
    if (format === undefined) throw new Error(`The engine wrote ${file}, which has no format.`);
    return { data: await readFile(file), format };
  }

  async remove(): Promise<void> {
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }

  private async ownFolder(): Promise<string> {
    return (this.folder ??= await mkdtemp(path.join(os.tmpdir(), 'pisa-upscale-bytes-')));
  }
}
