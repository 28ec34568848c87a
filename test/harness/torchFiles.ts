import { writeFileSync } from 'node:fs';
import type { Tensor } from './networks';
import { pickle, pickleOf, tensorOpcodes, zipOf } from '../unit/engine/zipWriter';

const elementsOf = ({ shape }: Tensor): number => shape.reduce((a, b) => a * b, 1);

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
}

const bytesOf = ({ data }: Tensor): Buffer =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** Strides of kernels [out,in,h,w] that lie in a file as [out,h,w,in]. */
const channelsLast = ([, input = 1, height = 1, width = 1]: readonly number[]): number[] => [
  input * height * width,
  1,
  width * input,
  input,
];

/** The same kernel as such a file has it. */
function withChannelsLast({ shape, data }: Tensor): Tensor {
  if (shape.length !== 4) return { shape, data };
  const [out = 1, input = 1, height = 1, width = 1] = shape;
  const turned = new Float32Array(data.length);
  let to = 0;
  for (let o = 0; o < out; o++)
    for (let at = 0; at < height * width; at++)
      for (let i = 0; i < input; i++) turned[to++] = data[(o * input + i) * height * width + at]!;
  return { shape, data: turned };
}

/** A dictionary of tensors, as torch pickles it, each with a storage of its own. */
function dictionary(tensors: ReadonlyMap<string, Tensor>, turned = false): Buffer {
  const entries = [...tensors].map(([name, tensor], key) =>
    Buffer.concat([
      pickle.text(name),
      tensorOpcodes({
        shape: tensor.shape,
        strides:
          turned && tensor.shape.length === 4
            ? channelsLast(tensor.shape)
            : stridesOf(tensor.shape),
        elements: elementsOf(tensor),
        key: String(key),
      }),
      pickle.setItem,
    ]),
  );
  return Buffer.concat([pickle.emptyDict, ...entries]);
}

/**
 * Writes tensors as `torch.save` does since version 1.6, under `params`; `turned`: kernels of a
 * network that was trained in the memory format `channels_last`.
 */
export function writeTorchZip(
  file: string,
  tensors: ReadonlyMap<string, Tensor>,
  { turned = false } = {},
): void {
  const data = pickleOf(
    pickle.emptyDict,
    pickle.text('params'),
    dictionary(tensors, turned),
    pickle.setItem,
  );
  const storages = [...tensors.values()].map((tensor, key) => ({
    name: `archive/data/${key}`,
    data: bytesOf(turned ? withChannelsLast(tensor) : tensor),
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
