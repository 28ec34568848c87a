import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type {
  AddedModel,
  InstallListedRequest,
  ListedModelReport,
  ModelProgress,
} from '../../../shared/modelProtocol';
import { readSmallText } from '../../../files/readSmall';
import { MANIFEST_LIMIT } from '../../../shared/modelProtocol';
import { sha256Of } from '../fileChecks';
import { parseFileManifest } from './fileManifest';
import { Downloader } from '../../download/downloader';
import { requireSpace } from '../../download/freeSpace';
import { refuseUnencrypted } from '../../download/mirrors';
import { engineError } from '../../errors';
import { whileLocked } from '../install/modelLock';
import { CATALOGUE, NATURAL_PAIRS, type ListedModel } from './catalogue';
import { termsOf } from './licences';
import { DATABASE, foundModel, manifestOf } from './manifestOf';
import { publishManifest } from './publish';
import { recogniseFile } from './recognise';
import { withoutMirrors } from './withoutMirrors';
import { joined, phrase, type Words } from '../../../shared/phrase';
import { isObject } from '../../../shared/json';

export type ListedContext = {
  readonly store: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: ModelProgress<Words>) => void;
  /** The list; the program's own unless a test brings another. */
  readonly catalogue?: readonly ListedModel[];
};

/** The list as a person sees it, good pairs last; `isThere` tells which are installed. */
export function listedModels(
  isThere: (id: string) => boolean,
  pairs: typeof NATURAL_PAIRS = NATURAL_PAIRS,
): readonly ListedModelReport[] {
  const models = CATALOGUE.map(({ url, licence, ...model }) => ({
    ...model,
    licence: { name: licence, terms: termsOf(licence) },
    host: new URL(url).host,
    installed: isThere(model.id),
  }));
  const both = pairs.flatMap(([fidelity, texture]) => {
    const [p, s] = [fidelity, texture].map((id) => models.find((model) => model.id === id));
    return p && s ? [pairOf(p, s)] : [];
  });
  return [...models, ...both];
}

function pairOf(p: ListedModelReport, s: ListedModelReport): ListedModelReport {
  const missing = [p, s].filter(({ installed }) => !installed);
  const either = (a: string, b: string, by: string): string => (a === b ? a : `${a}${by}${b}`);
  return {
    id: `${p.id}+${s.id}`,
    name: `${p.name} + ${s.name}`,
    author: either(p.author, s.author, ', '),
    licence: {
      name: either(p.licence.name, s.licence.name, ' AND '),
      terms: p.licence.terms === 'non-commercial' ? p.licence.terms : s.licence.terms,
    },
    network: either(p.network, s.network, ' and '),
    speed: s.speed,
    scale: s.scale,
    bytes: missing.reduce((sum, { bytes }) => sum + bytes, 0),
    sha256: [p, s].map(({ sha256 }) => sha256).join(', '),
    host: either(p.host, s.host, ', '),
    purpose: `A pair with both dials: fidelity of ${p.id}, texture of ${s.id}`,
    installed: missing.length === 0,
  };
}

/** Whether `id` names a model of the list, or a pair of two. */
export const isListed = (id: string): boolean =>
  id.split('+').every((part) => CATALOGUE.some((model) => model.id === part));

/**
 * Fetches a model of the list, or both of a pair `p+s`, into the store; goes on from what an earlier
 * call left. Rejects with `licence-not-accepted`, `model-missing`, `download-failed`,
 * `download-corrupt`, `disk-full` or `cancelled`.
 */
export async function installListed(
  request: InstallListedRequest,
  context: ListedContext,
): Promise<readonly AddedModel[]> {
  const { catalogue = CATALOGUE } = context;
  const models = request.id.split('+').map((id) => {
    const model = catalogue.find((one) => one.id === id);
    if (model) return model;
    throw engineError('model-missing', {
      message: phrase`"${id}" is not a model that can be installed.`,
      hint: phrase`Models that can: ${catalogue.map((one) => one.id).join(', ')}.`,
    });
  });
  if (!request.licenceAccepted) {
    const terms = joined(
      models.map(({ name, licence }) => phrase`${licence} for ${name}`),
      ', ',
    );
    throw engineError('licence-not-accepted', {
      message: phrase`The license must be accepted before anything is downloaded: ${terms}.`,
      hint: phrase`Read it, then accept it.`,
    });
  }
  const added: AddedModel[] = [];
  for (const model of models)
    added.push(
      await whileLocked(
        context.store,
        model.id,
        async () =>
          (await installedAlready(model, context.store)) ?? installOne(model, request, context),
      ),
    );
  return added;
}

/** A model that is there already, in whole. */
async function installedAlready(
  { id, sha256 }: ListedModel,
  store: string,
): Promise<AddedModel | undefined> {
  const folder = path.join(store, id);
  try {
    const text = await readSmallText(path.join(folder, 'manifest.json'), { limit: MANIFEST_LIMIT });
    const json: unknown = JSON.parse(text);
    if (!isObject(json)) return undefined;
    const manifest = parseFileManifest(json, 'checkpoint');
    const own = path.join(folder, path.basename(manifest.file.path));
    if (manifest.file.sha256 !== sha256 || (await sha256Of(own)) !== sha256) return undefined;
    return { ...foundModel(manifest), folder };
  } catch {
    return undefined;
  }
}

async function installOne(
  { id, name, author, licence, url, bytes, sha256 }: ListedModel,
  { mirrors, proxy, allowHttp = false }: InstallListedRequest,
  { store, signal, progress }: ListedContext,
): Promise<AddedModel> {
  const address = new URL(url);
  const file = decodeURIComponent(path.posix.basename(address.pathname));
  const sources = mirrors && mirrors.length > 0 ? mirrors : [url.slice(0, -file.length - 1)];
  refuseUnencrypted(sources, allowHttp);
  const partial = path.join(store, `.${id}.download`);
  await mkdir(partial, { recursive: true });
  await requireSpace(partial, bytes);
  const downloader = new Downloader({
    mirrors: sources,
    ...(proxy === undefined ? {} : { proxy }),
  });
  const report = (done: number, note?: Words): void =>
    progress({
      phase: 'download',
      file,
      bytes: done,
      totalBytes: bytes,
      ...(note === undefined ? {} : { note }),
    });
  let last = 0;
  try {
    await downloader.fetch({ path: file, bytes, sha256 }, path.join(partial, file), {
      signal,
      onBytes: (done) => report((last = done)),
      onNote: (note) => report(last, note),
    });
  } catch (error) {
    throw withoutMirrors(error);
  } finally {
    downloader.close();
  }
  // Where it will lie decides what its manifest says.
  const folder = path.join(store, id);
  const found = await recogniseFile(path.join(partial, file), signal);
  const place = { ...found, file: { ...found.file, path: path.join(folder, file) } };
  const manifest = {
    ...manifestOf(place, id),
    name,
    author,
    licence: { spdx: licence, source: DATABASE },
  };
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await rename(path.join(partial, file), path.join(folder, file));
  await publishManifest(manifest, folder, true);
  await rm(partial, { recursive: true, force: true });
  return { ...foundModel(manifest), folder };
}
