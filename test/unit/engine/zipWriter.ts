import { crc32 } from 'node:zlib';

export type ZipEntry = {
  readonly name: string;
  readonly data: Buffer;
  readonly method?: number;
  readonly claimedSize?: number;
  readonly offset?: number;
};

/** A zip archive of entries as they are given, honest or not. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data, method = 0, claimedSize, offset } of entries) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(name.length, 26);
    parts.push(local, Buffer.from(name), data);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(crc(data), 16);
    central.writeUInt32LE(claimedSize ?? data.length, 20);
    central.writeUInt32LE(claimedSize ?? data.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset ?? at, 42);
    directory.push(central, Buffer.from(name));
    at += 30 + name.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, central, end]);
}

function crc(data: Buffer): number {
  return typeof crc32 === 'function' ? crc32(data) : 0;
}

/** Opcodes of pickle protocol 2 that the tests write. */
export const pickle = {
  proto: Buffer.from([0x80, 2]),
  stop: Buffer.from('.'),
  mark: Buffer.from('('),
  tuple: Buffer.from('t'),
  emptyTuple: Buffer.from(')'),
  emptyDict: Buffer.from('}'),
  setItem: Buffer.from('s'),
  reduce: Buffer.from('R'),
  persistent: Buffer.from('Q'),
  none: Buffer.from('N'),
  false: Buffer.from([0x89]),
  global: (module: string, name: string): Buffer => Buffer.from(`c${module}\n${name}\n`),
  text: (value: string): Buffer => {
    const head = Buffer.alloc(5);
    head[0] = 0x58;
    head.writeUInt32LE(Buffer.byteLength(value), 1);
    return Buffer.concat([head, Buffer.from(value)]);
  },
  int: (value: number): Buffer => {
    const bytes = Buffer.alloc(5);
    bytes[0] = 0x4a;
    bytes.writeInt32LE(value, 1);
    return bytes;
  },
};

/** A whole pickle of these parts. */
export const pickleOf = (...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([pickle.proto, ...parts, pickle.stop]);

export type TensorClaim = {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly start?: number;
  readonly elements: number;
  readonly type?: string;
  readonly key?: string;
};

/** The opcodes of one tensor, as torch writes it. */
export function tensorOpcodes({
  shape,
  strides,
  start = 0,
  elements,
  type = 'FloatStorage',
  key = '0',
}: TensorClaim): Buffer {
  const tuple = (values: readonly number[]): Buffer =>
    Buffer.concat([pickle.mark, ...values.map(pickle.int), pickle.tuple]);
  const storage = [
    pickle.mark,
    pickle.text('storage'),
    pickle.global('torch', type),
    pickle.text(key),
    pickle.text('cuda:0'),
    pickle.int(elements),
    pickle.tuple,
    pickle.persistent,
  ];
  const orderedDict = [
    pickle.global('collections', 'OrderedDict'),
    pickle.emptyTuple,
    pickle.reduce,
  ];
  const args = [
    pickle.mark,
    ...storage,
    pickle.int(start),
    tuple(shape),
    tuple(strides),
    pickle.false,
    ...orderedDict,
    pickle.tuple,
  ];
  return Buffer.concat([
    pickle.global('torch._utils', '_rebuild_tensor_v2'),
    ...args,
    pickle.reduce,
  ]);
}

/** A checkpoint with the one entry `w`. */
export const checkpointOf = (value: Buffer, data: Buffer): Buffer =>
  zipOf([
    {
      name: 'archive/data.pkl',
      data: pickleOf(pickle.emptyDict, pickle.text('w'), value, pickle.setItem),
    },
    { name: 'archive/data/0', data },
  ]);
