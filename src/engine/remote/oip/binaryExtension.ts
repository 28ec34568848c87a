import type { RawOutput, TensorQuestion } from './tensors';
import { nonsense, toBytes } from './tensors';
import { phrase } from '../../../shared/phrase';
import { fieldsOf } from '../../../shared/json';

/** The header that says how many bytes of a body are its JSON. */
export const JSON_LENGTH_HEADER = 'inference-header-content-length';
/** More JSON than this is not an answer's head. */
export const MOST_JSON = 64 * 1024;

/** A question as REST with binary tensors has it: JSON, then the numbers. */
export function binaryRequest(
  question: Omit<TensorQuestion, 'maxBytes'>,
  id: string,
): { readonly json: Buffer; readonly tensor: Uint8Array } {
  const { input, image, width, height, outputs, datatype } = question;
  const tensor = toBytes(image, datatype);
  const json = {
    // KServe answers 500 to what has no id.
    id,
    inputs: [
      {
        name: input,
        shape: [1, 3, height, width],
        datatype,
        parameters: { binary_data_size: tensor.byteLength },
      },
    ],
    // For each output: KServe forgets what is said for all of them.
    outputs: outputs.map((name) => ({ name, parameters: { binary_data: true } })),
  };
  return { json: Buffer.from(JSON.stringify(json)), tensor };
}

/**
 * The outputs of a body whose first `jsonLength` bytes are JSON. Their bytes follow in the order in
 * which that lists them, and nothing follows those. Throws a `RemoteFailure`.
 */
export function binaryOutputs(body: Buffer, jsonLength: number): RawOutput[] {
  if (!(jsonLength > 1 && jsonLength <= Math.min(MOST_JSON, body.length)))
    throw nonsense(phrase`does not say how long its header is`);
  const outputs: RawOutput[] = [];
  let at = jsonLength;
  for (const output of listOf(body.subarray(0, jsonLength).toString('utf8'))) {
    const { name, datatype, shape, parameters } = fieldsOf(output);
    const size = fieldsOf(parameters).binary_data_size;
    if (typeof name !== 'string' || typeof size !== 'number' || !Number.isInteger(size) || size < 0)
      throw nonsense(phrase`does not say which outputs it holds`);
    if (at + size > body.length)
      throw nonsense(phrase`ends ${at + size - body.length} bytes before its outputs do`);
    outputs.push({ name, datatype, shape, bytes: body.subarray(at, at + size) });
    at += size;
  }
  if (at !== body.length)
    throw nonsense(phrase`has ${body.length - at} bytes more than its outputs`);
  return outputs;
}

function listOf(json: string): readonly unknown[] {
  try {
    const { outputs } = fieldsOf(JSON.parse(json));
    if (Array.isArray(outputs)) return outputs;
  } catch {
    // Told below.
  }
  throw nonsense(phrase`has no readable header`);
}
