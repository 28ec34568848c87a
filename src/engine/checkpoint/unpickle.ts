import { PickleMachine, type PickleHooks, type PickleValue } from './pickleMachine';
import { phrase, WordedError } from '../../shared/phrase';

/**
 * Runs a pickle and returns the one value it leaves. Throws an Error that says what was refused.
 */
export const unpickle = (bytes: Buffer, hooks: PickleHooks): PickleValue =>
  unpickleFirst(bytes, hooks).value;

/** The first of several pickles, and where it ends. */
export function unpickleFirst(
  bytes: Buffer,
  hooks: PickleHooks,
): { readonly value: PickleValue; readonly end: number } {
  const machine = new PickleMachine(bytes, hooks);
  for (;;) {
    const { position } = machine;
    const opcode = machine.u8();
    if (opcode === STOP) return { value: machine.pop(), end: machine.position };
    const step = OPCODES[opcode];
    if (!step)
      throw new WordedError(
        phrase`its pickle has the opcode 0x${opcode.toString(16)} at byte ${position}, which no plain checkpoint has`,
      );
    step(machine);
  }
}

const STOP = 0x2e;

/**
 * What each opcode does, by its byte. Those that run code (INST, OBJ, EXT*, STACK_GLOBAL of
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
  0x55: (m) => m.push(m.text(m.u8())), // SHORT_BINSTRING, of Python 2
  0x54: (m) => m.push(m.text(m.u32())), // BINSTRING
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
  0x81: (m) => m.newObject(), // NEWOBJ
  0x62: (m) => m.build(), // BUILD
  0x51: (m) => m.persistent(), // BINPERSID
};
