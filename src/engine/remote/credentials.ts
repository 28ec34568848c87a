import http from 'node:http';
import { readSmallText } from '../../files/readSmall';
import type { RemoteSettings } from '../../shared/remoteSettings';
import { engineError } from '../errors';
import { phrase } from '../../shared/phrase';
import { wordsOf } from '../../shared/rpc';

/** A token is no longer than that. */
const TOKEN_LIMIT = 64 * 1024;

/** What the protocol itself says, so that nobody else may. */
const OWN = new Set([
  'content-length',
  'content-type',
  'transfer-encoding',
  'connection',
  'accept-encoding',
  'inference-header-content-length',
]);

/** Refuses headers that can't be sent. Throws `bad-setting`; no value is repeated. */
export function checkHeaders({ headers, secrets }: RemoteSettings): void {
  for (const [name, value] of Object.entries({ ...headers, ...secrets.headers })) {
    try {
      http.validateHeaderName(name);
      http.validateHeaderValue(name, value);
      if (!OWN.has(name.toLowerCase())) continue;
    } catch {
      // Told below.
    }
    throw engineError('bad-setting', {
      message: phrase`The header "${name.slice(0, 60)}" can't be sent to the inference server.`,
      hint: phrase`A name has letters, digits and "-"; a value has no line break; the protocol's own headers stay as they are.`,
    });
  }
}

/** The headers of a request: the person's, and the token as it is now. */
export async function authHeaders({
  headers,
  secrets,
}: RemoteSettings): Promise<http.OutgoingHttpHeaders> {
  const token = secrets.tokenFile === undefined ? secrets.token : await tokenIn(secrets.tokenFile);
  return {
    ...headers,
    ...secrets.headers,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}

async function tokenIn(file: string): Promise<string> {
  // Kubernetes swaps a link when a token is renewed.
  const text = await readSmallText(file, { limit: TOKEN_LIMIT, followLinks: true }).catch(
    (error: unknown) => {
      throw engineError('bad-setting', {
        message: phrase`The file with the inference server's token can't be read: ${wordsOf(error)}`,
      });
    },
  );
  const token = text.trim();
  if (!/^[\x21-\x7e]+$/.test(token))
    throw engineError('bad-setting', {
      message: phrase`${file} holds no token for the inference server.`,
      hint: phrase`It must be one line of plain letters.`,
    });
  return token;
}

/** Takes secrets out of words that a server may have repeated. */
export function withoutSecrets(text: string, { secrets }: RemoteSettings, sent: string): string {
  const hidden = [sent, secrets.token, ...Object.values(secrets.headers ?? {})];
  return hidden.reduce<string>(
    (words, secret) =>
      secret === undefined || secret.length < 4 ? words : words.replaceAll(secret, '***'),
    text,
  );
}
