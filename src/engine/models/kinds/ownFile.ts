import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelSummary } from '../../../shared/engineProtocol';
import { RpcError, wordsOf } from '../../../shared/rpc';
import { kindWords, NotAFileError } from '../../../files/kinds';
import { engineError, systemCode } from '../../errors';
import { openTileSession } from '../../runtime/session';
import { sha256Of } from '../fileChecks';
import { foundModel } from '../community/manifestOf';
import type { FileManifest, OwnFile } from '../community/fileManifest';
import type { ModelFile } from '../manifest';
import type { ModelAdvice } from '../model';
import { TiledModel } from './tiled';
import { type Words, phrase, clause } from '../../../shared/phrase';

/** Larger files are hashed when they are added, when their time changed, and by "models verify". */
const ALWAYS_HASHED = 64 * 2 ** 20;

/** SHA-256 of files by path, size and time, so that none is read twice in the life of a process. */
const hashes = new Map<string, string>();

/** A model in a file of the person's own, which stays where it is. */
export abstract class OwnFileModel extends TiledModel {
  readonly stable = false;
  readonly files: readonly ModelFile[];
  override readonly exactPreview: boolean;
  private readonly ownFiles: readonly OwnFile[];
  readonly advice: ModelAdvice = {
    hint: phrase`Put the file back, or add it again from where it is now.`,
    remedy: 'manage-models',
    repair: phrase`put the file back, or add it again`,
    matches: () => phrase`matches the SHA-256 that it had when it was added`,
  };

  constructor(
    readonly manifest: FileManifest,
    readonly folder: string,
  ) {
    super();
    this.ownFiles = [manifest.file, ...(manifest.data ?? [])];
    this.files = this.ownFiles;
    this.exactPreview = manifest.exactHalo;
  }

  async check(thorough = false): Promise<void> {
    for (const file of this.ownFiles) await this.checkFile(file, thorough);
  }

  /** Each thing that can have happened to a file has its own message. */
  private async checkFile(
    { path: file, bytes, sha256, modified }: OwnFile,
    thorough: boolean,
  ): Promise<void> {
    const info = await stat(file).catch((error: unknown) => {
      const code = systemCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR')
        throw this.unusable(phrase`its file ${file} is gone: it was moved, renamed or deleted`);
      throw this.unusable(phrase`its file ${file} can't be read: ${wordsOf(error)}`);
    });
    if (!info.isFile()) throw this.unusable(phrase`${file} is not a file any more`);
    if (info.size !== bytes)
      throw this.unusable(
        phrase`its file ${file} changed: it has ${info.size} bytes, and had ${bytes} when it was added`,
      );
    if (!thorough && info.mtimeMs === modified && bytes > ALWAYS_HASHED) return;
    const key = [file, info.ino, info.size, info.mtimeMs].join('|');
    const found = (thorough ? undefined : hashes.get(key)) ?? (await sha256Of(file));
    hashes.set(key, found);
    if (found !== sha256)
      throw this.unusable(
        phrase`its file ${file} changed: it has another SHA-256 than when it was added`,
      );
  }

  async open(): Promise<Words> {
    await (await openTileSession(this.graph, 'cpu', this.manifest.branches)).release();
    return phrase`its file is as it was when it was added, the graph opens`;
  }

  /** What a person is told of it. */
  get summary(): NonNullable<ModelSummary['own']> {
    const { manifest, folder } = this;
    return { ...foundModel(manifest), added: path.basename(folder) === manifest.id };
  }

  /** `what` completes "The model can't be used: …". */
  protected unusable(what: Words): RpcError {
    return engineError('model-damaged', {
      message: phrase`The model "${this.manifest.id}" can't be used: ${what}.`,
      hint: this.advice.hint,
      remedies: [{ kind: this.advice.remedy }],
    });
  }

  /** What went wrong while the file was read, in words. */
  protected reason(error: unknown): RpcError {
    if (error instanceof RpcError) return error;
    if (error instanceof NotAFileError) return this.unusable(kindWords(error.kind));
    return this.unusable(clause(wordsOf(error)));
  }
}
