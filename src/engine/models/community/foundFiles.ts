import { readdir, stat, writeFile, rename, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readSmallText } from '../../../files/readSmall';
import { RpcError, wordsOf } from '../../../shared/rpc';
import { FILE_KINDS, parseFileManifest, type FileManifest } from './fileManifest';
import { isOneOf } from '../../../shared/oneOf';
import { readOwnTable } from './knownModels';
import { manifestOf } from './manifestOf';
import { MODEL_ENDINGS, recogniseFile } from './recognise';
import { isObject } from '../../../shared/json';

/** What was found out about the files of a folder. */
export type Found = {
  readonly manifests: readonly FileManifest[];
  readonly refused: readonly { readonly file: string; readonly error: RpcError }[];
};

const NOTES = '.found-files.json';
const NOTES_LIMIT = 8 * 2 ** 20;
/** More files than anybody collects; a folder of them is a mistake. */
const MOST_FILES = 2000;

/** Whether a file's name is one that models have. */
export const hasModelEnding = (name: string): boolean =>
  isOneOf(MODEL_ENDINGS, path.extname(name).toLowerCase());

/**
 * Finds models in files that lie directly in folders, without a manifest. What a file is, is noted
 * in `store` by its place, size and time, so that gigabytes are hashed once.
 */
export class FoundFiles {
  private notes: Map<string, FileManifest> | undefined;

  constructor(private readonly store: string | undefined) {}

  /** The models in a folder's files. Files that are none are told with the reason. */
  async in(folder: string, signal?: AbortSignal): Promise<Found> {
    await readOwnTable(this.store);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const names = entries
      .filter((entry) => !entry.isDirectory() && hasModelEnding(entry.name))
      .map((entry) => entry.name)
      .sort()
      .slice(0, MOST_FILES);
    const manifests: FileManifest[] = [];
    const refused: Found['refused'][number][] = [];
    for (const name of names) {
      signal?.throwIfAborted();
      const file = path.join(folder, name);
      try {
        manifests.push(await this.manifest(file, signal));
      } catch (error) {
        refused.push({ file, error: asRpcError(error) });
      }
    }
    await this.save();
    return { manifests, refused };
  }

  private changed = false;

  private async manifest(file: string, signal?: AbortSignal): Promise<FileManifest> {
    const { size, mtimeMs } = await stat(file);
    const key = [file, size, mtimeMs].join('|');
    const notes = await this.load();
    const known = notes.get(key);
    if (known) return known;
    const manifest = manifestOf(await recogniseFile(file, signal));
    notes.set(key, manifest);
    this.changed = true;
    return manifest;
  }

  private async load(): Promise<Map<string, FileManifest>> {
    if (this.notes) return this.notes;
    const notes = new Map<string, FileManifest>();
    if (this.store === undefined) return (this.notes = notes);
    try {
      const file = path.join(this.store, NOTES);
      const json: unknown = JSON.parse(await readSmallText(file, { limit: NOTES_LIMIT }));
      for (const [key, value] of Object.entries(isObject(json) ? json : {}))
        if (isObject(value) && isOneOf(FILE_KINDS, value.kind))
          notes.set(key, parseFileManifest(value, value.kind));
    } catch {
      // Notes that are missing or damaged are made anew.
    }
    return (this.notes = notes);
  }

  private async save(): Promise<void> {
    if (!this.changed || !this.notes || this.store === undefined) return;
    this.changed = false;
    const file = path.join(this.store, NOTES);
    const beside = `${file}.${process.pid}`;
    try {
      await mkdir(this.store, { recursive: true });
      await writeFile(beside, JSON.stringify(Object.fromEntries(this.notes)));
      await rename(beside, file);
    } catch {
      // Without notes the files are hashed again next time.
    }
  }
}

const asRpcError = (error: unknown): RpcError =>
  error instanceof RpcError
    ? error
    : new RpcError({ code: 'model-unsupported', message: wordsOf(error) });
