import { RpcError } from '../shared/rpc';

/** What went wrong with a picture, in words for a person, and a code for a program. */
export class UpscaleError extends Error {
  /** For example `input-not-an-image`, `output-unwritable`, `model-missing`, `bad-setting`. */
  readonly code: string;
  /** What can be done about it. */
  readonly hint: string | undefined;

  constructor(message: string, { code, hint }: { code: string; hint?: string | undefined }) {
    super(message);
    this.name = 'UpscaleError';
    this.code = code;
    this.hint = hint;
  }
}

/** The error that a caller gets: the reason of its own signal, or one that says what happened. */
export function errorFor(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  const { message, code, hint, detail } = RpcError.from(error);
  return Object.assign(new UpscaleError(message, { code, hint }), detail ? { cause: detail } : {});
}
