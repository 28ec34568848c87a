import http from 'node:http';
import https from 'node:https';
import { messageOf, systemCode } from '../errors';
import { reasonOf } from '../download/watched';
import { RemoteFailure } from './failure';
import { phrase, type Words } from '../../shared/phrase';

export type ExchangeOptions = {
  readonly method: 'GET' | 'POST';
  readonly headers: http.OutgoingHttpHeaders;
  readonly agent: http.Agent;
  /** Sent one after another, without a copy. */
  readonly body: readonly Uint8Array[];
  /** More than this is not read. */
  readonly maxBytes: number;
  /** From the start to the last byte of the answer. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Called when all of the request is on its way. */
  readonly onSent?: () => void;
};

export type Exchange = {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
};

/** Longest until a connection stands. */
const CONNECT_MS = 10_000;

/**
 * One request and its whole answer, of whatever status. Redirects are answers. Rejects with a
 * `RemoteFailure` or the signal's reason; the connection is then closed.
 */
export function exchange(url: URL, options: ExchangeOptions): Promise<Exchange> {
  const { method, headers, agent, body, maxBytes, deadlineMs, signal, onSent } = options;
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === 'https:' ? https : http).request(url, {
      method,
      headers,
      agent,
    });
    const fail = (error: Error): void => {
      reject(error);
      sent.destroy();
    };
    const late = (ms: number, what: Words) => (): void =>
      fail(new RemoteFailure('late', phrase`${what} within ${Math.round(ms / 1000)} s`));
    const connecting = setTimeout(
      late(CONNECT_MS, phrase`it did not accept a connection`),
      CONNECT_MS,
    );
    const deadline = setTimeout(late(deadlineMs, phrase`it did not answer`), deadlineMs);
    const onAbort = (): void => fail(reasonOf(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    sent.once('close', () => {
      clearTimeout(connecting);
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
      // Whatever closed it without an answer.
      reject(
        new RemoteFailure('lost', phrase`the connection closed before the answer was complete`),
      );
    });
    sent.once('socket', (socket) => {
      const stands = (): void => clearTimeout(connecting);
      if (socket.connecting)
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', stands);
      else stands();
    });
    if (onSent) sent.once('finish', onSent);
    sent.on('error', (error) => fail(connectionFailure(error)));
    sent.once('response', (answer) => {
      answer.on('error', (error) => fail(connectionFailure(error)));
      const length = Number(answer.headers['content-length'] ?? Number.NaN);
      const tooLong = (): void =>
        fail(
          new RemoteFailure(
            'nonsense',
            phrase`its answer is longer than the ${maxBytes} bytes asked for`,
          ),
        );
      if (length > maxBytes) {
        tooLong();
        return;
      }
      // What has a length is put where it stays; the rest is joined in the end.
      const place = length >= 0 ? endingAligned(length) : undefined;
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        if (bytes + chunk.length > maxBytes) {
          tooLong();
          return;
        }
        if (place) chunk.copy(place, bytes);
        else chunks.push(chunk);
        bytes += chunk.length;
      });
      answer.once('end', () => {
        if (!answer.complete) return;
        resolve({
          status: answer.statusCode ?? 0,
          header: (name) => {
            const value = answer.headers[name];
            return Array.isArray(value) ? value[0] : value;
          },
          body: place ?? joined(chunks, bytes),
        });
      });
    });
    if (signal.aborted) {
      onAbort();
      return;
    }
    for (const part of body) sent.write(part);
    sent.end();
  });
}

/**
 * Room for so many bytes whose end is at a multiple of eight. Numbers end where the body does, so
 * they can be used where they lie.
 */
function endingAligned(bytes: number): Buffer {
  const room = Buffer.allocUnsafeSlow(Math.ceil(bytes / 8) * 8);
  return room.subarray(room.length - bytes);
}

function joined(chunks: readonly Buffer[], bytes: number): Buffer {
  const body = endingAligned(bytes);
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(body, at);
  return body;
}

/** Certificates that do not fit, and names that are nowhere, are the same next time. */
function connectionFailure(error: Error): RemoteFailure {
  const code = systemCode(error) ?? '';
  const words = WORDS.get(code);
  if (words !== undefined) return new RemoteFailure('lost', words);
  if (code === 'ENOTFOUND') return new RemoteFailure('refused', phrase`its name is not known here`);
  if (code.startsWith('HPE_')) return new RemoteFailure('nonsense', phrase`its answer is not HTTP`);
  if (code === 'EPROTO' || /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code))
    return new RemoteFailure(
      'refused',
      phrase`no safe connection is possible (${messageOf(error)})`,
    );
  return new RemoteFailure('lost', messageOf(error));
}

const WORDS: ReadonlyMap<string, Words> = new Map([
  ['ECONNREFUSED', phrase`it is not running (the connection was refused)`],
  ['ECONNRESET', phrase`it closed the connection`],
  ['EPIPE', phrase`it closed the connection`],
  ['ETIMEDOUT', phrase`it can't be reached`],
  ['EHOSTUNREACH', phrase`it can't be reached`],
  ['ENETUNREACH', phrase`it can't be reached`],
  ['EAI_AGAIN', phrase`its name can't be looked up now`],
]);
