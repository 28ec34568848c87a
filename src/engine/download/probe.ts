import { checkStatus, drop, type HttpClient, type HttpResponse } from './httpClient';
import { addressOf } from './mirrors';
import { checkIsFile, totalOf, type RemoteFile } from './remoteFile';
import { watched } from './watched';

/** What a mirror tells of a file. */
export type RemoteFacts = {
  readonly bytes: number | undefined;
  readonly sha256: string | undefined;
};

/**
 * Asks a mirror about a file without fetching it. Rejects with a RefusedError or a PassingError.
 */
export function factsOf(
  mirror: string,
  file: RemoteFile,
  client: HttpClient,
  stallMs: number,
  signal: AbortSignal,
): Promise<RemoteFacts> {
  const url = addressOf(mirror, file.path);
  return watched(signal, stallMs, url.host, async (watch) => {
    const ask = async (
      method: 'HEAD' | 'GET',
      headers: Record<string, string>,
    ): Promise<HttpResponse> => {
      const response = await client.send(method, url, headers, watch.signal);
      drop(response.body);
      return response;
    };
    let response = await ask('HEAD', {});
    if (isNoAnswer(response)) response = await ask('GET', { range: 'bytes=0-0' });
    // An empty file has no first byte.
    if (response.status !== 416) checkStatus(response, [200, 206]);
    const bytes = sizeIn(response);
    checkIsFile(response, bytes, file);
    return { bytes, sha256: file.sha256?.toLowerCase() ?? response.linked.sha256 };
  });
}

/** Some servers know no HEAD, allow GET only at signed addresses, or leave the size out. */
function isNoAnswer(response: HttpResponse): boolean {
  if (response.status === 200) return sizeIn(response) === undefined;
  return (
    ![404, 408, 410, 429].includes(response.status) &&
    (response.status < 500 || response.status === 501)
  );
}

const sizeIn = (response: HttpResponse): number | undefined =>
  totalOf(response) ?? response.linked.bytes;
