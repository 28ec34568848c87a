/**
 * A pickle virtual machine that executes nothing: it knows the opcodes that `torch.save` writes,
 * and of globals only those it is given. Everything else is an error, so a pickle can build lists,
 * dictionaries, text, numbers and tensors, and no more. Opcodes:
 * https://github.com/python/cpython/blob/3.11/Lib/pickletools.py
 */

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly PickleValue[]
  | PickleDict
  | PickleGlobal
  | PickleObject;
/** A Python dict. Keys are text or numbers in every checkpoint. */
export type PickleDict = Map<PickleValue, PickleValue>;

/** A function or class that the pickle names. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** Something that a caller made, such as a storage or a tensor. */
export class PickleObject {
  constructor(readonly value: unknown) {}
}

export type PickleHooks = {
  /** Whether the global `module.name` may be named. */
  readonly allows: (name: string) => boolean;
  /** Calls an allowed global. */
  readonly call: (name: string, args: readonly PickleValue[]) => PickleValue;
  /** Resolves a persistent id, which is how torch refers to a storage. */
  readonly persistent: (id: PickleValue) => PickleValue;
};

/**
 * A pickle of a checkpoint has some thousand values; one that makes more is an attack on memory.
 */
const MOST_VALUES = 10_000_000;
const MARK = Symbol('mark');
type StackItem = PickleValue | typeof MARK;

/**
 * Runs a pickle and returns the one value it leaves. Throws an Error that says what was refused.
 */
export function unpickle(bytes: Buffer, hooks: PickleHooks): PickleValue {
  return new PickleMachine(bytes, hooks).run();
}

class PickleMachine {
  private at = 0;
  private values = 0;
  private readonly stack: StackItem[] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(
    private readonly bytes: Buffer,
    private readonly hooks: PickleHooks,
  ) {}

  run(): PickleValue {
    for (;;) {
      const position = this.at;
      const opcode = this.u8();
      if (opcode === STOP) return this.pop();
      const step = OPCODES[opcode];
      if (!step)
        throw new Error(
          `its pickle has the opcode 0x${opcode.toString(16)} at byte ${position}, which ` +
            'no plain checkpoint has',
        );
      step(this);
    }
  }

  take(count: number): Buffer {
    if (count > this.bytes.length - this.at) throw new Error('its pickle ends early');
    const part = this.bytes.subarray(this.at, this.at + count);
    this.at += count;
    return part;
  }

  u8 = (): number => this.take(1).readUInt8();
  u16 = (): number => this.take(2).readUInt16LE();
  u32 = (): number => this.take(4).readUInt32LE();
  text = (length: number): string => this.take(length).toString('utf8');

  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw new Error('its pickle ends early');
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }

  push(value: StackItem): void {
    if (++this.values > MOST_VALUES) throw new Error('its pickle makes too many values');
    this.stack.push(value);
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || value === MARK)
      throw new Error('its pickle takes from an empty stack');
    return value;
  }

  popToMark(): PickleValue[] {
    const from = this.stack.lastIndexOf(MARK);
    if (from < 0) throw new Error('its pickle lacks a mark');
    const values = this.stack.splice(from).slice(1);
    return values as PickleValue[];
  }

  top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined || value === MARK)
      throw new Error('its pickle takes from an empty stack');
    return value;
  }

  tuple(count: number): void {
    const values = Array.from({ length: count }, () => this.pop()).reverse();
    this.push(values);
  }

  mark(): void {
    this.push(MARK);
  }

  append(values: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw new Error('its pickle appends to what is no list');
    for (const value of values) (list as PickleValue[]).push(value);
  }

  setItems(pairs: readonly PickleValue[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || pairs.length % 2 !== 0)
      throw new Error('its pickle sets items of what is no dictionary');
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i] ?? null, pairs[i + 1] ?? null);
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.memo.size);
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined)
      throw new Error(`its pickle recalls value ${index}, which it never kept`);
    this.push(value);
  }

  global(module: PickleValue, name: PickleValue): void {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw new Error('its pickle names a global by what is no text');
    const full = `${module}.${name}`;
    if (!this.hooks.allows(full)) {
      throw new Error(
        `its pickle names ${full.slice(0, 100)}, which a plain checkpoint has no use for; ` +
          'it may be an attack and was not run',
      );
    }
    this.push(new PickleGlobal(full));
  }

  reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(callee instanceof PickleGlobal) || !Array.isArray(args))
      throw new Error('its pickle calls what is no function');
    this.push(this.hooks.call(callee.name, args as PickleValue[]));
  }

  /** The state of an OrderedDict is empty; any other object has none here. */
  build(): void {
    const state = this.pop();
    const target = this.top();
    const empty = state === null || (state instanceof Map && state.size === 0);
    if (!(target instanceof Map) || !(empty || isTorchMetadata(state)))
      throw new Error('its pickle sets the state of an object');
  }

  persistent(): void {
    this.push(this.hooks.persistent(this.pop()));
  }

  /** A little-endian two's complement number of `length` bytes. */
  long(length: number): void {
    if (length > 8) throw new Error('its pickle has a number of more than 64 bits');
    let value = 0n;
    this.take(length).forEach((byte, i) => (value |= BigInt(byte) << BigInt(8 * i)));
    const signed = BigInt.asIntN(8 * length, value);
    this.push(Number.isSafeInteger(Number(signed)) ? Number(signed) : signed);
  }
}

/** `state_dict()` hangs `_metadata` on its OrderedDict, which says nothing about tensors. */
const isTorchMetadata = (state: PickleValue): boolean =>
  state instanceof Map && [...state.keys()].every((key) => key === '_metadata');

const STOP = 0x2e;

/**
 * What each opcode does, by its byte. Those that run code (INST, OBJ, NEWOBJ, EXT*, STACK_GLOBAL of
 * unknown names …) are missing.
 */
const OPCODES: Readonly<Record<number, (machine: PickleMachine) => void>> = {
  0x80: (m) => void m.u8(), // PROTO
  0x95: (m) => void m.take(8), // FRAME
  0x28: (m) => m.mark(), // MARK
  0x30: (m) => void m.pop(), // POP
  0x7d: (m) => m.push(new Map()), // EMPTY_DICT
  0x5d: (m) => m.push([]), // EMPTY_LIST
  0x29: (m) => m.push([]), // EMPTY_TUPLE
  0x4e: (m) => m.push(null), // NONE
  0x88: (m) => m.push(true), // NEWTRUE
  0x89: (m) => m.push(false), // NEWFALSE
  0x4b: (m) => m.push(m.u8()), // BININT1
  0x4d: (m) => m.push(m.u16()), // BININT2
  0x4a: (m) => m.push(m.take(4).readInt32LE()), // BININT
  0x8a: (m) => m.long(m.u8()), // LONG1
  0x47: (m) => m.push(m.take(8).readDoubleBE()), // BINFLOAT
  0x58: (m) => m.push(m.text(m.u32())), // BINUNICODE
  0x8c: (m) => m.push(m.text(m.u8())), // SHORT_BINUNICODE
  0x71: (m) => m.remember(m.u8()), // BINPUT
  0x72: (m) => m.remember(m.u32()), // LONG_BINPUT
  0x94: (m) => m.rememberNext(), // MEMOIZE
  0x68: (m) => m.recall(m.u8()), // BINGET
  0x6a: (m) => m.recall(m.u32()), // LONG_BINGET
  0x74: (m) => m.push(m.popToMark()), // TUPLE
  0x85: (m) => m.tuple(1), // TUPLE1
  0x86: (m) => m.tuple(2), // TUPLE2
  0x87: (m) => m.tuple(3), // TUPLE3
  0x61: (m) => m.append([m.pop()]), // APPEND
  0x65: (m) => m.append(m.popToMark()), // APPENDS
  0x73: (m) => m.setItems([m.pop(), m.pop()].reverse()), // SETITEM
  0x75: (m) => m.setItems(m.popToMark()), // SETITEMS
  0x63: (m) => m.global(m.line(), m.line()), // GLOBAL
  0x93: (m) => m.global(...([m.pop(), m.pop()].reverse() as [PickleValue, PickleValue])), // STACK_GLOBAL
  0x52: (m) => m.reduce(), // REDUCE
  0x62: (m) => m.build(), // BUILD
  0x51: (m) => m.persistent(), // BINPERSID
};
