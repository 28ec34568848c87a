import { RpcError, type RpcErrorValue } from '../shared/rpc';

/** Codes of the errors that a person can do something about. */
export type EngineErrorCode =
  | 'cancelled'
  | 'input-missing'
  | 'input-unreadable'
  | 'input-empty'
  | 'input-lfs-pointer'
  | 'input-not-an-image'
  | 'input-damaged'
  | 'input-too-large'
  | 'input-too-slow'
  | 'input-unsupported'
  | 'output-unwritable'
  | 'output-is-source'
  | 'output-too-large-for-format'
  | 'output-too-large'
  | 'bad-setting'
  | 'mirror-unencrypted'
  | 'weights-unverified'
  | 'model-missing'
  | 'model-damaged'
  | 'device-unavailable'
  | 'inference-failed'
  | 'runtime-missing'
  | 'disk-full'
  | 'checkpoint-damaged'
  | 'checkpoint-incomplete'
  | 'licence-not-accepted'
  | 'model-not-installed'
  | 'model-unsupported'
  | 'model-busy'
  | 'download-failed'
  | 'download-corrupt'
  | 'proxy-invalid';

/** An error as a value with a code, what happened, and what to do. */
export function engineError(code: EngineErrorCode, value: Omit<RpcErrorValue, 'code'>): RpcError {
  return new RpcError({ code, ...value });
}

export const cancelled = (): RpcError => engineError('cancelled', { message: 'Cancelled.' });

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
