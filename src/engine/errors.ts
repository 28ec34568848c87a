import type { ErrorCode } from '../shared/errorCodes';
import type { ChangeableSetting, Remedy } from '../shared/remedies';
import { RpcError, type RpcErrorValue } from '../shared/rpc';
import { phrase } from '../shared/phrase';

export { named } from '../files/systemError';

/**
 * An error as a value with a code, what happened, and what to do. Its words must fit every front
 * end: what is done by a setting, an option or a button is a remedy.
 */
export function engineError(code: ErrorCode, value: Omit<RpcErrorValue, 'code'>): RpcError {
  return new RpcError({ code, ...value });
}

/** The remedy of a value that the person chose. */
export const changeSetting = (setting: ChangeableSetting): Remedy => ({
  kind: 'change-setting',
  setting,
});

export const cancelled = (): RpcError => engineError('cancelled', { message: phrase`Canceled.` });

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}

/** The `code` of a Node system error such as ENOENT, if it has one. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
