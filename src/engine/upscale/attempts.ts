import type { Device } from '../../shared/settings';
import { RpcError, wordsOf } from '../../shared/rpc';
import type { RemoteFallback } from '../../shared/remoteSettings';
import { engineError, named } from '../errors';
import { remoteFailed, RemoteFailure } from '../remote/failure';
import { type Words, phrase } from '../../shared/phrase';

/** A way to run the tiles: a device and the most pixels a tile may have. */
export type Attempt = {
  readonly device: Device;
  readonly tilePixels: number;
  /** Whether it makes sense after a failure; after any unless given. */
  readonly isFor?: (error: unknown) => boolean;
};

/** Larger tiles than 384² only make messages larger. */
const REMOTE_PIXELS = 384 * 384;

/**
 * A server gets smaller tiles when a message was too large for it; then, if the person allowed that,
 * the CPU of this machine does the work.
 */
function remoteAttempts(tilePixels: number, fallback: RemoteFallback): Attempt[] {
  const most = Math.min(tilePixels, REMOTE_PIXELS);
  const isTooLarge = (error: unknown): boolean =>
    error instanceof RemoteFailure && error.kind === 'too-large';
  return [
    { device: 'remote', tilePixels: most },
    ...[4, 16].map((part): Attempt => ({
      device: 'remote',
      tilePixels: Math.ceil(most / part),
      isFor: isTooLarge,
    })),
    ...(fallback === 'cpu' ? [{ device: 'cpu', tilePixels } as const] : []),
  ];
}

/**
 * A GPU gets a second chance with a quarter of the pixels (half the side), then the CPU does the
 * work.
 */
export function attemptsFor(
  device: Device,
  tilePixels: number,
  fallback: RemoteFallback = 'retry',
): Attempt[] {
  if (device === 'cpu') return [{ device, tilePixels }];
  if (device === 'remote') return remoteAttempts(tilePixels, fallback);
  return [
    { device, tilePixels },
    { device, tilePixels: Math.ceil(tilePixels / 4) },
    { device: 'cpu', tilePixels },
  ];
}

/** Tells the person why the work was done otherwise than they asked. */
export const fallbackNote = (failed: Attempt, next: Attempt, reason: Words): Words =>
  next.device === failed.device
    ? phrase`${failed.device} failed (${reason}); tried again with smaller tiles.`
    : phrase`${failed.device} failed (${reason}); used ${next.device} instead.`;

/**
 * Runs `work` for one attempt after another until one succeeds. `onFallback` learns why each one
 * before it failed. What is no fault of the device (a cancel, a full disk: any `RpcError`) is not
 * tried again.
 */
export async function firstSuccessful<A extends Pick<Attempt, 'device' | 'isFor'>, T>(
  attempts: readonly A[],
  work: (attempt: A) => Promise<T>,
  onFallback: (failed: A, next: A, reason: Words) => Promise<void>,
): Promise<T> {
  let failure: unknown;
  for (const [index, attempt] of attempts.entries()) {
    if (index > 0 && attempt.isFor?.(failure) === false) continue;
    try {
      return await work(attempt);
    } catch (error) {
      // A full disk is no fault of the device either.
      const cause = named(error);
      if (cause instanceof RpcError) throw cause;
      failure = error;
      const next = attempts.slice(index + 1).find(({ isFor }) => isFor?.(error) !== false);
      if (!next) {
        if (error instanceof RemoteFailure) throw remoteFailed(error);
        throw engineError('inference-failed', {
          message: phrase`The model failed on ${attempt.device}: ${wordsOf(error)}`,
          hint: phrase`Try another model, or a smaller picture.`,
          detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      }
      await onFallback(attempt, next, wordsOf(error));
    }
  }
  throw new Error('There is nothing to attempt.');
}
