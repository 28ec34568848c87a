import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readSafetensors } from '../../../src/engine/checkpoint/safetensors';
import { RpcError } from '../../../src/shared/rpc';
import { temporaryFolder } from '../../engine/support';
import { damagedCount, mutations } from './mutations';

const CASES = damagedCount(250);

const TINY = path.join(__dirname, '../../fixtures/pisa-sr-tiny');

describe('readSafetensors', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'a.safetensors');
  /** A file with this header and so many bytes of data. */
  const write = (header: unknown, dataBytes: number, claimed?: bigint): string => {
    const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(claimed ?? BigInt(text.length));
    writeFileSync(file, Buffer.concat([length, text, Buffer.alloc(dataBytes)]));
    return file;
  };
  const refused = (expected: RegExp): Promise<void> =>
    assert.rejects(
      readSafetensors(file),
      (error) =>
        error instanceof RpcError &&
        error.code === 'checkpoint-damaged' &&
        expected.test(error.message) &&
        error.hint !== undefined,
    );

  it('locates tensors of every type, behind the header', async () => {
    write(
      {
        __metadata__: { format: 'pt' },
        a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
        b: { dtype: 'F16', shape: [4], data_offsets: [24, 32] },
        c: { dtype: 'BF16', shape: [], data_offsets: [32, 34] },
      },
      34,
    );
    const tensors = await readSafetensors(file);
    const start = readFileSync(file).length - 34;
    assert.deepEqual([...tensors.keys()], ['a', 'b', 'c']);
    assert.deepEqual(tensors.get('b'), {
      name: 'b',
      dtype: 'F16',
      shape: [4],
      file,
      offset: start + 24,
      length: 8,
    });
    assert.equal(tensors.get('c')?.length, 2);
  });

  it('accepts offsets beyond the product of 32-bit numbers', async () => {
    // Offsets of gigabytes: the file is sparse, so it costs nothing on disk.
    const { open } = await import('node:fs/promises');
    const header = {
      a: { dtype: 'F32', shape: [1024], data_offsets: [5_000_000_000, 5_000_004_096] },
    };
    write(header, 0);
    const handle = await open(file, 'r+');
    await handle.truncate(readFileSync(file).length + 5_000_004_096);
    await handle.close();
    assert.equal((await readSafetensors(file)).get('a')?.length, 4096);
    writeFileSync(file, '');
  });

  const bad: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['an empty file', () => writeFileSync(file, ''), /too few/],
    ['a header longer than the file', () => write({}, 0, 1000n), /header claims 1000 bytes/],
    ['a header of 100 GB', () => write({}, 0, 100_000_000_000n), /header claims/],
    ['a header length of 2⁶⁴ − 1', () => write({}, 0, 2n ** 64n - 1n), /header claims/],
    ['a header that is no JSON', () => write('{"a":', 8), /not JSON/],
    ['a header that is a list', () => write([], 8), /not a JSON object/],
    [
      'a tensor outside the file',
      () => write({ a: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } }, 8),
      /outside the file/,
    ],
    [
      'offsets the wrong way round',
      () => write({ a: { dtype: 'F32', shape: [2], data_offsets: [8, 0] } }, 8),
      /outside the file/,
    ],
    [
      'negative offsets',
      () => write({ a: { dtype: 'F32', shape: [2], data_offsets: [-8, 0] } }, 8),
      /has the offsets/,
    ],
    [
      'a shape that does not fit',
      () => write({ a: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }, 8),
      /needs 12/,
    ],
    [
      'a shape of 100 GB',
      () => write({ a: { dtype: 'F32', shape: [100_000, 250_000], data_offsets: [0, 8] } }, 8),
      /needs 100000000000/,
    ],
    [
      'a shape beyond all numbers',
      () => write({ a: { dtype: 'F32', shape: [1e9, 1e9, 1e9], data_offsets: [0, 8] } }, 8),
      /has the shape/,
    ],
    [
      'overlapping tensors',
      () =>
        write(
          {
            a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
            b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
          },
          12,
        ),
      /overlap/,
    ],
    [
      'an unknown type',
      () => write({ a: { dtype: 'F8_E4M3', shape: [8], data_offsets: [0, 8] } }, 8),
      /has the type "F8_E4M3"/,
    ],
    ['an entry that is no object', () => write({ a: 7 }, 8), /has the type/],
  ];
  for (const [what, make, expected] of bad) {
    it(`refuses ${what}`, async () => {
      make();
      await refused(expected);
    });
  }

  it(`survives ${CASES} damaged files: each is read or refused, and never read out of bounds`, async () => {
    const original = readFileSync(path.join(TINY, 'vae/diffusion_pytorch_model.safetensors'));
    const headerEnd = 8 + Number(original.readBigUInt64LE());
    for (const mutated of mutations(original, CASES, headerEnd)) {
      writeFileSync(file, mutated);
      try {
        for (const { offset, length } of (await readSafetensors(file)).values())
          assert.ok(offset >= 0 && offset + length <= mutated.length);
      } catch (error) {
        assert.ok(error instanceof RpcError && error.code === 'checkpoint-damaged', String(error));
      }
    }
  });
});
