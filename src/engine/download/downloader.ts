import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { RpcError } from '../../shared/rpc';
import { changeSetting, cancelled, engineError } from '../errors';
import { sha256Of } from '../models/fileChecks';
import { CorruptError, PassingError, RefusedError } from './faults';
import { HttpClient } from './httpClient';
import { onDisk, PartFile } from './partFile';
import { factsOf, type RemoteFacts } from './probe';
import type { RemoteFile } from './remoteFile';
import { retried } from './retried';
import { transfer, verify } from './transfer';
import { phrase, inWords, joined, type Words } from '../../shared/phrase';

export type { RemoteFacts } from './probe';
export type { RemoteFile } from './remoteFile';

export type DownloaderOptions = {
  /** Tried in order, after the one that served last; see `addressOf`. */
  readonly mirrors: readonly string[];
  /** An http(s) address; without it the environment's proxies count. */
  readonly proxy?: string;
  /** Wait before the first retry in ms, doubled each time; 1000 by default. */
  readonly retryDelayMs?: number;
  /** Retries in a row without a new byte before the next mirror is taken; 5 by default. */
  readonly retries?: number;
  /** A connection without a byte for so many ms is broken; 60 000 by default. */
  readonly stallMs?: number;
};

export type FetchContext = {
  readonly signal: AbortSignal;
  /**
   * Bytes of this file that are here, those of earlier calls included; fewer than before when it
   * starts anew.
   */
  readonly onBytes: (done: number, total: number | undefined) => void;
  /** A retry, another mirror, a start from scratch. */
  readonly onNote: (note: Words) => void;
};

export type FetchedFile = { readonly bytes: number; readonly sha256: string };

/** Whether a mirror answers should show soon: another may. */
const PROBE_RETRIES = 2;

/**
 * Fetches large files from the first mirror that has them: resumes after breaks, checks size and
 * SHA-256, goes through proxies.
 */
export class Downloader {
  private readonly client: HttpClient;
  private readonly retries: number;
  private readonly delayMs: number;
  private readonly stallMs: number;
  private preferred: string | undefined;

  /** Throws `proxy-invalid`. */
  constructor(private readonly options: DownloaderOptions) {
    this.retries = options.retries ?? 5;
    this.delayMs = options.retryDelayMs ?? 1000;
    this.stallMs = options.stallMs ?? 60_000;
    this.client = new HttpClient(options.proxy);
  }

  /**
   * Finds the first mirror that has every file, and what it tells of each. Rejects with
   * `download-failed`, naming why each mirror was refused, `bad-setting` or `cancelled`.
   */
  async probe(
    files: readonly RemoteFile[],
    signal: AbortSignal,
  ): Promise<{ readonly mirror: string; readonly facts: ReadonlyMap<string, RemoteFacts> }> {
    const reasons: Words[] = [];
    const rules = {
      retries: Math.min(PROBE_RETRIES, this.retries),
      delayMs: this.delayMs,
      signal,
      onRetry: () => undefined,
    };
    for (const mirror of this.mirrors()) {
      try {
        const facts = new Map<string, RemoteFacts>();
        for (const file of files)
          facts.set(
            file.path,
            await retried(rules, () => factsOf(mirror, file, this.client, this.stallMs, signal)),
          );
        this.preferred = mirror;
        return { mirror, facts };
      } catch (error) {
        reasons.push(reasonOf(error));
      }
    }
    throw noMirror(undefined, reasons);
  }

  /**
   * Fetches a file into `destination` by way of `destination`.part, which stays after a cancel or a
   * failure and with which the next call goes on. A complete `destination` is only hashed. Rejects
   * with `download-failed`, `download-corrupt`, `disk-full`, `output-unwritable`, `bad-setting` or
   * `cancelled`.
   */
  async fetch(file: RemoteFile, destination: string, context: FetchContext): Promise<FetchedFile> {
    try {
      return (
        (await existing(file, destination, context)) ??
        (await this.fromMirrors(file, destination, context))
      );
    } catch (error) {
      throw context.signal.aborted ? cancelled() : error;
    }
  }

  /** Closes all connections. */
  close(): void {
    this.client.close();
  }

  private async fromMirrors(
    file: RemoteFile,
    destination: string,
    context: FetchContext,
  ): Promise<FetchedFile> {
    const reasons: Words[] = [];
    let corrupt = false;
    await onDisk(destination, () => mkdir(path.dirname(destination), { recursive: true }));
    for (const [index, mirror] of this.mirrors().entries()) {
      if (index > 0) context.onNote(phrase`${reasons.at(-1) ?? ''}: the next mirror is tried`);
      // Damaged bytes are thrown away and fetched once more from the same mirror.
      for (const again of [false, true]) {
        try {
          const fetched = await this.fromMirror(mirror, file, destination, context);
          this.preferred = mirror;
          return fetched;
        } catch (error) {
          reasons.push(reasonOf(error));
          if (!(error instanceof CorruptError)) break;
          corrupt = true;
          if (!again)
            context.onNote(phrase`${error.words}: it arrived damaged and is fetched again`);
        }
      }
    }
    throw corrupt ? damaged(file, reasons) : noMirror(file.path, reasons);
  }

  private async fromMirror(
    mirror: string,
    file: RemoteFile,
    destination: string,
    { signal, onBytes, onNote }: FetchContext,
  ): Promise<FetchedFile> {
    const part = await PartFile.open(`${destination}.part`, signal);
    try {
      let claimed: string | undefined;
      let last = part.bytes;
      const rules = {
        retries: this.retries,
        delayMs: this.delayMs,
        signal,
        onRetry: (reason: Words, waitMs: number) =>
          onNote(
            phrase`${reason}: trying again${waitMs < 1000 ? '' : phrase` in ${Math.round(waitMs / 1000)} s`}`,
          ),
        // A server that starts anew each time would else be asked for ever.
        progressed: () => {
          const more = part.bytes > last && part.restarts <= this.retries;
          last = part.bytes;
          return more;
        },
      };
      const complete = part.bytes > 0 && part.bytes === file.bytes && file.sha256 !== undefined;
      if (!complete) {
        await retried(rules, async () => {
          const claim = await transfer(mirror, file, part, {
            client: this.client,
            stallMs: this.stallMs,
            signal,
            onBytes,
          });
          claimed ??= claim;
        });
      }
      const sha256 = await verify(part, claimed, file, mirror);
      await part.finish(destination);
      onBytes(part.bytes, part.bytes);
      return { bytes: part.bytes, sha256 };
    } finally {
      await part.close();
    }
  }

  private mirrors(): readonly string[] {
    const mirrors = [...new Set(this.options.mirrors)];
    return mirrors.sort((a, b) => Number(b === this.preferred) - Number(a === this.preferred));
  }
}

/** A file that an earlier call completed. One with other bytes than expected is removed. */
async function existing(
  file: RemoteFile,
  destination: string,
  { signal, onBytes, onNote }: FetchContext,
): Promise<FetchedFile | undefined> {
  const found = await stat(destination).catch(() => undefined);
  if (!found?.isFile() || (file.bytes !== undefined && file.bytes !== found.size)) return undefined;
  const sha256 = await sha256Of(destination, undefined, signal);
  if (file.sha256 !== undefined && file.sha256.toLowerCase() !== sha256) {
    onNote(phrase`${destination} is damaged: it is fetched again`);
    await onDisk(destination, () => rm(destination));
    return undefined;
  }
  onBytes(found.size, found.size);
  return { bytes: found.size, sha256 };
}

/** Why a mirror failed; anything that is not the mirror's fault is thrown on. */
function reasonOf(error: unknown): Words {
  if (
    error instanceof RefusedError ||
    error instanceof PassingError ||
    error instanceof CorruptError
  )
    return error.words;
  throw error instanceof Error ? error : RpcError.from(error);
}

/** A file by its name, or all. */
function noMirror(file: string | undefined, reasons: readonly Words[]): RpcError {
  const why = reasons.length === 0 ? phrase`no mirror is set` : oneAfterAnother(reasons);
  return engineError('download-failed', {
    message:
      file === undefined
        ? phrase`The files could not be downloaded: ${why}.`
        : phrase`${file} could not be downloaded: ${why}.`,
    hint: phrase`Check the connection and the proxy.`,
    remedies: [changeSetting('pisaSrMirrors'), changeSetting('proxy')],
  });
}

function damaged({ path }: RemoteFile, reasons: readonly Words[]): RpcError {
  return engineError('download-corrupt', {
    message: phrase`${path} could not be downloaded intact: ${oneAfterAnother(reasons)}.`,
    hint: phrase`Try again or name another mirror, and check whether a proxy or a scanner changes downloads.`,
  });
}

/** Each reason once. */
const oneAfterAnother = (reasons: readonly Words[]): Words =>
  joined([...new Map(reasons.map((reason) => [inWords(reason), reason])).values()], '; ');
