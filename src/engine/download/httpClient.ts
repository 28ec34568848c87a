import { EnvHttpProxyAgent, ProxyAgent, request, type Dispatcher } from 'undici';
import { engineError } from '../errors';

const MOST_REDIRECTS = 5;

/** A server's answer that no later try changes: the next mirror is due. */
export class RefusedError extends Error {}

/** A server's answer that a later try may change. */
export class BusyError extends Error {
  constructor(
    message: string,
    /** What the server asked to wait, in ms. */
    readonly waitMs: number | undefined,
  ) {
    super(message);
  }
}

export type HttpResponse = {
  readonly status: number;
  /** Lower-case names. The headers of redirects count where the last answer lacks them: Hugging Face tells hashes there. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Dispatcher.ResponseData['body'];
};

/** HTTP through the proxy that was asked for, else the one that the environment names. */
export class HttpClient {
  private readonly dispatcher: Dispatcher;

  constructor({ proxy, stallMs }: { readonly proxy: string | undefined; readonly stallMs: number }) {
    const timeouts = { headersTimeout: stallMs, bodyTimeout: stallMs, connectTimeout: stallMs };
    this.dispatcher = proxy === undefined ? new EnvHttpProxyAgent(timeouts) : proxyAgent(proxy, timeouts);
  }

  /** Follows redirects by itself. The caller reads or dumps the body. */
  async send(method: 'GET' | 'HEAD', url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpResponse> {
    const collected = new Map<string, string>();
    let at = url;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const response = await request(at, { method, headers: { 'accept-encoding': 'identity', 'user-agent': 'pisa-upscale', ...headers }, dispatcher: this.dispatcher, signal });
      for (const [name, value] of Object.entries(response.headers)) {
        if (value !== undefined) collected.set(name.toLowerCase(), Array.isArray(value) ? (value[0] ?? '') : value);
      }
      const { statusCode: status, body } = response;
      // A body that is thrown away reports that as an error, to nobody.
      body.on('error', () => undefined);
      const location = collected.get('location');
      if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return { status, headers: collected, body };
      await body.dump();
      collected.delete('location');
      collected.delete('content-length');
      collected.delete('content-type');
      at = redirectTarget(at, location);
    }
    throw new RefusedError(`${url.host} redirects in circles`);
  }

  close(): Promise<void> {
    return this.dispatcher.destroy();
  }
}

function proxyAgent(proxy: string, timeouts: { readonly headersTimeout: number; readonly bodyTimeout: number }): Dispatcher {
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol)) return new ProxyAgent({ uri: url.href, ...timeouts });
  throw engineError('proxy-invalid', { message: `"${proxy}" is no address of a proxy.`, hint: 'Give it as http://host:port in the setting "http.proxy" or the option --proxy.' });
}

function redirectTarget(from: URL, location: string): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (!target || !['http:', 'https:'].includes(target.protocol)) throw new RefusedError(`${from.host} redirects to ${location.slice(0, 100)}, which is no web address`);
  if (from.protocol === 'https:' && target.protocol === 'http:') throw new RefusedError(`${from.host} redirects to an unencrypted address`);
  return target;
}

const LONGEST_WAIT_MS = 60_000;

/** Turns a bad status into the error that says whether a later try makes sense; dumps the body. */
export async function checkStatus({ status, headers, body }: HttpResponse, host: string, good: readonly number[]): Promise<void> {
  if (good.includes(status)) return;
  await body.dump();
  const text = `${host} answered ${status}`;
  if (status === 429 || status >= 500) throw new BusyError(text, retryAfterMs(headers.get('retry-after')));
  throw new RefusedError(text);
}

function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(LONGEST_WAIT_MS, Math.max(0, ms)) : undefined;
}
