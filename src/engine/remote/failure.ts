import { changeSetting, engineError } from '../errors';
import { clause, phrase, WordedError, type Words } from '../../shared/phrase';

/**
 * What went wrong with a server. `lost`: no connection, or it broke. `late`: no answer in time.
 * `busy`: it has too much to do. `gone`: it answered before and does not know the model now, as while
 * it restarts. `too-large`: of a message. `denied`: who asks may not. `refused`: anything else that
 * will be the same next time. `nonsense`: its answer is not what was asked for.
 */
export type FailureKind =
  | 'lost'
  | 'late'
  | 'busy'
  | 'gone'
  | 'too-large'
  | 'denied'
  | 'refused'
  | 'nonsense';

/** A server failed. The message completes "The server …: " and holds no secret. */
export class RemoteFailure extends WordedError {
  constructor(
    readonly kind: FailureKind,
    words: Words,
    /** How long the server wants to be left alone. */
    readonly retryAfterMs?: number,
  ) {
    super(words);
  }
}

/** Failures after which a later run may do better. */
const PASSING: ReadonlySet<FailureKind> = new Set(['lost', 'late', 'busy', 'gone']);

/** The error when a server failed for good: whether it may be otherwise later is in its code. */
export const remoteFailed = ({ kind, words }: RemoteFailure): Error =>
  engineError(PASSING.has(kind) ? 'remote-failed' : 'remote-refused', {
    message: phrase`The inference server failed. ${clause(words)}.`,
    remedies: [changeSetting('remote.url')],
  });

/** So much of what a server says is shown. */
const MOST_WORDS = 160;

/**
 * What an error's body says, in one line: `{"error": …}` as the protocol has it, `{"detail": …}`,
 * plain text, or the title of a gateway's page.
 */
export function bodyWords(body: Buffer): string {
  const text = body.subarray(0, 4096).toString('utf8').trim();
  const words = fromJson(text) ?? /<title>([^<]*)<\/title>/i.exec(text)?.[1] ?? text;
  return words
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MOST_WORDS);
}

function fromJson(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const said = 'error' in value ? value.error : 'detail' in value ? value.detail : undefined;
    return said === undefined ? undefined : typeof said === 'string' ? said : JSON.stringify(said);
  } catch {
    return undefined;
  }
}

/** The failure that a status other than 200 means. `hasAnswered`: the model ran there before. */
export function failureOf(
  status: number,
  body: Buffer,
  retryAfterMs: number | undefined,
  hasAnswered: boolean,
): RemoteFailure {
  const said = bodyWords(body);
  const words = phrase`it answered ${status}${MEANINGS.get(status) ?? ''}${said === '' ? '' : phrase`: ${said}`}`;
  return new RemoteFailure(kindOf(status, said, hasAnswered), words, retryAfterMs);
}

function kindOf(status: number, said: string, hasAnswered: boolean): FailureKind {
  if (
    status === 413 ||
    /larger than max|exceeds? the (maximum|max)|http-max-input-size/i.test(said)
  )
    return 'too-large';
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return hasAnswered ? 'gone' : 'refused';
  return [408, 429, 502, 503, 504].includes(status) ? 'busy' : 'refused';
}

const MEANINGS: ReadonlyMap<number, Words> = new Map([
  [301, phrase` (redirects are not followed)`],
  [302, phrase` (redirects are not followed)`],
  [303, phrase` (redirects are not followed)`],
  [307, phrase` (redirects are not followed)`],
  [308, phrase` (redirects are not followed)`],
  [401, phrase` (it wants a token)`],
  [403, phrase` (it allows no access)`],
  [404, phrase` (it has no such model)`],
  [413, phrase` (the message is too large for it)`],
  [503, phrase` (it is busy)`],
]);
