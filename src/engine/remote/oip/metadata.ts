import { nonsense } from './tensors';
import { phrase } from '../../../shared/phrase';
import { fieldsOf } from '../../../shared/json';

/** A tensor as a server describes it; −1 is any size. */
export type TensorMetadata = {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
};

export type ModelMetadata = {
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
};

export type ServerMetadata = { readonly name: string; readonly version: string };

/** Reads the answer about a model. Throws a `RemoteFailure`. */
export function readModelMetadata(json: unknown): ModelMetadata {
  const { inputs, outputs } = fieldsOf(json);
  return { inputs: tensors(inputs, 'inputs'), outputs: tensors(outputs, 'outputs') };
}

/** Reads the answer about the server; what it does not say is unknown. */
export function readServerMetadata(json: unknown): ServerMetadata {
  const { name, version } = fieldsOf(json);
  const text = (value: unknown): string =>
    typeof value === 'string' && /^[\w.+ -]{1,40}$/.test(value) ? value : '';
  return { name: text(name), version: text(version) };
}

function tensors(list: unknown, what: string): TensorMetadata[] {
  if (!Array.isArray(list)) throw nonsense(phrase`about the model names no ${what}`);
  return list.slice(0, 64).map((entry) => {
    const { name, datatype, shape } = fieldsOf(entry);
    // Some write sizes as texts.
    const dims = Array.isArray(shape) ? shape.map(Number) : [];
    if (typeof name !== 'string' || typeof datatype !== 'string' || !dims.every(Number.isInteger))
      throw nonsense(phrase`about the model's ${what} can't be read`);
    return { name: name.slice(0, 80), datatype: datatype.slice(0, 20), shape: dims };
  });
}
