import type { InferQuestion, Layers } from './tensors';
import type { ModelMetadata, ServerMetadata } from './metadata';

/** A model as a server calls it. */
export type ServedName = { readonly name: string; readonly version?: string };

export type InferOptions = {
  readonly signal: AbortSignal;
  /** Longest from the question to the whole answer. */
  readonly deadlineMs: number;
  /** Whether the model answered before, so that it may be missing for a while only. */
  readonly hasAnswered: boolean;
  /** Called when the question is on its way. */
  readonly onSent?: () => void;
};

/**
 * The Open Inference Protocol over one connection or several. All reject with a `RemoteFailure` or
 * the signal's reason.
 */
export type Transport = {
  server(signal: AbortSignal): Promise<ServerMetadata>;
  model(
    model: ServedName,
    options: Pick<InferOptions, 'signal' | 'hasAnswered'>,
  ): Promise<ModelMetadata>;
  /** The SHA-256 that whoever set the server up wrote into the model's configuration, if any. */
  checksum(model: ServedName, signal: AbortSignal): Promise<string | undefined>;
  infer(model: ServedName, question: InferQuestion, options: InferOptions): Promise<Layers>;
  close(): void;
};
