import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequenceColours } from '../../../src/engine/image/containers/av1Sequence';

const bytesOf = (bits: string): Buffer =>
  Buffer.from((bits.match(/.{1,8}/g) ?? []).map((each) => Number.parseInt(each.padEnd(8, '0'), 2)));
/** Of Display P3. */
const COLOURS = '1'.concat('00001100', '00001101');
const SIZE = '0011'.repeat(4);

const HEADERS: Readonly<Record<string, string>> = {
  'of a single picture': `0001101000${SIZE}${'0'.repeat(6)}00${COLOURS}`,
  'in gray of the third profile, 12 bits deep': `0101101000${SIZE}${'0'.repeat(6)}111${COLOURS}`,
  'with times, models of decoders and tools of a sequence': [
    '00000',
    `1${'0'.repeat(64)}1`,
    '00101',
    `100111${'0'.repeat(42)}`,
    '100000',
    `${'0'.repeat(12)}010001`,
    `1${'0'.repeat(17)}10000`,
    SIZE,
    `1${'0'.repeat(7)}`,
    '000',
    '00001000100000',
    '000',
    `00${COLOURS}`,
  ].join(''),
};

for (const [name, bits] of Object.entries(HEADERS))
  test(`the colors of a sequence header ${name}`, () => {
    const header = bytesOf(bits);
    // Behind a temporal delimiter, with its size.
    const stream = Buffer.concat([Buffer.from([0x12, 0, 0x0a, header.length]), header]);
    const { primaries, transfer } = sequenceColours(stream) ?? {};
    assert.deepEqual([primaries, transfer], [12, 13]);
    assert.equal(sequenceColours(stream.subarray(0, -2)), undefined);
  });

test('a stream without a sequence header names no colors', () => {
  assert.equal(sequenceColours(Buffer.from([0x12, 0, 0x32, 2, 0, 0])), undefined);
  assert.equal(sequenceColours(Buffer.alloc(0)), undefined);
});
