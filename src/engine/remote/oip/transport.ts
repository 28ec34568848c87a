import type { ModelIndex } from './modelIndex';
import type { ModelMetadata, ServerMetadata } from './metadata';
import {
  answerBytes,
  readLayers,
  type InferQuestion,
  type Layers,
  type RawOutput,
  type TensorQuestion,
} from './tensors';

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
  /** The models that the server says it has; undefined when it has no index. */
  index(signal: AbortSignal): Promise<ModelIndex | undefined>;
  /** The outputs as they came; nothing about them is checked but that they are no more than asked. */
  infer(
    model: ServedName,
    question: TensorQuestion,
    options: InferOptions,
  ): Promise<readonly RawOutput[]>;
  close(): void;
};

/** The layers that a model makes of an image, checked. */
export const inferLayers = async (
  transport: Transport,
  model: ServedName,
  question: InferQuestion,
  options: InferOptions,
): Promise<Layers> =>
  readLayers(
    question,
    await transport.infer(model, { ...question, maxBytes: answerBytes(question) }, options),
  );
