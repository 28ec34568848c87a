import { createHash } from 'node:crypto';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AddedModel, ServerModelReport, ServerModelsReport } from '../../shared/modelProtocol';
import { wordsOf } from '../../shared/rpc';
import type { FileManifest } from '../models/community/fileManifest';
import { foundModel } from '../models/community/manifestOf';
import { freeId, idFor } from '../models/community/modelId';
import { publishManifest } from '../models/community/publish';
import { signatureOf, type ServerIdentity } from '../models/community/serverContract';
import { whileLocked } from '../models/install/modelLock';
import type { ModelRegistry } from '../models/registry';
import { servedName } from './checksum';
import { contractOf } from './contractOf';
import { remoteFailed, RemoteFailure } from './failure';
import type { ServedName } from './oip/transport';
import type { RemoteDevice } from './remoteDevice';
import { tryServed, type TriedModel } from './tryServed';
import { phrase, type Words } from '../../shared/phrase';

/** Longest for a whole list; what has not answered by then is told so. */
const LIST_MS = 60_000;
/** Models that are asked for at once. */
const AT_ONCE = 4;
/** The description of a model, beside its manifest. */
const DESCRIPTION = 'served.json';

/**
 * The models that an inference server has: listed from its index, and added to the person's own after
 * a trial. Nothing of a server's address is kept.
 */
export class ServerModels {
  constructor(
    private readonly device: RemoteDevice,
    private readonly registry: ModelRegistry,
    private readonly store: string,
  ) {}

  /** Every model that the server's index names, with what it takes. Rejects as `remoteFailed` says. */
  async list(signal: AbortSignal): Promise<ServerModelsReport<Words>> {
    try {
      const server = await this.device.greet(signal);
      const index = await this.device.ask(signal, (transport, either) => transport.index(either));
      if (!index) return { server, models: [], more: 0, hasIndex: false };
      const ids = await this.knownIds();
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(LIST_MS)]);
      const models: ServerModelReport<Words>[] = [];
      const names = index.entries.values();
      const asker = async (): Promise<void> => {
        for (const { name } of names) models.push(await this.report(name, ids, signal, deadline));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, asker));
      models.sort((a, b) => (a.name < b.name ? -1 : 1));
      return { server, models, more: index.more, hasIndex: true };
    } catch (error) {
      throw error instanceof RemoteFailure ? remoteFailed(error) : error;
    }
  }

  /**
   * Tries a model of the server and adds it to the person's own. One of the same name that was added
   * before keeps its id. Rejects with `model-unsupported` for what is no upscaler.
   */
  async add(served: ServedName, signal: AbortSignal): Promise<AddedModel> {
    const tried = await this.tried(served, signal);
    const models = await this.registry.list();
    const before = models.find(
      ({ contract }) => contract?.name === served.name && contract.version === served.version,
    );
    const taken = new Set(models.map(({ manifest }) => manifest.id));
    const wanted = idFor(served.version ? `${served.name}-${served.version}` : served.name);
    const id = before?.manifest.id ?? freeId(wanted, (one) => taken.has(one));
    return whileLocked(this.store, id, async () => {
      const folder = path.join(this.store, id);
      const manifest = await describe(id, tried, folder);
      await publishManifest(manifest, folder, true);
      return { ...foundModel(manifest), folder };
    });
  }

  private async tried(served: ServedName, signal: AbortSignal): Promise<TriedModel> {
    try {
      return await this.device.ask(signal, (transport, either) =>
        tryServed(transport, served, either),
      );
    } catch (error) {
      throw error instanceof RemoteFailure ? remoteFailed(error) : error;
    }
  }

  /** Ids of models here by the names that they have on a server. */
  private async knownIds(): Promise<ReadonlyMap<string, string>> {
    const models = await this.registry.list();
    return new Map(
      models.map(({ manifest, contract }) => [
        contract?.name ?? servedName(manifest.id),
        manifest.id,
      ]),
    );
  }

  private async report(
    name: string,
    ids: ReadonlyMap<string, string>,
    signal: AbortSignal,
    deadline: AbortSignal,
  ): Promise<ServerModelReport<Words>> {
    const id = ids.get(name);
    const known = { name, ...(id === undefined ? {} : { id }) };
    try {
      const described = contractOf(
        await this.device.once(deadline, (transport, either) =>
          transport.model({ name }, { signal: either, hasAnswered: false }),
        ),
      );
      if ('unfit' in described) return { ...known, unfit: phrase`it ${described.unfit}` };
      const { tile, scale, type } = described;
      return {
        ...known,
        precision: type === 'FP16' ? 'float16' : 'float32',
        ...(tile ? { tile } : {}),
        ...(scale === undefined ? {} : { scale }),
      };
    } catch (error) {
      signal.throwIfAborted();
      return {
        ...known,
        unfit: deadline.aborted ? phrase`it did not answer in time` : wordsOf(error),
      };
    }
  }
}

/** Writes what tells the model apart, and makes its manifest. */
async function describe(id: string, tried: TriedModel, folder: string): Promise<FileManifest> {
  const { served, scale, tile } = tried;
  const { sample, ...contract } = served;
  const identity: ServerIdentity = {
    ...contract,
    scale,
    ...(tile ? { tile } : {}),
    signature: signatureOf(sample),
  };
  const text = `${JSON.stringify(identity)}\n`;
  const file = path.join(folder, DESCRIPTION);
  await mkdir(folder, { recursive: true });
  await rm(file, { force: true });
  await writeFile(file, text, { flag: 'wx' });
  const { mtimeMs } = await stat(file);
  const size = tile ? `${tile.width}×${tile.height} only` : 'any size';
  return {
    ...tried,
    kind: 'server',
    id,
    name: `${served.name} (unverified)`,
    description: `Unverified: "${served.name}" of an inference server, ×${scale}, ${size}.`,
    branches: ['pixel'],
    licence: { spdx: 'unknown', source: 'inference server' },
    file: {
      path: file,
      bytes: Buffer.byteLength(text),
      sha256: createHash('sha256').update(text).digest('hex'),
      modified: mtimeMs,
    },
    architecture: 'server',
    architectureName: 'Inference server',
    size,
    exactHalo: false,
  };
}
