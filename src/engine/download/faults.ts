import { RpcError } from '../../shared/rpc';
import { messageOf, systemCode } from '../errors';
import { phrase, WordedError, type Words } from '../../shared/phrase';

/** What no later try changes: the next mirror is due. */
export class RefusedError extends WordedError {}

/** What a later try may change. */
export class PassingError extends WordedError {
  /** `waitMs`: how long the server asks to wait, in ms. */
  constructor(
    words: Words,
    readonly waitMs?: number,
  ) {
    super(words);
  }
}

/** There is no way to a host: offline, a name that is not found, nobody listens. */
export class UnreachableError extends PassingError {
  constructor(host: string) {
    super(phrase`no connection to ${host}`);
  }
}

/** Bytes that do not have the right SHA-256. */
export class CorruptError extends WordedError {}

/** Codes of the system for a network, a name or a host that can't be reached. */
const UNREACHABLE =
  /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ENETDOWN|ETIMEDOUT)$/;

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

/**
 * What went wrong on the way to a host, as one of the errors above; an RpcError stays what it is.
 */
export function faultOf(error: unknown, host: string): Error {
  if (error instanceof RpcError || error instanceof RefusedError || error instanceof PassingError)
    return error;
  // Several addresses of one host were tried: they fail alike.
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = systemCode(cause) ?? '';
  const message = messageOf(cause);
  if (UNREACHABLE.test(code)) return new UnreachableError(host);
  if (CERTIFICATE.test(code)) {
    return new RefusedError(
      phrase`the certificate of ${host} is not trusted (${code}); if your network has its own authority, name its file in NODE_EXTRA_CA_CERTS`,
    );
  }
  const proxyStatus = /^Proxy\D*(\d{3})/.exec(message)?.[1];
  if (proxyStatus === '407')
    return new RefusedError(
      phrase`the proxy on the way to ${host} wants a user name and a password (407)`,
    );
  if (proxyStatus?.startsWith('4') === true)
    return new RefusedError(phrase`the proxy refuses the way to ${host} (${proxyStatus})`);
  if (code === 'ERR_INVALID_CHAR')
    return new RefusedError(phrase`${host} can't be asked: ${message}`);
  return new PassingError(
    phrase`${host}: ${message === '' ? code || phrase`the connection broke` : message}`,
  );
}
