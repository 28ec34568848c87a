import { fromBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  TensorProto_DataLocation as DataLocation,
  type ModelProto,
  type TensorProto,
} from './proto/onnx_pb';

/**
 * Whether an ONNX model's weights lie in other files, in whatever place of it: initializers,
 * attributes, graphs within nodes, functions. Throws when the bytes are no ONNX model.
 */
export const hasExternalData = (bytes: Uint8Array): boolean => externalPlaces(bytes).length > 0;

/** The files that an ONNX model's weights lie in, as it names them. Throws as `hasExternalData`. */
export const externalFiles = (bytes: Uint8Array): ReadonlySet<string> =>
  new Set(
    externalPlaces(bytes).map(
      ({ externalData }) => externalData?.find(({ key }) => key === 'location')?.value ?? '',
    ),
  );

type External = {
  readonly dataLocation?: unknown;
  readonly externalData?: readonly { readonly key: string; readonly value: string }[];
};

function externalPlaces(bytes: Uint8Array): External[] {
  return placesIn(fromBinary(ModelProtoSchema, bytes));
}

/** The tensors of a model whose numbers lie in other files. */
export const externalTensors = (model: ModelProto): TensorProto[] =>
  placesIn(model) as TensorProto[];

function placesIn(model: ModelProto): External[] {
  const places: External[] = [];
  const open: unknown[] = [model];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) continue;
    if (isExternal(value)) places.push(value);
    // Numbers are leaves; a list of a million of them need not be gone through.
    if (Array.isArray(value) && typeof value[0] !== 'object') continue;
    for (const part of Object.values(value) as unknown[])
      if (typeof part === 'object') open.push(part);
  }
  return places;
}

function isExternal(value: External): boolean {
  return (
    value.dataLocation === DataLocation.EXTERNAL ||
    (Array.isArray(value.externalData) && value.externalData.length > 0)
  );
}
