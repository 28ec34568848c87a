import { CorruptError, faultOf, PassingError, RefusedError } from './faults';
import { checkStatus, drop, type HttpClient, type HttpResponse } from './httpClient';
import { addressOf, mirrorId } from './mirrors';
import type { PartFile, Validator } from './partFile';
import { checkIsFile, mostBytes, rangeStart, totalOf, type RemoteFile } from './remoteFile';
import { watched, type Watch } from './watched';
import { phrase, type Words } from '../../shared/phrase';

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
      before ? { range: `bytes=${part.bytes}-`, ...ifRange(before, mirrorId(mirror)) } : {},
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
            phrase`${response.host} can't go on after ${part.bytes} bytes of ${file.path}`,
          );
        return response.linked.sha256;
      }
      checkStatus(response, [200, 206]);
      checkIsFile(response, total, file);
      const now = validatorOf(mirrorId(mirror), response, total);
      if (response.status === 200) {
        await part.restart();
        await part.note(now);
      } else {
        const checkable = (file.sha256 ?? response.linked.sha256) !== undefined;
        if (rangeStart(response) !== part.bytes || (before && !sameFile(before, now, checkable)))
          await startAnew(part, phrase`${response.host} has another version of ${file.path} now`);
        if (before?.mirror !== now.mirror) await part.note(now);
      }
      await receive(response, part, file, file.bytes ?? total, watch, onBytes);
      return response.linked.sha256;
    } finally {
      drop(response.body);
    }
  });
}

/**
 * Compares a complete part with what its SHA-256 should be: the known one, else what the mirror
 * claims. When they differ it forgets the part and rejects with a CorruptError, or with a
 * RefusedError when the mirror has another file.
 */
export async function verify(
  part: PartFile,
  claimed: string | undefined,
  { path, sha256: known }: RemoteFile,
  mirror: string,
): Promise<string> {
  const sha256 = part.sha256();
  const expected = known ?? claimed;
  if (expected === undefined || expected.toLowerCase() === sha256) return sha256;
  await part.restart();
  const { host } = addressOf(mirror, path);
  // What arrived is what the mirror has: to fetch gigabytes again would bring the same.
  if (known !== undefined && claimed?.toLowerCase() === sha256)
    throw new RefusedError(
      phrase`${path} from ${host} is another file than the known one: its SHA-256 is ${sha256.slice(0, 12)}… instead of ${known.slice(0, 12)}…`,
    );
  throw new CorruptError(
    phrase`${path} from ${host} has the SHA-256 ${sha256.slice(0, 12)}… instead of ${expected.slice(0, 12)}…`,
  );
}

async function receive(
  { body, host }: HttpResponse,
  part: PartFile,
  file: RemoteFile,
  expected: number | undefined,
  { beat }: Watch,
  onBytes: TransferContext['onBytes'],
): Promise<void> {
  const most = expected ?? mostBytes(file);
  onBytes(part.bytes, expected);
  try {
    for await (const chunk of body) {
      if (part.bytes + (chunk as Buffer).length > most) {
        await part.restart();
        throw new RefusedError(
          expected === undefined
            ? phrase`${host} sends more than the ${most} bytes that ${file.path} may have`
            : phrase`${host} sends more than the ${most} bytes that are expected`,
        );
      }
      await part.append(chunk as Buffer);
      beat();
      onBytes(part.bytes, expected);
    }
  } catch (error) {
    throw faultOf(error, host);
  }
  if (expected !== undefined && part.bytes < expected)
    throw new PassingError(phrase`${host} ended after ${part.bytes} of ${expected} bytes`);
}

async function startAnew(part: PartFile, reason: Words): Promise<never> {
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
