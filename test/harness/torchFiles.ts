import { writeFileSync } from 'node:fs';
import type { Tensor } from './networks';
import { pickle, pickleOf, tensorOpcodes, zipOf } from '../unit/engine/zipWriter';

const elementsOf = ({ shape }: Tensor): number => shape.reduce((a, b) => a * b, 1);

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
}

const bytesOf = ({ data }: Tensor): Buffer =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** A dictionary of tensors, as torch pickles it, each with a storage of its own. */
function dictionary(tensors: ReadonlyMap<string, Tensor>): Buffer {
  const entries = [...tensors].map(([name, tensor], key) =>
    Buffer.concat([
      pickle.text(name),
      tensorOpcodes({
        shape: tensor.shape,
        strides: stridesOf(tensor.shape),
        elements: elementsOf(tensor),
        key: String(key),
      }),
      pickle.setItem,
    ]),
  );
  return Buffer.concat([pickle.emptyDict, ...entries]);
}

/** Writes tensors as `torch.save` does since version 1.6, under `params`. */
export function writeTorchZip(file: string, tensors: ReadonlyMap<string, Tensor>): void {
  const data = pickleOf(
    pickle.emptyDict,
    pickle.text('params'),
    dictionary(tensors),
    pickle.setItem,
  );
  const storages = [...tensors.values()].map((tensor, key) => ({
    name: `archive/data/${key}`,
    data: bytesOf(tensor),
  }));
  writeFileSync(file, zipOf([{ name: 'archive/data.pkl', data }, ...storages]));
}

/** Writes tensors as `torch.save` did before version 1.6. */
export function writeTorchLegacy(file: string, tensors: ReadonlyMap<string, Tensor>): void {
  const magic = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
  const version = pickleOf(pickle.int(1001));
  const machine = pickleOf(
    pickle.emptyDict,
    pickle.text('little_endian'),
    Buffer.from([0x88]),
    pickle.setItem,
  );
  const keys = pickleOf(
    Buffer.from(']('),
    ...[...tensors.keys()].map((_, key) => pickle.text(String(key))),
    Buffer.from('e'),
  );
  const storages = [...tensors.values()].flatMap((tensor) => {
    const count = Buffer.alloc(8);
    count.writeBigInt64LE(BigInt(elementsOf(tensor)));
    return [count, bytesOf(tensor)];
  });
  writeFileSync(
    file,
    Buffer.concat([magic, version, machine, pickleOf(dictionary(tensors)), keys, ...storages]),
  );
}
