import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { TensorInfo } from '../../src/engine/checkpoint/checkpoint';
import { readSafetensors } from '../../src/engine/checkpoint/safetensors';
import { isDict, isTensor, type CheckpointDict } from '../../src/engine/checkpoint/torchValues';
import { readTorchZip } from '../../src/engine/checkpoint/torchZip';
import { RpcError } from '../../src/shared/rpc';
import { damagedCount, mutations } from '../unit/engine/mutations';
import { pickle, pickleOf, tensorOpcodes, zipOf } from '../unit/engine/zipWriter';
import { stopwatch } from '../harness/stopwatch';
import { temporaryFolder } from './support';

/** Of each container. */
const CASES = damagedCount(2000);
const AT_ONCE = 4;
const LONGEST_MS = 2000;
const MOST_BYTES = 500 * 2 ** 20;
const LONGEST_MESSAGE = 600;

type Place = Pick<TensorInfo, 'offset' | 'length'>;

/** A safetensors file as it is written for a small network. */
function safetensors(): Buffer {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let at = 0;
  for (const [i, [dtype, bytes]] of [
    ['F32', 4],
    ['F16', 2],
    ['BF16', 2],
    ['I64', 8],
    ['F32', 4],
    ['F16', 2],
  ].entries() as Iterable<[number, [string, number]]>) {
    const length = 6 * bytes;
    header[`blocks.${i}.weight`] = { dtype, shape: [2, 3], data_offsets: [at, at + length] };
    at += length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(at, 7)]);
}

/** A file as torch.save writes one: nested dictionaries, numbers, a kept value, three storages. */
function torchZip(): Buffer {
  const tensor = (key: string, type: string, elements: number): Buffer =>
    Buffer.concat([
      pickle.text(`layer.${key}.weight`),
      tensorOpcodes({ shape: [2, elements / 2], strides: [elements / 2, 1], elements, type, key }),
      pickle.setItem,
    ]);
  const state = Buffer.concat([
    pickle.text('state'),
    pickle.emptyDict,
    Buffer.from([0x71, 0]),
    tensor('0', 'FloatStorage', 6),
    tensor('1', 'HalfStorage', 8),
    tensor('2', 'BFloat16Storage', 4),
    pickle.setItem,
    pickle.text('rank'),
    pickle.int(4),
    pickle.setItem,
    pickle.text('again'),
    Buffer.from([0x68, 0]),
    pickle.setItem,
  ]);
  return zipOf([
    { name: 'archive/data.pkl', data: pickleOf(pickle.emptyDict, state) },
    { name: 'archive/byteorder', data: Buffer.from('little') },
    { name: 'archive/data/0', data: Buffer.alloc(24, 1) },
    { name: 'archive/data/1', data: Buffer.alloc(16, 2) },
    { name: 'archive/data/2', data: Buffer.alloc(8, 3) },
    { name: 'archive/version', data: Buffer.from('3\n') },
  ]);
}

function tensorsIn(checkpoint: CheckpointDict, seen = new Set<CheckpointDict>()): Place[] {
  if (seen.has(checkpoint)) return [];
  seen.add(checkpoint);
  return [...checkpoint.values()].flatMap((value) =>
    isDict(value) ? tensorsIn(value, seen) : isTensor(value) ? [value] : [],
  );
}

/** Numbers, names and brackets of a JSON header changed, so that it mostly still parses. */
function* changedHeaders(original: Buffer, count: number): Generator<Buffer> {
  const length = Number(original.readBigUInt64LE());
  const text = original.toString('utf8', 8, 8 + length);
  const data = original.subarray(8 + length);
  const places = [...text.matchAll(/\d+|"[^"]*"|[[\]{}]/g)];
  const values = ['0', '-1', '1e999', '9007199254740993', '4294967296', '0.5', 'null', '[]', '{}'];
  values.push('""', '"F64"', '"__proto__"', '[[[[]]]]', '[1,2,3,4,5,6,7,8,9]', 'true', '');
  for (let i = 0; i < count; i++) {
    const { 0: found, index } = places[(i * 7919) % places.length]!;
    const value = values[Math.floor(i / places.length) % values.length]!;
    const changed = Buffer.from(
      `${text.slice(0, index)}${value}${text.slice(index + found.length)}`,
    );
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(BigInt(changed.length));
    yield Buffer.concat([head, changed, data]);
  }
}

describe('damaged checkpoints: each is read or refused, soon, small, and within its file', () => {
  const folder = temporaryFolder();

  const survives = async (
    files: Iterable<Buffer>,
    read: (file: string) => Promise<readonly Place[]>,
  ): Promise<void> => {
    const counts = { read: 0, refused: 0 };
    let slowest = 0;
    const before = process.memoryUsage().rss;
    let most = before;
    const source = files[Symbol.iterator]();
    const worker = async (_: unknown, number: number): Promise<void> => {
      const file = path.join(folder, `case-${number}`);
      for (let next = source.next(); next.done !== true; next = source.next()) {
        writeFileSync(file, next.value);
        const taken = stopwatch();
        try {
          for (const { offset, length } of await read(file))
            assert.ok(offset >= 0 && length >= 0 && offset + length <= next.value.length);
          counts.read++;
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          assert.ok(
            error instanceof RpcError && error.code === 'checkpoint-damaged',
            String(error),
          );
          assert.ok(error.message.length <= LONGEST_MESSAGE, error.message.slice(0, 1000));
          counts.refused++;
        }
        slowest = Math.max(slowest, taken());
        most = Math.max(most, process.memoryUsage.rss());
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    assert.equal(counts.read + counts.refused, CASES);
    assert.ok(counts.read > CASES / 100 && counts.refused > CASES / 10, JSON.stringify(counts));
    assert.ok(slowest < LONGEST_MS, `${slowest.toFixed(0)} ms`);
    assert.ok(most - before < MOST_BYTES, `${((most - before) / 2 ** 20).toFixed(0)} MB`);
  };

  it(`${CASES} safetensors files: bytes and values of the header`, async () => {
    const original = safetensors();
    const header = 8 + Number(original.readBigUInt64LE());
    const both = function* (): Generator<Buffer> {
      yield* mutations(original, CASES / 2, header, 0, 2);
      yield* changedHeaders(original, CASES / 2);
    };
    await survives(both(), async (file) => [...(await readSafetensors(file)).values()]);
  });

  it(`${CASES} torch archives: bytes of the pickle and of the directory`, async () => {
    const original = torchZip();
    const directory = original.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    const both = function* (): Generator<Buffer> {
      yield* mutations(original, CASES / 2, directory, 0, 3);
      yield* mutations(original, CASES / 2, original.length, directory, 4);
    };
    await survives(both(), async (file) => tensorsIn(await readTorchZip(file)));
  });
});
