import { CorruptError, faultOf, PassingError, RefusedError } from './faults';
import { checkStatus, drop, type HttpClient, type HttpResponse } from './httpClient';
import { addressOf } from './mirrors';
import type { PartFile, Validator } from './partFile';
import { checkIsFile, rangeStart, totalOf, type RemoteFile } from './remoteFile';
import { watched, type Watch } from './watched';

export type TransferContext = {
  readonly client: HttpClient;
  readonly stallMs: number;
  readonly signal: AbortSignal;
  readonly onBytes: (done: number, total: number | undefined) => void;
};

/**
 * One request, from where the part ends to the end of the file. Resolves with the SHA-256 that the
 * mirror claims. Rejects with a PassingError when another request may go on, with a RefusedError
 * when this mirror is no good; the part keeps what arrived unless it is useless.
 */
export async function transfer(
  mirror: string,
  file: RemoteFile,
  part: PartFile,
  { client, stallMs, signal, onBytes }: TransferContext,
): Promise<string | undefined> {
  const url = addressOf(mirror, file.path);
  const before = part.bytes > 0 ? part.validator : undefined;
  if (!before) await part.restart();
  return watched(signal, stallMs, url.host, async (watch) => {
    const response = await client.send(
      'GET',
      url,
      before ? { range: `bytes=${part.bytes}-`, ...ifRange(before, mirror) } : {},
      watch.signal,
    );
    try {
      const total = totalOf(response);
      if (response.status === 416 && before) {
        const complete =
          part.bytes === (file.bytes ?? rangeTotal(response)) &&
          part.bytes === (before.bytes ?? part.bytes);
        if (!complete)
          await startAnew(
            part,
            `${response.host} can't go on after ${part.bytes} bytes of ${file.path}`,
          );
        return response.linked.sha256;
      }
      checkStatus(response, [200, 206]);
      checkIsFile(response, total, file);
      const now = validatorOf(mirror, response, total);
      if (response.status === 200) {
        await part.restart();
        await part.note(now);
      } else {
        const checkable = (file.sha256 ?? response.linked.sha256) !== undefined;
        if (rangeStart(response) !== part.bytes || (before && !sameFile(before, now, checkable)))
          await startAnew(part, `${response.host} has another version of ${file.path} now`);
        if (before?.mirror !== mirror) await part.note(now);
      }
      await receive(response, part, file.bytes ?? total, watch, onBytes);
      return response.linked.sha256;
    } finally {
      drop(response.body);
    }
  });
}

/**
 * Compares a complete part with what its SHA-256 should be. Rejects with a CorruptError and forgets
 * the part when they differ.
 */
export async function verify(
  part: PartFile,
  claimed: string | undefined,
  { path }: RemoteFile,
  mirror: string,
): Promise<string> {
  const sha256 = part.sha256();
  if (claimed === undefined || claimed.toLowerCase() === sha256) return sha256;
  await part.restart();
  throw new CorruptError(
    `${path} from ${addressOf(mirror, path).host} has the SHA-256 ${sha256.slice(0, 12)}… ` +
      `instead of ${claimed.slice(0, 12)}…`,
  );
}

async function receive(
  { body, host }: HttpResponse,
  part: PartFile,
  expected: number | undefined,
  { beat }: Watch,
  onBytes: TransferContext['onBytes'],
): Promise<void> {
  onBytes(part.bytes, expected);
  try {
    for await (const chunk of body) {
      await part.append(chunk as Buffer);
      beat();
      if (expected !== undefined && part.bytes > expected) {
        await part.restart();
        throw new RefusedError(`${host} sends more than the ${expected} bytes that are expected`);
      }
      onBytes(part.bytes, expected);
    }
  } catch (error) {
    throw faultOf(error, host);
  }
  if (expected !== undefined && part.bytes < expected)
    throw new PassingError(`${host} ended after ${part.bytes} of ${expected} bytes`);
}

async function startAnew(part: PartFile, reason: string): Promise<never> {
  await part.restart();
  throw new PassingError(reason, 0);
}

const rangeTotal = ({ header }: HttpResponse): number | undefined => {
  const total = /^bytes \*\/(\d+)$/.exec(header('content-range') ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
};

function validatorOf(
  mirror: string,
  { header }: HttpResponse,
  bytes: number | undefined,
): Validator {
  const etag = header('etag');
  const lastModified = header('last-modified');
  return {
    mirror,
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(bytes === undefined ? {} : { bytes }),
  };
}

/**
 * Makes a server send everything when the file changed. Only the server that gave a validator
 * understands it, and weak ones don't count.
 */
function ifRange({ mirror, etag, lastModified }: Validator, now: string): Record<string, string> {
  const validator = etag === undefined || etag.startsWith('W/') ? lastModified : etag;
  return mirror === now && validator !== undefined ? { 'if-range': validator } : {};
}

/**
 * Without a validator in common, a known SHA-256 (`checkable`) has to bring a mixture of two
 * versions to light.
 */
function sameFile(before: Validator, now: Validator, checkable: boolean): boolean {
  if (before.bytes !== undefined && now.bytes !== undefined && before.bytes !== now.bytes)
    return false;
  if (before.mirror !== now.mirror) return checkable;
  if (before.etag !== undefined) return (now.etag ?? before.etag) === before.etag;
  if (before.lastModified !== undefined)
    return (now.lastModified ?? before.lastModified) === before.lastModified;
  return checkable;
}
