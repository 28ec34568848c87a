import { RefusedError } from './faults';
import { wholeNumber, type HttpResponse } from './httpClient';
import { phrase } from '../../shared/phrase';

/** A file to fetch, with what is known of it; known facts are checked. */
export type RemoteFile = {
  /** Below the mirror, with "/". */
  readonly path: string;
  readonly bytes?: number;
  /** No more is taken, whether the server tells a size or not. */
  readonly maxBytes?: number;
  /** Hexadecimal. */
  readonly sha256?: string;
};

/** Of a file of which nothing is known. */
const LARGEST = 5_000_000_000;

/** Bytes that are taken at most. */
export const mostBytes = ({ bytes, maxBytes }: RemoteFile): number => bytes ?? maxBytes ?? LARGEST;

/** The size of the whole file by an answer: Content-Range in a part of it, else Content-Length. */
export function totalOf({ status, header }: HttpResponse): number | undefined {
  if (status === 200) return wholeNumber(header('content-length'));
  return wholeNumber(/^bytes [^/]*\/(\d+)$/.exec(header('content-range') ?? '')?.[1]);
}

/** Where the bytes of a 206 begin in the file. */
export const rangeStart = ({ header }: HttpResponse): number | undefined =>
  wholeNumber(/^bytes (\d+)-/.exec(header('content-range') ?? '')?.[1]);

/**
 * Throws a RefusedError when the answer can't be the file: another size, a web page, compressed
 * bytes.
 */
export function checkIsFile(
  response: HttpResponse,
  total: number | undefined,
  file: RemoteFile,
): void {
  const { path, bytes } = file;
  const { host, header } = response;
  // A login page, or a network that wants one to log in first.
  if (/^text\/html\b/i.test(header('content-type') ?? '') && !/\.html?$/i.test(path)) {
    throw new RefusedError(
      phrase`${host} sent a web page instead of ${path}; perhaps it, or your network, wants a login in a browser first`,
    );
  }
  const encoding = header('content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    throw new RefusedError(
      phrase`${host} sent ${path} compressed (${encoding}) although it was not asked to`,
    );
  if (bytes !== undefined && total !== undefined && total !== bytes)
    throw new RefusedError(
      phrase`${host} has ${path} with ${total} bytes where ${bytes} are expected`,
    );
  if (total !== undefined && total > mostBytes(file))
    throw new RefusedError(
      phrase`${host} has ${path} with ${total} bytes where ${mostBytes(file)} are allowed`,
    );
}
