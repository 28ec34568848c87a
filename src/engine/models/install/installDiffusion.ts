import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { maskedAddress } from '../../../shared/addresses';
import {
  extendsInstalled,
  type Consent,
  type InstallPlan,
  type InstallRequest,
  type InstallResult,
  type ModelProgress,
} from '../../../shared/modelProtocol';
import { RpcError, wordsOf } from '../../../shared/rpc';
import { Downloader, type RemoteFacts } from '../../download/downloader';
import { freeBytes, requireSpace } from '../../download/freeSpace';
import { engineError } from '../../errors';
import { refuseUnsupported } from '../diffusionSupport';
import { importDiffusion } from './importDiffusion';
import type { ModelStore } from './modelStore';
import {
  DIFFUSION_MODELS,
  LARGEST_LORAS,
  licencesOf,
  type DiffusionOffer,
} from './diffusionModels';
import { sourcesOf, type Source } from './installSources';
import { Speed } from './speed';
import { phrase, type Words } from '../../../shared/phrase';

/** Looks for the files on the mirrors and tells what an installation would fetch. */
export async function planDiffusionInstall(
  request: InstallRequest,
  store: ModelStore,
  signal: AbortSignal,
): Promise<InstallPlan> {
  const { id } = request;
  const offer = DIFFUSION_MODELS[id];
  const { name: title, weights } = offer;
  refuseUnsupported(title);
  const { sources, sharedWith, hasOwn } = await sourcesOf(request, store, false);
  const folder = store.downloads(id);
  let mirror: string | undefined;
  let drafts = request.draft === true;
  const planned: InstallPlan['files'][number][] = [];
  for (const source of sources) {
    const { files, own, optional } = source;
    const probed = await unlessMissing(source, () =>
      withDownloader(request, source.mirrors, (downloader) => downloader.probe(files, signal)),
    );
    if ('missing' in probed) {
      drafts = false;
      continue;
    }
    const from = maskedAddress(probed.mirror);
    const isApart = own || (optional === true && from !== mirror);
    if (!isApart) mirror = from;
    for (const { path: name, temporary } of files)
      planned.push({
        path: name,
        bytes: probed.facts.get(name)?.bytes,
        done: await bytesHere(path.join(folder, ...name.split('/'))),
        temporary,
        ...(isApart ? { from } : {}),
      });
  }
  return {
    id,
    name: title,
    licences: licencesOf(offer, drafts),
    mirror,
    ...(sharedWith === undefined ? {} : { sharedWith }),
    files: planned,
    bytesToFetch: planned.reduce(
      (sum, { bytes, done }) => sum + Math.max(0, (bytes ?? 0) - done),
      0,
    ),
    bytesFree: await freeBytes(store.root),
    ...(weights.folder === undefined
      ? {
          weights: {
            name: weights.name,
            note: weights.note,
            pages: weights.pages,
            present: hasOwn || (await exists(path.join(folder, weights.name))),
          },
        }
      : {}),
    folder: store.folder(id),
  };
}

export type InstallContext = {
  readonly store: ModelStore;
  readonly signal: AbortSignal;
  readonly progress: (progress: ModelProgress<Words>) => void;
};

/**
 * Downloads what can be downloaded, goes on from what an earlier call left, and imports it once the
 * model's own file is here. The text encoder is removed at the end, unless prompts are wanted.
 */
export async function installDiffusion(
  params: InstallRequest &
    Consent & { readonly licencesAccepted: boolean; readonly weights?: string },
  context: InstallContext,
): Promise<InstallResult<Words>> {
  const { id } = params;
  const offer = DIFFUSION_MODELS[id];
  refuseUnsupported(offer.name);
  if (!params.licencesAccepted) {
    const [licence] = offer.licences;
    throw engineError('licence-not-accepted', {
      message: phrase`${offer.name} builds on ${licence?.component ?? ''}, whose license (${licence?.name ?? ''}) must be accepted before it is downloaded.`,
      hint: phrase`Read it at ${licence?.url ?? ''}.`,
    });
  }
  const { store, signal } = context;
  context.progress({ phase: 'check', file: store.root, bytes: 0, totalBytes: 0 });
  const { sources, hasOwn } = await sourcesOf(params, store, true);
  const folder = store.downloads(id);
  await mkdir(folder, { recursive: true });
  if (params.weights !== undefined) await keepWeights(params.weights, folder, offer);
  const given = params.weights !== undefined;
  const notes = await download(
    params,
    sources.filter(({ own }) => !(own && given)),
    folder,
    context,
  );
  const { name, note, pages } = offer.weights;
  if (!hasOwn && !(await exists(path.join(folder, name))))
    return { state: 'waiting-for-weights', weights: `${note} ${pages.join(' ')}` };
  const imported = await importDiffusion({
    id,
    folder,
    weights: undefined,
    precision: params.precision,
    prompts: params.prompts === true,
    draft: params.draft === true && notes.length === 0,
    extend: extendsInstalled(params),
    baseIsVerified: true,
    accepted: params.acceptUnverified ?? [],
    store,
    signal,
    progress: context.progress,
  });
  await rm(folder, { recursive: true, force: true });
  return { state: 'ready', imported: { ...imported, notes: [...notes, ...imported.notes] } };
}

/**
 * Fetches the files of all sources. Resolves with why what is optional was left out, where nobody has
 * it.
 */
async function download(
  params: InstallRequest,
  sources: readonly Source[],
  folder: string,
  { signal, progress }: InstallContext,
): Promise<readonly Words[]> {
  const here = (name: string): Promise<number> => bytesHere(path.join(folder, ...name.split('/')));
  const known: { source: Source; facts: ReadonlyMap<string, RemoteFacts> }[] = [];
  const notes: Words[] = [];
  for (const source of sources) {
    const probed = await unlessMissing(source, () =>
      withDownloader(params, source.mirrors, (downloader) =>
        downloader.probe(source.files, signal),
      ),
    );
    if ('missing' in probed) notes.push(probed.missing);
    else known.push({ source, facts: probed.facts });
  }
  const all = known.flatMap(({ source, facts }) =>
    source.files.map(({ path: name }) => ({ name, bytes: facts.get(name)?.bytes ?? 0 })),
  );
  const totalBytes = all.reduce((sum, { bytes }) => sum + bytes, 0);
  let missing = totalBytes;
  for (const { name } of all) missing -= await here(name);
  await requireSpace(folder, missing);
  const speed = new Speed();
  let finished = 0;
  for (const { source, facts } of known) {
    await withDownloader(params, source.mirrors, async (downloader) => {
      for (const file of source.files) {
        const destination = path.join(folder, ...file.path.split('/'));
        await mkdir(path.dirname(destination), { recursive: true });
        const already = await here(file.path);
        let note: Words | undefined;
        const report = (done: number): void => {
          const bytes = finished + done;
          progress({
            phase: 'download',
            file: file.path,
            bytes,
            totalBytes,
            ...speed.at(bytes, totalBytes),
            ...(note === undefined ? {} : { note }),
          });
          note = undefined;
        };
        const size = facts.get(file.path)?.bytes;
        const { bytes } = await downloader.fetch(
          { ...(size ? { bytes: size } : {}), ...file },
          destination,
          {
            signal,
            onBytes: report,
            onNote: (text) => {
              note = text;
              report(already);
            },
          },
        );
        finished += bytes;
      }
    });
  }
  return notes;
}

/** What `work` yields, or why an optional source's files are left out. */
async function unlessMissing<T extends object>(
  { optional }: Source,
  work: () => Promise<T>,
): Promise<T | { readonly missing: Words }> {
  try {
    return await work();
  } catch (error) {
    const { code } = RpcError.from(error);
    if (optional !== true || code !== 'download-failed') throw error;
    return {
      missing: phrase`It is installed without its tiny decoder, so it makes no drafts: ${wordsOf(error)}`,
    };
  }
}

async function withDownloader<T>(
  { proxy }: InstallRequest,
  mirrors: readonly string[],
  work: (downloader: Downloader) => Promise<T>,
): Promise<T> {
  const downloader = new Downloader({ mirrors, ...(proxy === undefined ? {} : { proxy }) });
  try {
    return await work(downloader);
  } finally {
    downloader.close();
  }
}

/** A copy of the person's file: a later call of the installation finds it. */
async function keepWeights(weights: string, folder: string, offer: DiffusionOffer): Promise<void> {
  const info = await stat(weights).catch(() => undefined);
  if (!info?.isFile() || info.size > LARGEST_LORAS) {
    throw engineError('input-missing', {
      message: info?.isFile()
        ? phrase`${weights} has ${info.size} bytes; ${offer.weights.name} has some tens of millions.`
        : phrase`${weights} is not a file.`,
      hint: phrase`Give the path of ${offer.weights.name}. ${offer.weights.note}`,
    });
  }
  await copyFile(weights, path.join(folder, offer.weights.name));
}

async function bytesHere(file: string): Promise<number> {
  const info =
    (await stat(file).catch(() => undefined)) ??
    (await stat(`${file}.part`).catch(() => undefined));
  return info?.size ?? 0;
}

const exists = async (file: string): Promise<boolean> =>
  (await stat(file).catch(() => undefined)) !== undefined;
