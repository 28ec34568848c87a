import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { maskedAddress } from '../../shared/addresses';
import { quoted } from '../checkpoint/limits';
import { cancelled } from '../errors';
import { faultOf, PassingError, RefusedError } from './faults';
import { leadsInside } from './privateHosts';
import { Connections } from './proxy';
import { reasonOf, untilAborted } from './watched';
import { phrase, type Words } from '../../shared/phrase';

const MOST_REDIRECTS = 5;
const LONGEST_WAIT_MS = 60_000;

export type HttpResponse = {
  readonly status: number;
  /** Who gave this answer, after redirects. */
  readonly host: string;
  /** A header of the last answer; the name in lower case. */
  readonly header: (name: string) => string | undefined;
  /**
   * The first SHA-256 and size that an answer on the way claims: Hugging Face tells them on its
   * redirect.
   */
  readonly linked: { readonly sha256: string | undefined; readonly bytes: number | undefined };
  readonly body: IncomingMessage;
};

/** HTTP GET and HEAD with redirects, through proxies. */
export class HttpClient {
  private readonly connections: Connections;
  private readonly closed = new AbortController();

  /** Throws `proxy-invalid`. */
  constructor(proxy: string | undefined) {
    this.connections = new Connections(proxy);
  }

  /**
   * Follows redirects. The caller reads or drops the body. Rejects with a RefusedError, a
   * PassingError or the signal's reason.
   */
  async send(
    method: 'GET' | 'HEAD',
    url: URL,
    headers: Readonly<Record<string, string>>,
    asked: AbortSignal,
  ): Promise<HttpResponse> {
    const signal = AbortSignal.any([asked, this.closed.signal]);
    let sha256: string | undefined;
    let bytes: number | undefined;
    let at = url;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      // Compressed bytes could neither be resumed nor checked.
      const options = {
        method,
        headers: { 'accept-encoding': 'identity', 'user-agent': 'pisa-upscale', ...headers },
        agent: this.connections.agentFor(at),
      };
      const body = await untilAborted(request(at, options, signal), signal).catch(
        (error: unknown) => {
          throw faultOf(error, at.host);
        },
      );
      const header = (name: string): string | undefined => {
        const value = body.headers[name];
        return Array.isArray(value) ? value[0] : value;
      };
      sha256 ??= hashIn(header('x-linked-etag')) ?? hashIn(header('etag'));
      bytes ??= wholeNumber(header('x-linked-size'));
      const status = body.statusCode ?? 0;
      const location = header('location');
      if (![301, 302, 303, 307, 308].includes(status) || location === undefined)
        return { status, host: at.host, header, linked: { sha256, bytes }, body };
      drop(body);
      at = redirectTarget(at, location);
    }
    throw new RefusedError(
      phrase`${url.host} redirects in circles (more than ${MOST_REDIRECTS} times)`,
    );
  }

  /** Closes all connections. What is under way rejects with `cancelled`. */
  close(): void {
    this.closed.abort(cancelled());
    this.connections.close();
  }
}

/**
 * The answer's head has come; its body waits to be read. Rejects when there is none, or when a
 * proxy refuses the way. When the signal aborts, the request and the reading of the body end with
 * its reason.
 */
function request(
  url: URL,
  options: http.RequestOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === 'https:' ? https : http).request(url, options);
    let body: IncomingMessage | undefined;
    const abort = (): void => {
      body?.destroy(reasonOf(signal));
      sent.destroy(reasonOf(signal));
    };
    signal.addEventListener('abort', abort, { once: true });
    sent.once('close', () => signal.removeEventListener('abort', abort));
    // A proxy's refusal of a tunnel comes as if it were the answer.
    sent.once('proxyConnect', ({ statusCode }: { readonly statusCode?: number }) => {
      if (url.protocol === 'https:' && statusCode !== 200)
        sent.destroy(new Error(`Proxy answered ${statusCode}`));
    });
    sent.once('response', (response) => {
      body = response;
      // Nobody reads a body any more that breaks after it was dropped.
      response.on('error', () => undefined);
      resolve(response);
    });
    // After the answer's head nobody waits for this any more: who reads the body learns of it.
    sent.on('error', reject);
    sent.end();
  });
}

/**
 * Where a redirect leads. Throws a RefusedError for other than web addresses, for a step from https
 * to http, and for one from outside into this machine's network.
 */
export function redirectTarget(from: URL, location: string): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (target?.protocol !== 'http:' && target?.protocol !== 'https:')
    throw new RefusedError(
      phrase`${from.host} redirects to "${quoted(maskedAddress(location))}", which is not a web address`,
    );
  if (from.protocol === 'https:' && target.protocol === 'http:')
    throw new RefusedError(
      phrase`${from.host} redirects to an unencrypted address on ${target.host}`,
    );
  if (leadsInside(from, target))
    throw new RefusedError(
      phrase`${from.host} redirects to ${target.host}, an address inside this machine or its network`,
    );
  return target;
}

const WORTH_READING = 16_384;

/**
 * Reads what little is left so that the connection can serve again, and closes it if that may be
 * much.
 */
export function drop(body: HttpResponse['body']): void {
  if (
    body.complete ||
    (wholeNumber(body.headers['content-length']) ?? Number.POSITIVE_INFINITY) <= WORTH_READING
  )
    body.resume();
  else body.destroy();
}

/** Throws for any status but those; the error says whether a later try makes sense. */
export function checkStatus({ status, host, header }: HttpResponse, good: readonly number[]): void {
  if (good.includes(status)) return;
  const text = phrase`${host} answered ${status}${MEANINGS.get(status) ?? ''}`;
  if (status === 408 || status === 429 || status >= 500)
    throw new PassingError(text, retryAfterMs(header('retry-after')));
  throw new RefusedError(text);
}

const MEANINGS: ReadonlyMap<number, Words> = new Map([
  [401, phrase` (it wants a login)`],
  [403, phrase` (it allows no access)`],
  [404, phrase` (it does not have the file)`],
  [407, phrase` (the proxy wants a user name and a password)`],
  [410, phrase` (the file is gone)`],
  [429, phrase` (too many requests)`],
  [503, phrase` (it is busy)`],
]);

/** A number of whole, non-negative units in a header. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function hashIn(tag: string | undefined): string | undefined {
  const text = tag?.replace(/^W\//, '').replaceAll('"', '');
  return text !== undefined && /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : undefined;
}

/** A Retry-After header (seconds or a date) in ms, from 0 to a minute. */
export function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(0, ms));
}
