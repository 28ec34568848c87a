import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type {
  AddedModel,
  AddModelRequest,
  FoundModel,
  LookResult,
  RemovedModel,
} from '../../../shared/modelProtocol';
import { kindWords, NotAFileError } from '../../../files/kinds';
import { engineError, systemCode } from '../../errors';
import { openTileSession } from '../../runtime/session';
import { whileLocked } from '../install/modelLock';
import { modelFrom } from '../kinds/list';
import { OwnFileModel } from '../kinds/ownFile';
import type { ModelRegistry } from '../registry';
import type { FileManifest } from './fileManifest';
import { isFetched, publishFetched } from './fetchedFile';
import { FoundFiles } from './foundFiles';
import { foundModel, manifestOf } from './manifestOf';
import { readOwnTable } from './knownModels';
import { freeId } from './modelId';
import { publishManifest } from './publish';
import { recogniseFile } from './recognise';
import { wrongFile } from './recognised';
import { phrase, type Words } from '../../../shared/phrase';
import { wordsOf } from '../../../shared/rpc';

/**
 * Adds models that lie in files of the person's own: the store gets a manifest, the file stays where
 * it is.
 */
export class OwnFiles {
  private readonly files: FoundFiles;

  constructor(
    private readonly store: string,
    private readonly registry: ModelRegistry,
  ) {
    this.files = new FoundFiles(store);
  }

  /** Says what a file is, or the files of a folder, and changes nothing. */
  async look(place: string, signal: AbortSignal): Promise<LookResult<Words>> {
    const info = await stat(place).catch((error: unknown) => {
      throw engineError('input-missing', {
        message:
          systemCode(error) === 'ENOENT'
            ? phrase`${place} does not exist.`
            : phrase`${place} can't be read: ${wordsOf(error)}.`,
        hint: phrase`Check the path.`,
      });
    });
    if (!info.isDirectory()) {
      return { found: [await this.identify(place, signal)], refused: [] };
    }
    const { manifests, refused } = await this.files.in(place, signal);
    if (manifests.length + refused.length === 0)
      throw engineError('input-missing', {
        message: phrase`No model lies in ${place}: no .pth, .pt, .ckpt, .safetensors or .onnx file.`,
        hint: phrase`Name the file itself, or its folder.`,
      });
    const found: FoundModel[] = [];
    for (const manifest of manifests) found.push(foundModel(await this.named(manifest)));
    return {
      found,
      refused: refused.map(({ file, error }) => ({ file, message: wordsOf(error) })),
    };
  }

  /** Says what one file is. */
  async identify(file: string, signal: AbortSignal): Promise<FoundModel> {
    return foundModel(await this.manifest(file, signal));
  }

  /** Adds the model in a file. One that was added before keeps its id, changed or moved. */
  async add({ file, licenceAccepted }: AddModelRequest, signal: AbortSignal): Promise<AddedModel> {
    const manifest = await this.manifest(file, signal);
    const { licence, name, id } = foundModel(manifest);
    if (licence.terms === 'non-commercial' && !licenceAccepted)
      throw engineError('licence-not-accepted', {
        message: phrase`${name} is under ${licence.name}: its pictures are not for commercial use.`,
        hint: phrase`Accept the license to add it.`,
      });
    return whileLocked(this.store, id, async () => {
      const folder = path.join(this.store, id);
      await trial(manifest, folder);
      if (isFetched(this.store, manifest.file.path))
        return { ...foundModel(await publishFetched(manifest, folder)), folder };
      await publishManifest(manifest, folder);
      return { ...foundModel(manifest), folder };
    });
  }

  /** Takes a model out of the store; its file stays where it is. */
  async remove(id: string): Promise<RemovedModel> {
    const models = await this.registry.list();
    const model = models.find(({ manifest }) => manifest.id === id);
    if (!(model instanceof OwnFileModel)) throw notRemovable(id, model !== undefined);
    const { file } = model.manifest;
    if (!model.summary.added)
      throw engineError('bad-setting', {
        message: phrase`"${id}" was not added: it was found in ${model.folder}.`,
        hint: phrase`Move ${path.basename(file.path)} elsewhere, or search that folder no more.`,
      });
    return whileLocked(this.store, id, async () => {
      await rm(model.folder, { recursive: true, force: true, maxRetries: 3 });
      const { folder } = model;
      return path.dirname(file.path) === folder
        ? { bytesFreed: file.bytes, folder }
        : { bytesFreed: 0, folder, kept: file.path };
    });
  }

  private async manifest(file: string, signal: AbortSignal): Promise<FileManifest> {
    await readOwnTable(this.store);
    try {
      return await this.named(manifestOf(await recogniseFile(file, signal)));
    } catch (error) {
      if (error instanceof NotAFileError) throw wrongFile(file, kindWords(error.kind));
      throw error;
    }
  }

  /** With the id that it has already, or one that is free. */
  private async named(manifest: FileManifest): Promise<FileManifest> {
    const models = await this.registry.list();
    const own = models.filter((model) => model instanceof OwnFileModel);
    const { sha256, path: place } = manifest.file;
    // A file that changed is what was added from its place; so lists and recipes find it again.
    const known =
      own.find((model) => model.manifest.file.sha256 === sha256) ??
      own.find((model) => model.summary.added && model.manifest.file.path === place);
    const taken = new Set(models.map((model) => model.manifest.id));
    const id = known?.manifest.id ?? freeId(manifest.id, (one) => taken.has(one));
    return { ...manifest, id };
  }
}

const notRemovable = (id: string, isThere: boolean): Error =>
  engineError('model-missing', {
    message: isThere
      ? phrase`"${id}" belongs to the program and can't be removed.`
      : phrase`There is no model called "${id}".`,
    hint: phrase`The list of models names those that can.`,
  });

/** Opens the network once and runs it on a grey square: what is added also runs. */
async function trial(manifest: FileManifest, folder: string): Promise<void> {
  const model = modelFrom(manifest, folder);
  if (!(model instanceof OwnFileModel)) throw new Error('The manifest is of no file.');
  const { sizeRule, tile } = manifest;
  const { multipleOf, minimum } = sizeRule;
  const side = Math.ceil(Math.max(minimum, TRIAL_SIDE) / multipleOf) * multipleOf;
  const { width, height } = tile ?? { width: side, height: side };
  try {
    const session = await openTileSession(model.graph, 'cpu', manifest.branches);
    try {
      await session.run(new Float32Array(3 * width * height).fill(0.5), width, height);
    } finally {
      await session.release();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error;
    throw wrongFile(manifest.file.path, phrase`its network does not run: ${wordsOf(error)}`);
  }
}

const TRIAL_SIDE = 32;
