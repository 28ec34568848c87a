import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { ServedName } from './transport';
import { nonsense, toBytes, type RawOutput, type TensorQuestion } from './tensors';
import {
  ModelInferRequestSchema,
  ModelInferResponseSchema,
  ModelMetadataRequestSchema,
  ModelMetadataResponseSchema,
  RepositoryIndexRequestSchema,
  RepositoryIndexResponseSchema,
  ServerMetadataRequestSchema,
  ServerMetadataResponseSchema,
  type ModelInferRequest,
  type ModelInferResponse,
} from './inference_pb';
import { phrase } from '../../../shared/phrase';

/** A call of the protocol's service, with its messages as bytes. */
export type Method<I extends DescMessage, O extends DescMessage> = {
  readonly path: string;
  readonly serialize: (message: MessageShape<I>) => Buffer;
  readonly deserialize: (bytes: Uint8Array) => MessageShape<O>;
};

const method = <I extends DescMessage, O extends DescMessage>(
  name: string,
  input: I,
  output: O,
): Method<I, O> => ({
  path: `/inference.GRPCInferenceService/${name}`,
  serialize: (message) => {
    const { buffer, byteOffset, byteLength } = toBinary(input, message);
    return Buffer.from(buffer, byteOffset, byteLength);
  },
  deserialize: (bytes) => fromBinary(output, bytes),
});

export const SERVER_METADATA = method(
  'ServerMetadata',
  ServerMetadataRequestSchema,
  ServerMetadataResponseSchema,
);
export const MODEL_METADATA = method(
  'ModelMetadata',
  ModelMetadataRequestSchema,
  ModelMetadataResponseSchema,
);
export const REPOSITORY_INDEX = method(
  'RepositoryIndex',
  RepositoryIndexRequestSchema,
  RepositoryIndexResponseSchema,
);
export const MODEL_INFER = method('ModelInfer', ModelInferRequestSchema, ModelInferResponseSchema);

/** A question with its numbers as they are, which excludes typed ones. */
export function inferRequest(
  { name, version = '' }: ServedName,
  { input, image, width, height, outputs, datatype }: TensorQuestion,
  id: string,
): ModelInferRequest {
  return create(ModelInferRequestSchema, {
    modelName: name,
    modelVersion: version,
    id,
    inputs: [{ name: input, datatype, shape: [1n, 3n, BigInt(height), BigInt(width)] }],
    outputs: outputs.map((output) => ({ name: output })),
    rawInputContents: [toBytes(image, datatype)],
  });
}

/** The outputs of an answer: as they are, or typed. Throws a `RemoteFailure`. */
export function inferOutputs({ outputs, rawOutputContents }: ModelInferResponse): RawOutput[] {
  const isRaw = rawOutputContents.length > 0;
  if (isRaw && rawOutputContents.length !== outputs.length)
    throw nonsense(
      phrase`has ${outputs.length} outputs and the numbers of ${rawOutputContents.length}`,
    );
  return outputs.map(({ name, datatype, shape, contents }, i) => ({
    name,
    datatype,
    shape: shape.map(Number),
    bytes: isRaw
      ? (rawOutputContents[i] ?? new Uint8Array())
      : new Uint8Array(Float32Array.from(contents?.fp32Contents ?? []).buffer),
  }));
}
