import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { factsOf } from '../../../src/engine/image/containers';
import type { ContainerFacts, Part } from '../../../src/engine/image/containers/facts';
import { FileView } from '../../../src/engine/image/containers/fileView';
import { MOST_SCANS } from '../../../src/engine/image/containers/jpegSegments';

const file = path.join(mkdtempSync(path.join(tmpdir(), 'pu-jpeg-')), 'a.jpg');
const DATA_BYTES = 4_000_000;
const COMMENT = 'behind the scan';

before(() => {
  const segment = (marker: number, data: readonly number[]): Buffer =>
    Buffer.from([0xff, marker, 0, data.length + 2, ...data]);
  const three = [1, 2, 3];
  writeFileSync(
    file,
    Buffer.concat([
      Buffer.from([0xff, 0xd8]),
      segment(0xc0, [8, 0, 64, 0, 64, 3, ...three.flatMap((id) => [id, 0x11, 0])]),
      segment(0xda, [3, ...three.flatMap((id) => [id, 0]), 0, 63, 0]),
      Buffer.alloc(DATA_BYTES, 'a scan'),
      segment(0xfe, [...Buffer.from(COMMENT)]),
      Buffer.from([0xff, 0xd9]),
    ]),
  );
});

/** What is found, and how many bytes are read for it. */
const facts = (part: Part): Promise<{ readonly found: ContainerFacts; readonly read: number }> =>
  FileView.use(file, async (view) => {
    let read = 0;
    const bytes = view.bytes.bind(view);
    view.bytes = async (at, length) => {
      read += Math.max(0, Math.min(length, view.size - at));
      return bytes(at, length);
    };
    return { found: await factsOf(view, 'jpeg', part), read };
  });

test('who plans reads what stands before a JPEG’s pixels, and not these', async () => {
  const { found, read } = await facts('head');
  assert.deepEqual(found.remarks, []);
  assert.ok(read < DATA_BYTES / 10, `${read}`);
});

test('who upscales finds what stands behind them, too', async () => {
  const { found } = await facts('whole');
  assert.deepEqual(found.remarks, [{ text: COMMENT }]);
  assert.equal(found.damage, undefined);
});

test('a JPEG of nothing but frames and scans is counted through to a bound', async () => {
  const many = path.join(path.dirname(file), 'many.jpg');
  const frame = Buffer.alloc(4 + 773 - 2);
  frame.set([0xff, 0xc2, 773 >> 8, 773 & 255, 8, 0, 64, 0, 64, 255]);
  for (let i = 0; i < 255; i++) frame[10 + 3 * i] = i;
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 0, 0, 0, 0, 0]);
  const scans = Buffer.concat(Array<Buffer>(500_000).fill(scan));
  writeFileSync(many, Buffer.concat([Buffer.from([0xff, 0xd8]), frame, scans]));
  const counted = await FileView.use(many, async (view) => {
    let [calls, read] = [0, 0];
    const bytes = view.bytes.bind(view);
    view.bytes = async (at, length) => {
      calls++;
      read += length;
      return bytes(at, length);
    };
    const found = await factsOf(view, 'jpeg', 'whole');
    return { facts: found, calls, read };
  });
  assert.equal(counted.facts.isCut, undefined, 'its decoder tells');
  // Of each segment the head, the content and what is behind it.
  assert.ok(counted.calls <= MOST_SCANS * 3.1, `${counted.calls}`);
  assert.ok(counted.read <= MOST_SCANS * 5000, `${counted.read}`);
});
