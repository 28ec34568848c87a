import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { removeTree } from '../../../files/removeTree';
import type { ExportedModel, ExportRequest } from '../../../shared/modelProtocol';
import { engineError } from '../../errors';
import { RpcError, wordsOf } from '../../../shared/rpc';
import { modelChecksum, servedName } from '../../remote/checksum';
import { placedGraph } from '../../runtime/session';
import { requireHere } from '../kinds/serverModel';
import type { Model } from '../model';
import { packGraph } from './packGraph';
import { kserveService, tritonConfig, type Served } from './servingFiles';
import { phrase } from '../../../shared/phrase';

/**
 * Writes a model as a server takes it: a folder of Triton's model repository, and for KServe the
 * service that reads it. Made beside its place and moved there in one step. Rejects when something is
 * there already, and for what no server runs.
 */
export async function exportModel(
  { target, folder }: Pick<ExportRequest, 'target' | 'folder'>,
  model: Model,
  signal: AbortSignal,
): Promise<ExportedModel> {
  const { served } = model;
  requireHere(model);
  if (!served)
    throw engineError('model-unsupported', {
      message: phrase`The model "${model.manifest.id}" can't be exported: it is not a network that runs on tiles.`,
    });
  const what: Served = {
    name: servedName(model.manifest.id),
    manifest: served.manifest,
    checksum: modelChecksum(model),
  };
  const root = target === 'kserve' ? path.join(folder, 'models') : folder;
  const place = path.join(root, what.name);
  if (await stat(place).catch(() => undefined))
    throw engineError('bad-setting', {
      message: phrase`${place} is there already.`,
      hint: phrase`Name another folder, or remove that one.`,
    });
  const making = `${place}.making-${process.pid}`;
  try {
    await mkdir(path.join(making, '1'), { recursive: true });
    const files = new Set(model.files.map((file) => path.resolve(model.folder, file.path)));
    const written = await packGraph(
      await placedGraph(served.graph),
      path.join(making, '1'),
      (file) => files.has(file),
      signal,
    );
    await writeFile(path.join(making, 'config.pbtxt'), tritonConfig(what), { flag: 'wx' });
    await rename(making, place);
    const service = path.join(folder, `${what.name}.yaml`);
    if (target === 'kserve') await writeFile(service, kserveService(what));
    return {
      id: model.manifest.id,
      name: what.name,
      checksum: what.checksum,
      folder: place,
      files: [
        path.join(place, 'config.pbtxt'),
        ...written.map((name) => path.join(place, '1', name)),
        ...(target === 'kserve' ? [service] : []),
      ],
    };
  } catch (error) {
    await removeTree(making).catch(() => undefined);
    if (error instanceof RpcError || (error instanceof Error && 'code' in error)) throw error;
    throw engineError('model-damaged', {
      message: phrase`The model "${model.manifest.id}" can't be exported: ${wordsOf(error)}.`,
    });
  }
}
