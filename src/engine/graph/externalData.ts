import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataLocation as DataLocation } from './proto/onnx_pb';

/**
 * Whether an ONNX model's weights lie in other files, in whatever place of it: initializers,
 * attributes, graphs within nodes, functions. Throws when the bytes are no ONNX model.
 */
export function hasExternalData(bytes: Uint8Array): boolean {
  const open: unknown[] = [fromBinary(ModelProtoSchema, bytes)];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) continue;
    if (isExternal(value)) return true;
    // Numbers are leaves; a list of a million of them need not be gone through.
    if (Array.isArray(value) && typeof value[0] !== 'object') continue;
    for (const part of Object.values(value)) if (typeof part === 'object') open.push(part);
  }
  return false;
}

function isExternal(value: object): boolean {
  const { dataLocation, externalData } = value as {
    readonly dataLocation?: unknown;
    readonly externalData?: unknown;
  };
  return (
    dataLocation === DataLocation.EXTERNAL ||
    (Array.isArray(externalData) && externalData.length > 0)
  );
}
