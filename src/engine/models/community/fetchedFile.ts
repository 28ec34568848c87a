import { createHash } from 'node:crypto';
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type {
  FetchModelRequest,
  ModelFileFacts,
  ModelProgress,
} from '../../../shared/modelProtocol';
import { maskedAddress } from '../../../shared/addresses';
import { Downloader } from '../../download/downloader';
import { requireSpace } from '../../download/freeSpace';
import { refuseUnencrypted } from '../../download/mirrors';
import { engineError } from '../../errors';
import { whileLocked } from '../install/modelLock';
import type { FileManifest } from './fileManifest';
import { publishManifest } from './publish';
import { withoutMirrors } from './withoutMirrors';
import { phrase, type Words } from '../../../shared/phrase';

/** The largest published models have half a gigabyte. */
const MOST_BYTES = 2 * 2 ** 30;
const PREFIX = '.fetched-';

/** What is fetched from an address. */
type Remote = {
  /** As `addressOf` takes it. */
  readonly mirror: string;
  /** The last part of the address, decoded. */
  readonly path: string;
  /** What the file is called here. */
  readonly name: string;
  readonly host: string;
};

type FetchContext = {
  readonly store: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: ModelProgress<Words>) => void;
};

/** Asks how large the file at an address is, without fetching it. */
export async function probeModelFile(
  request: FetchModelRequest,
  signal: AbortSignal,
): Promise<ModelFileFacts> {
  const remote = remoteOf(request);
  const downloader = downloaderFor(remote, request);
  try {
    const wanted = { path: remote.path, maxBytes: MOST_BYTES };
    const { facts } = await downloader.probe([wanted], signal);
    const bytes = facts.get(remote.path)?.bytes;
    return { name: remote.name, host: remote.host, ...(bytes === undefined ? {} : { bytes }) };
  } catch (error) {
    throw withoutMirrors(error);
  } finally {
    downloader.close();
  }
}

/**
 * Fetches the file at an address into a folder of the store that is no model's, goes on from what an
 * earlier call left, and tells where it lies; `OwnFiles.add` takes it from there.
 */
export async function fetchModelFile(
  request: FetchModelRequest,
  { store, signal, progress }: FetchContext,
): Promise<string> {
  const remote = remoteOf(request);
  const folder = folderFor(store, request.url);
  const file = path.join(folder, remote.name);
  const { bytes = 0 } = await probeModelFile(request, signal);
  const report = (done: number, total: number | undefined, note?: Words): void =>
    progress({
      phase: 'download',
      file: remote.name,
      bytes: done,
      totalBytes: total ?? bytes,
      ...(note === undefined ? {} : { note }),
    });
  return whileLocked(store, path.basename(folder).slice(1), async () => {
    await mkdir(folder, { recursive: true });
    await requireSpace(folder, bytes);
    const downloader = downloaderFor(remote, request);
    let last = 0;
    try {
      await downloader.fetch({ path: remote.path, maxBytes: MOST_BYTES }, file, {
        signal,
        onBytes: (done, total) => report((last = done), total),
        onNote: (note) => report(last, undefined, note),
      });
      return file;
    } catch (error) {
      // A folder in which nothing has arrived is not left behind.
      await rmdir(folder).catch(() => undefined);
      throw withoutMirrors(error);
    } finally {
      downloader.close();
    }
  });
}

/** Removes what was fetched from an address and is not wanted. */
export const dropFetched = (store: string, url: string): Promise<void> =>
  rm(folderFor(store, url), { recursive: true, force: true });

/** Whether a file lies where `fetchModelFile` puts them. */
export const isFetched = (store: string, file: string): boolean =>
  path.dirname(path.dirname(file)) === path.resolve(store) &&
  path.basename(path.dirname(file)).startsWith(PREFIX);

/** Moves a fetched file into its model's folder, with its manifest; tells that. */
export async function publishFetched(
  manifest: FileManifest,
  folder: string,
): Promise<FileManifest> {
  const from = manifest.file.path;
  const to = path.join(folder, path.basename(from));
  const placed = { ...manifest, file: { ...manifest.file, path: to } };
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await rename(from, to);
  await publishManifest(placed, folder, true);
  await rm(path.dirname(from), { recursive: true, force: true });
  return placed;
}

const folderFor = (store: string, url: string): string =>
  path.join(store, PREFIX + createHash('sha256').update(url).digest('hex').slice(0, 16));

function remoteOf({ url: text, allowHttp = false }: FetchModelRequest): Remote {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !isWeb || url.username !== '' || url.password !== '')
    throw engineError('bad-setting', {
      message: phrase`"${maskedAddress(text)}" is not an address that a model can be fetched from.`,
      hint: phrase`Give the address of the file itself, https://…/model.pth, without a password.`,
    });
  refuseUnencrypted([text], allowHttp);
  const address = fileAddress(url);
  const at = address.pathname.lastIndexOf('/');
  const last = address.pathname.slice(at + 1);
  if (last === '')
    throw engineError('bad-setting', {
      message: phrase`${address.host} is asked for a folder, not for a file.`,
      hint: phrase`Give the address of the file itself, https://…/model.pth.`,
    });
  return {
    mirror: `${address.origin}${address.pathname.slice(0, at)}/{path}${address.search}`,
    path: decoded(last),
    name: localName(decoded(last)),
    host: address.host,
  };
}

/** Pages about a file on GitHub and Hugging Face lie beside the file itself. */
function fileAddress(url: URL): URL {
  const address = new URL(url);
  const raw = RAW_FOLDERS.get(url.hostname.replace(/^www\./, ''));
  if (raw !== undefined)
    address.pathname = url.pathname.replace(
      /^((?:\/datasets)?\/[^/]+\/[^/]+)\/blob\//,
      (_, repository: string) => `${repository}/${raw}/`,
    );
  return address;
}

/** Where hosts that show pages about files keep the files themselves. */
const RAW_FOLDERS: ReadonlyMap<string, string> = new Map([
  ['github.com', 'raw'],
  ['huggingface.co', 'resolve'],
  ['hf.co', 'resolve'],
]);

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A name that is one on every system: an address may say anything. */
const localName = (name: string): string =>
  `f-${name.replace(/[^\w.+-]+/g, '_').slice(-100)}`.replace(
    /^f-(?=\w)(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))/i,
    '',
  );

const downloaderFor = ({ mirror }: Remote, { proxy }: FetchModelRequest): Downloader =>
  new Downloader({ mirrors: [mirror], ...(proxy === undefined ? {} : { proxy }) });
