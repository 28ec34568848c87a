/**
 * A pickle virtual machine that executes nothing: it knows the opcodes that `torch.save` writes,
 * and of globals only those it is given. Everything else is an error, so a pickle can build lists,
 * dictionaries, text, numbers and tensors, and no more. Opcodes:
 * https://github.com/python/cpython/blob/3.11/Lib/pickletools.py
 */

import { LIMITS, quoted } from './limits';
import { phrase, WordedError } from '../../shared/phrase';

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
  /** Whether objects of unknown classes are left out instead of refused. */
  readonly lenient?: boolean;
};

const MARK = Symbol('mark');
type StackItem = PickleValue | typeof MARK;

/**
 * The stack, the memo and the bytes of a pickle that is being read. Whatever takes memory or time is
 * paid for out of one budget, so that no pickle can be made that takes more.
 */
export class PickleMachine {
  private at = 0;
  private spent = 0;
  private readonly stack: StackItem[] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(
    private readonly bytes: Buffer,
    private readonly hooks: PickleHooks,
  ) {}

  /** Bytes that were read. */
  get position(): number {
    return this.at;
  }

  /** Pays for so many values. Throws when a checkpoint can't need as many. */
  spend(values: number): void {
    this.spent += values;
    if (this.spent > LIMITS.values)
      throw new WordedError(
        phrase`its pickle makes more than ${LIMITS.values} values, which no checkpoint needs; it may be an attack`,
      );
  }

  take(count: number): Buffer {
    if (count > this.bytes.length - this.at) throw new WordedError(phrase`its pickle ends early`);
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
    if (end < 0) throw new WordedError(phrase`its pickle ends early`);
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }

  push(value: StackItem): void {
    this.spend(1);
    this.stack.push(value);
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || value === MARK)
      throw new WordedError(phrase`its pickle takes from an empty stack`);
    return value;
  }

  popToMark(): PickleValue[] {
    const from = this.stack.lastIndexOf(MARK);
    if (from < 0) throw new WordedError(phrase`its pickle lacks a mark`);
    const values = this.stack.splice(from).slice(1);
    return values as PickleValue[];
  }

  top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined || value === MARK)
      throw new WordedError(phrase`its pickle takes from an empty stack`);
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
    if (!Array.isArray(list))
      throw new WordedError(phrase`its pickle appends to something that is not a list`);
    this.spend(values.length);
    for (const value of values) (list as PickleValue[]).push(value);
  }

  setItems(pairs: readonly PickleValue[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || pairs.length % 2 !== 0)
      throw new WordedError(phrase`its pickle sets items of something that is not a dictionary`);
    this.spend(pairs.length);
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i] ?? null, pairs[i + 1] ?? null);
  }

  remember(index: number): void {
    this.spend(1);
    this.memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.memo.size);
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined)
      throw new WordedError(phrase`its pickle recalls value ${index}, which it never kept`);
    this.push(value);
  }

  global(module: PickleValue, name: PickleValue): void {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw new WordedError(phrase`its pickle names a global by something that is not text`);
    const full = `${module}.${name}`;
    if (!this.hooks.allows(full)) {
      throw new WordedError(
        phrase`its pickle names ${quoted(full)}, which a plain checkpoint has no use for; it may be an attack and was not run`,
      );
    }
    this.push(new PickleGlobal(full));
  }

  reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(callee instanceof PickleGlobal) || !Array.isArray(args))
      throw new WordedError(phrase`its pickle calls something that is not a function`);
    const [first] = args as PickleValue[];
    this.spend(args.length + (Array.isArray(first) ? first.length : 0));
    this.push(this.hooks.call(callee.name, args as PickleValue[]));
  }

  /** An object of a class that is left out, made by its constructor. */
  newObject(): void {
    if (this.hooks.lenient !== true)
      throw new WordedError(phrase`its pickle makes an object of a class`);
    this.reduce();
  }

  /** The state of an OrderedDict is empty; any other object has none here. */
  build(): void {
    const state = this.pop();
    const target = this.top();
    const empty = state === null || (state instanceof Map && state.size === 0);
    if (this.hooks.lenient === true && target instanceof PickleObject) return;
    if (!(target instanceof Map) || !(empty || isTorchMetadata(state)))
      throw new WordedError(phrase`its pickle sets the state of an object`);
  }

  persistent(): void {
    this.push(this.hooks.persistent(this.pop()));
  }

  /** A little-endian two's complement number of `length` bytes. */
  long(length: number): void {
    if (length > 8) throw new WordedError(phrase`its pickle has a number of more than 64 bits`);
    let value = 0n;
    this.take(length).forEach((byte, i) => (value |= BigInt(byte) << BigInt(8 * i)));
    const signed = BigInt.asIntN(8 * length, value);
    this.push(Number.isSafeInteger(Number(signed)) ? Number(signed) : signed);
  }
}

/** `state_dict()` hangs `_metadata` on its OrderedDict, which says nothing about tensors. */
const isTorchMetadata = (state: PickleValue): boolean =>
  state instanceof Map && state.size === 1 && state.has('_metadata');
