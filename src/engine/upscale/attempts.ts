import type { Device } from '../../shared/settings';
import { RpcError } from '../../shared/rpc';
import { engineError, messageOf, named } from '../errors';

/** A way to run the tiles: a device and the most pixels a tile may have. */
export type Attempt = { readonly device: Device; readonly tilePixels: number };

/**
 * A GPU gets a second chance with a quarter of the pixels (half the side), then the CPU does the
 * work.
 */
export function attemptsFor(device: Device, tilePixels: number): Attempt[] {
  if (device === 'cpu') return [{ device, tilePixels }];
  return [
    { device, tilePixels },
    { device, tilePixels: Math.ceil(tilePixels / 4) },
    { device: 'cpu', tilePixels },
  ];
}

/** Tells the person why the work was done otherwise than they asked. */
export const fallbackNote = (failed: Attempt, next: Attempt, reason: string): string =>
  `${failed.device} failed (${reason}); ` +
  `${next.device === failed.device ? 'tried again with smaller tiles' : `used ${next.device} instead`}.`;

/**
 * Runs `work` for one attempt after another until one succeeds. `onFallback` learns why each one
 * before it failed. What is no fault of the device (a cancel, a full disk: any `RpcError`) is not
 * tried again.
 */
export async function firstSuccessful<A extends { readonly device: Device }, T>(
  attempts: readonly A[],
  work: (attempt: A) => Promise<T>,
  onFallback: (failed: A, next: A, reason: string) => Promise<void>,
): Promise<T> {
  for (const [index, attempt] of attempts.entries()) {
    try {
      return await work(attempt);
    } catch (error) {
      // A full disk is no fault of the device either.
      const cause = named(error);
      if (cause instanceof RpcError) throw cause;
      const next = attempts[index + 1];
      if (!next) {
        throw engineError('inference-failed', {
          message: `The model failed on ${attempt.device}: ${messageOf(error)}`,
          hint: 'Try another model, or a smaller picture.',
          detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      }
      await onFallback(attempt, next, messageOf(error));
    }
  }
  throw new Error('There is nothing to attempt.');
}
