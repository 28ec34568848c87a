import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { certificate } from './certificates';

/**
 * How the server treats a path. Each answer may be misbehaviour for its first `times` requests
 * (default: always).
 */
export type Behaviour = {
  readonly times?: number;
  /** Answers with this status and nothing else. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the connection after so many bytes of the body. */
  readonly breakAfter?: number;
  /** Sends nothing more after so many bytes, and keeps the connection. */
  readonly stallAfter?: number;
  /** Claims this size. */
  readonly claimBytes?: number;
  /** Sends so many bytes more than there are, without a Content-Length. */
  readonly surplus?: number;
  readonly ignoreRange?: boolean;
  /** Answers ranges although If-Range does not match. */
  readonly ignoreIfRange?: boolean;
  /** Claims this total in Content-Range only. */
  readonly rangeTotal?: number;
  /** Redirects there. */
  readonly redirect?: string;
  readonly html?: boolean;
  /** Changes a byte of the body. */
  readonly corrupt?: boolean;
  /** Another ETag; `null` for none. */
  readonly etag?: string | null;
  /** Tells the SHA-256 as Hugging Face does. */
  readonly tellHash?: boolean;
  /** Only for requests with this method. */
  readonly method?: 'GET' | 'HEAD';
  /** Milliseconds between pieces of 16 kB. */
  readonly slowMs?: number;
};

export type LoggedRequest = {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
};

export type FileServer = {
  readonly url: string;
  /** Of its certificate, in PEM, for who is to trust it; undefined over http. */
  readonly certificate: string | undefined;
  readonly requests: LoggedRequest[];
  /** Sets what happens to requests of a path, one behaviour after another as each is used up. */
  behave(path: string, ...behaviours: Behaviour[]): void;
  readonly close: () => Promise<void>;
};

/**
 * Serves files from memory or a folder over HTTP (https with a certificate that nobody trusts),
 * with ranges and ETags, and misbehaves as told.
 */
export async function startFileServer(
  source: ReadonlyMap<string, Buffer> | string,
  { tls = false } = {},
): Promise<FileServer> {
  const requests: LoggedRequest[] = [];
  const behaviours = new Map<string, { behaviour: Behaviour; left: number }[]>();
  const read = (name: string): Buffer | undefined => {
    if (typeof source !== 'string') return source.get(name);
    try {
      return readFileSync(path.join(source, ...name.split('/').filter((part) => part !== '..')));
    } catch {
      return undefined;
    }
  };
  const take = (name: string, method: string): Behaviour => {
    const queue =
      behaviours
        .get(name)
        ?.filter(
          ({ behaviour, left }) =>
            left > 0 && (behaviour.method === undefined || behaviour.method === method),
        ) ?? [];
    const [first] = queue;
    if (!first) return {};
    first.left--;
    return first.behaviour;
  };
  const listener: RequestListener = (request, response) => {
    const name = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname.slice(1));
    const ifRange = request.headers['if-range'];
    requests.push({
      method: request.method ?? '',
      path: name,
      range: request.headers.range,
      ifRange: typeof ifRange === 'string' ? ifRange : undefined,
    });
    answer(request, response, read(name), take(name, request.method ?? ''));
  };
  const identity = tls ? certificate('test') : undefined;
  const { url, close } = await listen(
    identity ? createTlsServer(identity, listener) : createServer(listener),
  );
  return {
    url: tls ? url.replace('http:', 'https:') : url,
    certificate: identity?.cert,
    requests,
    behave: (name, ...list) =>
      void behaviours.set(
        name,
        list.map((behaviour) => ({ behaviour, left: behaviour.times ?? Number.POSITIVE_INFINITY })),
      ),
    close,
  };
}

const PIECE = 16 * 1024;

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  file: Buffer | undefined,
  how: Behaviour,
): void {
  if (how.redirect !== undefined) {
    end(response, 302, { location: how.redirect, ...how.headers });
    return;
  }
  if (how.status !== undefined) {
    end(response, how.status, how.headers);
    return;
  }
  if (how.html) {
    end(
      response,
      200,
      { 'content-type': 'text/html; charset=utf-8' },
      Buffer.from('<html>Please log in</html>'),
    );
    return;
  }
  if (!file) {
    end(response, 404);
    return;
  }
  const hash = createHash('sha256').update(file).digest('hex');
  const etag = how.etag !== undefined ? how.etag : `"${hash.slice(0, 16)}"`;
  const common = {
    ...(etag === null ? {} : { etag }),
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    ...(how.tellHash ? { 'x-linked-etag': `"${hash}"` } : {}),
    ...how.headers,
  };
  const range = how.ignoreRange
    ? undefined
    : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const asked = request.headers['if-range'];
  const start =
    range &&
    (asked === undefined ||
      asked === etag ||
      asked === how.headers?.['last-modified'] ||
      how.ignoreIfRange === true)
      ? Number(range[1])
      : undefined;
  if (start !== undefined && start >= file.length) {
    end(response, 416, { 'content-range': `bytes */${file.length}` });
    return;
  }
  const last = range?.[2] ? Math.min(file.length - 1, Number(range[2])) : file.length - 1;
  let body = Buffer.from(file.subarray(start ?? 0, last + 1));
  if (how.corrupt && body.length > 0) body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 0xff;
  if (how.surplus !== undefined) body = Buffer.concat([body, Buffer.alloc(how.surplus)]);
  const total = how.rangeTotal ?? how.claimBytes ?? file.length;
  const headers: Record<string, string | number> =
    start === undefined
      ? { ...common }
      : { ...common, 'content-range': `bytes ${start}-${last}/${total}` };
  if (how.surplus === undefined)
    headers['content-length'] =
      how.claimBytes === undefined ? body.length : Math.max(0, how.claimBytes - (start ?? 0));
  response.writeHead(start === undefined ? 200 : 206, headers);
  if (request.method === 'HEAD') return void response.end();
  void sendBody(response, body, how);
}

async function sendBody(
  response: ServerResponse,
  body: Buffer,
  { breakAfter, stallAfter, slowMs, claimBytes }: Behaviour,
): Promise<void> {
  const limit = Math.min(body.length, breakAfter ?? stallAfter ?? body.length);
  for (let at = 0; at < limit && !response.destroyed; at += PIECE) {
    await new Promise((resolve) =>
      response.write(body.subarray(at, Math.min(limit, at + PIECE)), resolve),
    );
    if (slowMs !== undefined) await new Promise((resolve) => setTimeout(resolve, slowMs));
  }
  if (stallAfter !== undefined) return;
  if (breakAfter !== undefined || (claimBytes !== undefined && claimBytes !== body.length))
    response.socket?.end();
  else response.end();
}

function end(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = Buffer.alloc(0),
): void {
  response.writeHead(status, { 'content-length': body.length, ...headers });
  response.end(body);
}

export type ForwardProxy = {
  readonly url: string;
  /** host:port of each request and tunnel. */
  readonly targets: string[];
  /** Of those, the tunnels (CONNECT). */
  readonly tunnels: string[];
  readonly close: () => Promise<void>;
};

export type ProxyOptions = {
  /** Names that exist only behind the proxy, as host:port, and the addresses they stand for. */
  readonly names?: ReadonlyMap<string, string>;
  /** Refuses everything with this status. */
  readonly status?: number;
};

/** A forward proxy: CONNECT and plain requests. */
export async function startProxy({
  names = new Map(),
  status,
}: ProxyOptions = {}): Promise<ForwardProxy> {
  const targets: string[] = [];
  const tunnels: string[] = [];
  const addressOf = (host: string): URL => new URL(`http://${names.get(host) ?? host}`);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '');
    targets.push(url.host);
    if (status !== undefined) {
      end(response, status);
      return;
    }
    const forwarded = httpRequest(
      new URL(url.pathname + url.search, addressOf(url.host)),
      { method: request.method, headers: request.headers },
      (answered) => {
        response.writeHead(answered.statusCode ?? 502, answered.headers);
        answered.on('error', () => response.destroy());
        answered.pipe(response);
      },
    );
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  });
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    const host = request.url ?? '';
    targets.push(host);
    tunnels.push(host);
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const { hostname, port } = addressOf(host);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
    client.on('close', () => upstream.destroy());
  });
  return { targets, tunnels, ...(await listen(server)) };
}

async function listen(server: Server): Promise<{ url: string; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
