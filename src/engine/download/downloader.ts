import { rename, rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { RpcError } from '../../shared/rpc';
import { cancelled, engineError, messageOf, systemCode, throwIfCancelled } from '../errors';
import { sha256Of } from '../models/registry';
import { BusyError, checkStatus, HttpClient, RefusedError, type HttpResponse } from './httpClient';
import { addressOf } from './mirrors';
import { PartFile, type Validator } from './partFile';

/** A file to fetch, with what is known of it; known facts are checked. */
export type RemoteFile = { readonly path: string; readonly bytes?: number; readonly sha256?: string };

/** What a mirror tells of a file. */
export type RemoteFacts = { readonly bytes: number | undefined; readonly sha256: string | undefined };

export type DownloaderOptions = {
  /** Tried in order; see `addressOf`. */
  readonly mirrors: readonly string[];
  readonly proxy?: string;
  /** Wait before the first retry; doubled each time. */
  readonly retryDelayMs?: number;
  /** Tries in a row without a new byte before the next mirror is taken. */
  readonly retries?: number;
  /** A connection without a byte for so long is broken. */
  readonly stallMs?: number;
};

export type FetchContext = {
  readonly signal: AbortSignal;
  /** Bytes of this file that are here, those of earlier calls included. */
  readonly onBytes: (done: number, total: number | undefined) => void;
  /** A retry, another mirror, a start from scratch. */
  readonly onNote: (note: string) => void;
};

const DEFAULTS = { retryDelayMs: 1000, retries: 5, stallMs: 60_000 } as const;

/** Bytes that do not have the right SHA-256. */
class CorruptError extends Error {}

/** Fetches large files from the first mirror that has them: resumes after breaks, checks size and SHA-256, goes through proxies. */
export class Downloader {
  private readonly client: HttpClient;
  private readonly settings: { readonly retryDelayMs: number; readonly retries: number };

  constructor(private readonly options: DownloaderOptions) {
    this.settings = { retryDelayMs: options.retryDelayMs ?? DEFAULTS.retryDelayMs, retries: options.retries ?? DEFAULTS.retries };
    this.client = new HttpClient({ proxy: options.proxy, stallMs: options.stallMs ?? DEFAULTS.stallMs });
  }

  /** Finds the first mirror that has every file, and what it tells of each. Rejects with `download-failed`, naming why each was refused. */
  async probe(files: readonly RemoteFile[], signal: AbortSignal): Promise<{ readonly mirror: string; readonly facts: ReadonlyMap<string, RemoteFacts> }> {
    const reasons: string[] = [];
    for (const mirror of this.options.mirrors) {
      try {
        const facts = new Map<string, RemoteFacts>();
        for (const file of files) {
          facts.set(file.path, await this.retried(signal, () => undefined, () => this.factsOf(mirror, file, signal)));
        }
        return { mirror, facts };
      } catch (error) {
        if (error instanceof RpcError) throw error;
        reasons.push(messageOf(error));
      }
    }
    throw noMirror('The files', reasons);
  }

  /**
   * Fetches a file into `destination` by way of `destination`.part, which stays after a cancel or a failure and with which the next call goes
   * on, from whichever mirror. Rejects with `download-failed`, `download-corrupt`, `disk-full` or `cancelled`.
   */
  async fetch(file: RemoteFile, destination: string, context: FetchContext): Promise<{ readonly bytes: number; readonly sha256: string }> {
    const present = await stat(destination).catch(() => undefined);
    if (present && (file.bytes === undefined || present.size === file.bytes)) {
      const sha256 = await sha256Of(destination, undefined, context.signal);
      if (file.sha256 === undefined || file.sha256 === sha256) {
        context.onBytes(present.size, present.size);
        return { bytes: present.size, sha256 };
      }
      await rm(destination);
    }
    const reasons: string[] = [];
    let corrupt = false;
    for (const mirror of this.options.mirrors) {
      for (const attempt of [1, 2]) {
        try {
          return await this.fetchFrom(mirror, file, destination, context);
        } catch (error) {
          if (error instanceof RpcError) throw error;
          if (systemCode(error) === 'ENOSPC') throw diskFull(destination);
          reasons.push(messageOf(error));
          corrupt = error instanceof CorruptError;
          // Damaged bytes are thrown away: once from this mirror anew, then from the next.
          if (!corrupt || attempt === 2) break;
          context.onNote(`${file.path} arrived damaged and is fetched again`);
        }
      }
      context.onNote(`${reasons.at(-1) ?? ''}: the next mirror is tried`);
    }
    if (corrupt) {
      throw engineError('download-corrupt', {
        message: `${file.path} arrived with bytes that are not the right ones: ${reasons.at(-1) ?? ''}.`,
        hint: 'Try another mirror, or check whether a proxy or scanner changes downloads.',
      });
    }
    throw noMirror(file.path, reasons);
  }

  /** Closes all connections. */
  close(): Promise<void> {
    return this.client.close();
  }

  private async factsOf(mirror: string, file: RemoteFile, signal: AbortSignal): Promise<RemoteFacts> {
    const url = addressOf(mirror, file.path);
    let response = await this.client.send('HEAD', url, {}, signal);
    await response.body.dump();
    if ([403, 405, 501].includes(response.status)) {
      // Some servers sign addresses for GET only.
      response = await this.client.send('GET', url, { range: 'bytes=0-0' }, signal);
      response.body.destroy();
    }
    await checkStatus(response, url.host, [200, 206]);
    refusePage(response, file, url.host);
    const bytes = totalOf(response) ?? whole(response.headers.get('x-linked-size'));
    if (file.bytes !== undefined && bytes !== undefined && bytes !== file.bytes) throw new RefusedError(`${url.host} has ${file.path} with ${bytes} bytes where ${file.bytes} are expected`);
    return { bytes, sha256: file.sha256 ?? hashOf(response) };
  }

  private async fetchFrom(mirror: string, file: RemoteFile, destination: string, context: FetchContext): Promise<{ bytes: number; sha256: string }> {
    const url = addressOf(mirror, file.path);
    const part = await PartFile.open(`${destination}.part`, context.signal);
    try {
      let claimed = file.sha256;
      let before = -1;
      await this.retried(
        context.signal,
        (reason) => context.onNote(`${file.path}: ${reason}; trying again`),
        async () => {
          const hash = await this.transfer(url, file, part, context);
          claimed ??= hash;
        },
        // What brings new bytes is no failed try.
        () => {
          const progressed = part.bytes > before;
          before = part.bytes;
          return progressed;
        },
      );
      const sha256 = part.sha256();
      if (claimed !== undefined && claimed !== sha256) {
        await part.discard();
        throw new CorruptError(`the SHA-256 of ${file.path} from ${url.host} is ${sha256.slice(0, 12)}… instead of ${claimed.slice(0, 12)}…`);
      }
      const { bytes } = part;
      await part.finish();
      await rename(part.path, destination);
      return { bytes, sha256 };
    } finally {
      await part.close();
    }
  }

  /** One request, from where the part ends. Resolves with the mirror's claim of the SHA-256 once the file is complete. */
  private async transfer(url: URL, file: RemoteFile, part: PartFile, { signal, onBytes }: FetchContext): Promise<string | undefined> {
    const validator = part.validator;
    const resuming = part.bytes > 0 && validator !== undefined;
    if (!resuming) await part.restart();
    if (resuming && part.bytes === file.bytes) return undefined;
    const response = await this.client.send('GET', url, resuming ? { range: `bytes=${part.bytes}-`, ...ifRange(validator, url) } : {}, signal);
    if (response.status === 416) {
      await response.body.dump();
      await part.restart();
      throw new BusyError(`${url.host} does not know the range`, 0);
    }
    await checkStatus(response, url.host, [200, 206]);
    try {
      refusePage(response, file, url.host);
      const total = totalOf(response);
      const changed = resuming && response.status === 206 && !sameFile(validator, validatorOf(response, url, total));
      if (changed || (response.status === 206 && rangeStart(response) !== part.bytes)) {
        await part.restart();
        throw new BusyError(`${url.host} has another version of ${file.path} now`, 0);
      }
      if (response.status === 200) await part.restart();
      if (file.bytes !== undefined && total !== undefined && total !== file.bytes) throw new RefusedError(`${url.host} has ${file.path} with ${total} bytes where ${file.bytes} are expected`);
      await part.keep(validatorOf(response, url, total));
      const expected = file.bytes ?? total;
      onBytes(part.bytes, expected);
      for await (const chunk of response.body) {
        await part.append(chunk as Buffer);
        if (expected !== undefined && part.bytes > expected) {
          await part.discard();
          throw new RefusedError(`${url.host} sends more than the ${expected} bytes of ${file.path}`);
        }
        onBytes(part.bytes, expected);
      }
      if (expected !== undefined && part.bytes < expected) throw new Error(`the connection to ${url.host} broke after ${part.bytes} of ${expected} bytes`);
      return hashOf(response);
    } catch (error) {
      const code = systemCode(error);
      if (code?.startsWith('UND_ERR') || code === 'ECONNRESET') throw new Error(`the connection to ${url.host} broke after ${part.bytes} bytes (${messageOf(error)})`);
      throw error;
    } finally {
      response.body.destroy();
    }
  }

  /** Tries again what a later try may change, waiting longer each time; `progressed` tells that the last try was not in vain. */
  private async retried<T>(signal: AbortSignal, onRetry: (reason: string) => void, work: () => Promise<T>, progressed: () => boolean = () => false): Promise<T> {
    let failures = 0;
    for (;;) {
      throwIfCancelled(signal);
      try {
        return await work();
      } catch (error) {
        if (signal.aborted) throw cancelled();
        if (error instanceof RefusedError || error instanceof RpcError || systemCode(error) === 'ENOSPC') throw error;
        failures = progressed() ? 1 : failures + 1;
        if (failures > this.settings.retries) throw error;
        onRetry(messageOf(error));
        const wait = (error instanceof BusyError ? error.waitMs : undefined) ?? this.settings.retryDelayMs * 2 ** (failures - 1);
        await delay(wait, undefined, { signal }).catch(() => {
          throw cancelled();
        });
      }
    }
  }
}

/** A login page or a captive portal instead of the file. */
function refusePage({ headers }: HttpResponse, { path }: RemoteFile, host: string): void {
  if (headers.get('content-type')?.startsWith('text/html')) throw new RefusedError(`${host} sends a web page instead of ${path}; it may want a login`);
}

function totalOf({ status, headers }: HttpResponse): number | undefined {
  if (status === 206) return whole(/\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1]);
  return whole(headers.get('content-length'));
}

const rangeStart = ({ headers }: HttpResponse): number | undefined => whole(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1]);

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Hugging Face gives the SHA-256 of large files as their ETag. */
function hashOf({ headers }: HttpResponse): string | undefined {
  const tags = [headers.get('x-linked-etag'), headers.get('etag')].map((tag) => tag?.replace(/^W\//, '').replaceAll('"', ''));
  return tags.find((tag) => tag !== undefined && /^[0-9a-f]{64}$/i.test(tag))?.toLowerCase();
}

function validatorOf({ headers }: HttpResponse, url: URL, bytes: number | undefined): Validator {
  return { url: url.href, etag: headers.get('etag'), lastModified: headers.get('last-modified'), bytes };
}

/** The header that makes a server send everything when the file changed; only the server that gave the validator understands it. */
function ifRange({ url, etag, lastModified }: Validator, now: URL): Record<string, string> {
  const validator = etag?.startsWith('W/') ? lastModified : (etag ?? lastModified);
  return url === now.href && validator !== undefined ? { 'if-range': validator } : {};
}

/** Another mirror has other validators; there the size must do, and the SHA-256 at the end. */
function sameFile(before: Validator, now: Validator): boolean {
  if (before.bytes !== undefined && now.bytes !== undefined && before.bytes !== now.bytes) return false;
  return before.url !== now.url || before.etag === now.etag;
}

function noMirror(what: string, reasons: readonly string[]): RpcError {
  return engineError('download-failed', {
    message: `${what} could not be downloaded: ${reasons.length === 0 ? 'no mirror is set' : [...new Set(reasons)].join('; ')}.`,
    hint: 'Check the connection and the proxy, or name another mirror (setting "pisaUpscale.pisaSrMirrors", option --mirror). What has arrived is kept, and the next try goes on from it.',
  });
}

function diskFull(destination: string): RpcError {
  return engineError('disk-full', { message: `The disk is full: ${destination} could not be written.`, hint: 'Free some space and try again; what has arrived is kept.' });
}
