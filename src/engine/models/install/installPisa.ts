import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { maskedAddress } from '../../../shared/addresses';
import type {
  Consent,
  InstallPlan,
  InstallRequest,
  InstallResult,
  ModelProgress,
} from '../../../shared/modelProtocol';
import { Downloader } from '../../download/downloader';
import { freeBytes, requireSpace } from '../../download/freeSpace';
import { refuseUnencrypted } from '../../download/mirrors';
import { engineError } from '../../errors';
import { refuseUnsupported } from '../pisaSupport';
import { importPisa } from './importPisa';
import type { ModelStore } from './modelStore';
import { PISA_ID, PISA_LICENCES, PISA_NAME, PISA_WEIGHTS, pisaRemoteFiles } from './pisaFiles';

/** Looks for the files on the mirrors and tells what an installation would fetch. */
export async function planPisaInstall(
  request: InstallRequest,
  store: ModelStore,
  signal: AbortSignal,
): Promise<InstallPlan> {
  refuseUnsupported(PISA_NAME);
  refuseUnencrypted(request.mirrors, request.allowHttp === true);
  const files = pisaRemoteFiles(request.precision);
  const { mirror, facts } = await withDownloader(request, (downloader) =>
    downloader.probe(files, signal),
  );
  const folder = store.downloads(PISA_ID);
  const planned = await Promise.all(
    files.map(async ({ path: name, temporary }) => ({
      path: name,
      bytes: facts.get(name)?.bytes,
      done: await bytesHere(path.join(folder, ...name.split('/'))),
      temporary,
    })),
  );
  return {
    id: PISA_ID,
    name: PISA_NAME,
    licences: PISA_LICENCES,
    mirror: maskedAddress(mirror),
    files: planned,
    bytesToFetch: planned.reduce(
      (sum, { bytes, done }) => sum + Math.max(0, (bytes ?? 0) - done),
      0,
    ),
    bytesFree: await freeBytes(store.root),
    weights: { ...PISA_WEIGHTS, present: await exists(path.join(folder, PISA_WEIGHTS.name)) },
    folder: store.folder(PISA_ID),
  };
}

export type InstallContext = {
  readonly store: ModelStore;
  readonly signal: AbortSignal;
  readonly progress: (progress: ModelProgress) => void;
};

/**
 * Downloads what can be downloaded, goes on from what an earlier call left, and imports it once
 * `pisa_sr.pkl` is here. The text encoder is removed at the end.
 */
export async function installPisa(
  params: InstallRequest &
    Consent & { readonly licencesAccepted: boolean; readonly weights?: string },
  context: InstallContext,
): Promise<InstallResult> {
  refuseUnsupported(PISA_NAME);
  if (!params.licencesAccepted) {
    const [licence] = PISA_LICENCES;
    throw engineError('licence-not-accepted', {
      message:
        `${PISA_NAME} builds on ${licence?.component ?? ''}, whose licence ` +
        `(${licence?.name ?? ''}) must be accepted before it is downloaded.`,
      hint: `Read it at ${licence?.url ?? ''}.`,
    });
  }
  refuseUnencrypted(params.mirrors, params.allowHttp === true);
  const { store, signal } = context;
  const folder = store.downloads(PISA_ID);
  await mkdir(folder, { recursive: true });
  if (params.weights !== undefined) await keepWeights(params.weights, folder);
  await download(params, folder, context);
  if (!(await exists(path.join(folder, PISA_WEIGHTS.name))))
    return {
      state: 'waiting-for-weights',
      weights: `${PISA_WEIGHTS.note} ${PISA_WEIGHTS.pages.join(' ')}`,
    };
  const imported = await importPisa({
    folder,
    weights: undefined,
    precision: params.precision,
    accepted: params.acceptUnverified ?? [],
    store,
    signal,
    progress: context.progress,
  });
  await rm(folder, { recursive: true, force: true });
  return { state: 'ready', imported };
}

async function download(
  params: InstallRequest,
  folder: string,
  { signal, progress }: InstallContext,
): Promise<void> {
  const files = pisaRemoteFiles(params.precision);
  await withDownloader(params, async (downloader) => {
    const { facts } = await downloader.probe(files, signal);
    const sizes = files.map(({ path: name }) => facts.get(name)?.bytes ?? 0);
    const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
    const here = await Promise.all(
      files.map(({ path: name }) => bytesHere(path.join(folder, ...name.split('/')))),
    );
    await requireSpace(folder, totalBytes - here.reduce((sum, size) => sum + size, 0));
    const speed = new Speed();
    let finished = 0;
    for (const [index, file] of files.entries()) {
      const destination = path.join(folder, ...file.path.split('/'));
      await mkdir(path.dirname(destination), { recursive: true });
      let note: string | undefined;
      const report = (done: number): void => {
        const bytes = finished + done;
        const bytesPerSecond = speed.at(bytes);
        progress({
          phase: 'download',
          file: file.path,
          bytes,
          totalBytes,
          ...(bytesPerSecond === undefined
            ? {}
            : { bytesPerSecond, secondsLeft: (totalBytes - bytes) / bytesPerSecond }),
          ...(note === undefined ? {} : { note }),
        });
        note = undefined;
      };
      const { bytes } = await downloader.fetch(
        { ...(sizes[index] ? { bytes: sizes[index] } : {}), ...file },
        destination,
        {
          signal,
          onBytes: report,
          onNote: (text) => {
            note = text;
            report(here[index] ?? 0);
          },
        },
      );
      finished += bytes;
    }
  });
}

async function withDownloader<T>(
  { mirrors, proxy }: InstallRequest,
  work: (downloader: Downloader) => Promise<T>,
): Promise<T> {
  const downloader = new Downloader({ mirrors, ...(proxy === undefined ? {} : { proxy }) });
  try {
    return await work(downloader);
  } finally {
    downloader.close();
  }
}

/** pisa_sr.pkl has about 33 MB. */
const LARGEST_LORAS = 1_000_000_000;

/** A copy of the person's file: a later call of the installation finds it. */
async function keepWeights(weights: string, folder: string): Promise<void> {
  const info = await stat(weights).catch(() => undefined);
  if (!info?.isFile() || info.size > LARGEST_LORAS) {
    throw engineError('input-missing', {
      message: info?.isFile()
        ? `${weights} has ${info.size} bytes; ${PISA_WEIGHTS.name} has about 33 million.`
        : `${weights} is no file.`,
      hint: `Give the path of ${PISA_WEIGHTS.name}. ${PISA_WEIGHTS.note}`,
    });
  }
  await copyFile(weights, path.join(folder, PISA_WEIGHTS.name));
}

async function bytesHere(file: string): Promise<number> {
  const info =
    (await stat(file).catch(() => undefined)) ??
    (await stat(`${file}.part`).catch(() => undefined));
  return info?.size ?? 0;
}

const exists = async (file: string): Promise<boolean> =>
  (await stat(file).catch(() => undefined)) !== undefined;

const WINDOW_MS = 5000;

/** Bytes a second over the last seconds. */
class Speed {
  private readonly samples: { readonly at: number; readonly bytes: number }[] = [];

  at(bytes: number): number | undefined {
    const at = performance.now();
    this.samples.push({ at, bytes });
    while (this.samples.length > 2 && at - (this.samples[0]?.at ?? at) > WINDOW_MS)
      this.samples.shift();
    const [first] = this.samples;
    if (!first || at - first.at < 200 || bytes <= first.bytes) return undefined;
    return ((bytes - first.bytes) / (at - first.at)) * 1000;
  }
}
