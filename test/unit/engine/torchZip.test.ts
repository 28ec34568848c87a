import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { isDict, isTensor } from '../../../src/engine/checkpoint/torchValues';
import { readTorchZip } from '../../../src/engine/checkpoint/torchZip';
import { readPisaFile } from '../../../src/engine/graph/sd21/adapterFiles';
import { RpcError } from '../../../src/shared/rpc';
import { temporaryFolder } from '../../engine/support';
import { damagedCount, mutations } from './mutations';
import { checkpointOf, pickle, pickleOf, tensorOpcodes, zipOf } from './zipWriter';

const CASES = damagedCount(500);

const TINY = path.join(__dirname, '../../fixtures/pisa-sr-tiny/pisa_sr.pkl');

describe('readTorchZip', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'a.pkl');
  const data = Buffer.alloc(24, 7);
  const good = tensorOpcodes({ shape: [2, 3], strides: [3, 1], elements: 6 });
  const refuses = (what: string, make: () => Buffer, expected: RegExp): void =>
    void it(`refuses ${what}`, async () => {
      writeFileSync(file, make());
      await assert.rejects(readTorchZip(file), (error) => {
        assert.ok(error instanceof RpcError && error.code === 'checkpoint-damaged', String(error));
        assert.match(error.message, expected);
        return true;
      });
    });

  it('locates a tensor’s bytes in a file that torch.save wrote', async () => {
    const checkpoint = await readTorchZip(TINY);
    const state = checkpoint.get('state_dict_unet');
    assert.ok(isDict(state));
    const tensor = state.get('conv_in.lora_A.default_encoder_pix.weight');
    assert.ok(isTensor(tensor));
    assert.deepEqual([tensor.dtype, tensor.shape, tensor.length], ['F32', [4, 4, 3, 3], 576]);
    const floats = new Float32Array(
      readFileSync(TINY).buffer.slice(tensor.offset, tensor.offset + tensor.length),
    );
    const deviation = Math.sqrt(
      floats.reduce((sum, value) => sum + value * value, 0) / floats.length,
    );
    assert.ok(
      deviation > 0.03 && deviation < 0.08,
      `the bytes are weights of deviation 0.05, found ${deviation}`,
    );
    const { branches, tensors } = readPisaFile(checkpoint).unet;
    assert.deepEqual(
      branches.map(({ rank, alpha }) => ({ rank, alpha })),
      [
        { rank: 4, alpha: 8 },
        { rank: 2, alpha: 8 },
      ],
    );
    assert.equal(tensors.size % 4, 0);
  });

  it('locates a tensor that begins inside its storage', async () => {
    writeFileSync(
      file,
      checkpointOf(tensorOpcodes({ shape: [2], strides: [1], start: 3, elements: 6 }), data),
    );
    const tensor = (await readTorchZip(file)).get('w');
    assert.ok(isTensor(tensor));
    assert.deepEqual(
      [...readFileSync(file).subarray(tensor.offset, tensor.offset + 8)],
      [...data.subarray(12, 20)],
    );
    assert.equal(tensor.length, 8);
  });

  for (const [storage, dtype] of [
    ['HalfStorage', 'F16'],
    ['BFloat16Storage', 'BF16'],
  ] as const) {
    it(`knows torch.${storage}`, async () => {
      writeFileSync(
        file,
        checkpointOf(
          tensorOpcodes({ shape: [12], strides: [1], elements: 12, type: storage }),
          data,
        ),
      );
      const tensor = (await readTorchZip(file)).get('w');
      assert.ok(isTensor(tensor));
      assert.equal(tensor.dtype, dtype);
    });
  }

  refuses('what is no archive', () => Buffer.from('not a zip at all'), /not a zip archive/);
  refuses(
    'an old pickle without an archive',
    () => pickleOf(pickle.emptyDict),
    /not a zip archive/,
  );
  refuses(
    'an archive without data.pkl',
    () => zipOf([{ name: 'archive/other', data }]),
    /no data\.pkl/,
  );
  refuses(
    'compressed entries',
    () => zipOf([{ name: 'archive/data.pkl', data: pickleOf(pickle.emptyDict), method: 8 }]),
    /compressed/,
  );
  refuses(
    'an entry that claims 4 GB',
    () =>
      zipOf([
        { name: 'archive/data.pkl', data: pickleOf(pickle.emptyDict), claimedSize: 0xfffffff0 },
      ]),
    /./,
  );
  refuses(
    'entries at one place',
    () =>
      zipOf([
        { name: 'archive/data.pkl', data: pickleOf(pickle.emptyDict) },
        { name: 'archive/data/0', data, offset: 0 },
      ]),
    /overlap/,
  );
  refuses(
    'two entries of one name',
    () =>
      zipOf([
        { name: 'archive/data.pkl', data: pickleOf(pickle.emptyDict) },
        { name: 'archive/data.pkl', data: pickleOf(pickle.emptyDict) },
      ]),
    /twice/,
  );
  refuses('a path that leaves the archive', () => zipOf([{ name: '../data.pkl', data }]), /./);
  refuses('an unknown opcode', () => checkpointOf(Buffer.from([0xff]), data), /opcode 0xff/);
  refuses(
    'a tensor beyond its storage',
    () => checkpointOf(tensorOpcodes({ shape: [7], strides: [1], elements: 6 }), data),
    /outside its storage/,
  );
  refuses(
    'a tensor before its storage',
    () => checkpointOf(tensorOpcodes({ shape: [1], strides: [1], start: -1, elements: 6 }), data),
    /no valid shape/,
  );
  refuses(
    'a storage larger than its entry',
    () => checkpointOf(tensorOpcodes({ shape: [7], strides: [1], elements: 7 }), data),
    /has 24 bytes where/,
  );
  refuses(
    'a transposed view',
    () => checkpointOf(tensorOpcodes({ shape: [2, 3], strides: [1, 2], elements: 6 }), data),
    /not contiguous/,
  );
  refuses(
    'a storage that is missing',
    () => checkpointOf(tensorOpcodes({ shape: [6], strides: [1], elements: 6, key: '9' }), data),
    /storage 9 is missing/,
  );
  refuses(
    'a storage of an unknown type',
    () =>
      checkpointOf(
        tensorOpcodes({ shape: [6], strides: [1], elements: 6, type: 'DoubleStorage' }),
        data,
      ),
    /torch\.DoubleStorage/,
  );
  refuses(
    'a pickle that is cut off',
    () =>
      zipOf([{ name: 'archive/data.pkl', data: pickleOf(pickle.emptyDict, good).subarray(0, 40) }]),
    /ends early/,
  );
  refuses(
    'text that claims more bytes than there are',
    () => checkpointOf(Buffer.from([0x58, 0xff, 0xff, 0xff, 0x7f]), data),
    /ends early/,
  );
  refuses(
    'a bare list',
    () => zipOf([{ name: 'archive/data.pkl', data: pickleOf(Buffer.from(']')) }]),
    /no dictionary/,
  );
  refuses(
    'a value that was never kept',
    () => checkpointOf(Buffer.from([0x68, 5]), data),
    /never kept/,
  );

  it('refuses a pickle that calls os.system, and does not run it', async () => {
    const trace = path.join(folder, 'executed');
    for (const [module, name] of [
      ['os', 'system'],
      ['posix', 'system'],
      ['builtins', 'eval'],
      ['subprocess', 'Popen'],
      ['torch.storage', '_load_from_bytes'],
    ] as const) {
      writeFileSync(
        file,
        checkpointOf(
          Buffer.concat([
            pickle.global(module, name),
            pickle.mark,
            pickle.text(`touch ${trace}`),
            pickle.tuple,
            pickle.reduce,
          ]),
          data,
        ),
      );
      await assert.rejects(
        readTorchZip(file),
        (error) =>
          error instanceof RpcError &&
          error.message.includes(`${module}.${name}`) &&
          error.message.includes('was not run'),
      );
    }
    assert.equal(existsSync(trace), false);
  });

  it('does not take a text for a function', async () => {
    writeFileSync(
      file,
      checkpointOf(
        Buffer.concat([pickle.text('os.system'), pickle.emptyTuple, pickle.reduce]),
        data,
      ),
    );
    await assert.rejects(readTorchZip(file), /not a function/);
  });

  it('survives a dictionary that contains itself', async () => {
    const self = Buffer.concat([
      pickle.emptyDict,
      Buffer.from([0x71, 0]),
      pickle.text('self'),
      Buffer.from([0x68, 0]),
      pickle.setItem,
    ]);
    writeFileSync(file, checkpointOf(self, data));
    assert.ok(isDict((await readTorchZip(file)).get('w')));
  });

  it(`survives ${CASES} damaged files: each is read or refused, and never read out of bounds`, async () => {
    const original = checkpointOf(good, data);
    for (const mutated of mutations(original, CASES, original.length)) {
      writeFileSync(file, mutated);
      try {
        const tensor = (await readTorchZip(file)).get('w');
        if (isTensor(tensor))
          assert.ok(tensor.offset >= 0 && tensor.offset + tensor.length <= mutated.length);
      } catch (error) {
        assert.ok(error instanceof RpcError && error.code === 'checkpoint-damaged', String(error));
      }
    }
  });
});
