import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { resumeInputs } from '../../../src/batch/resumeInputs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a batch is gone on with as what it was about, unless that is gone or leads elsewhere', async () => {
  const root = path.join(folder, 'root');
  mkdirSync(path.join(root, 'art'), { recursive: true });
  mkdirSync(path.join(folder, 'root-beside'));
  symlinkSync(path.join(folder, 'root-beside'), path.join(root, 'link'));
  symlinkSync(path.join(root, 'art'), path.join(root, 'inner'));
  const art = path.join(root, 'art');
  assert.deepEqual(await resumeInputs(root, ['art']), [art]);
  assert.deepEqual(await resumeInputs(root, ['inner']), [path.join(root, 'inner')]);
  for (const inputs of [undefined, [], ['gone'], ['link'], ['art', 'link'], ['art', 'gone']])
    assert.deepEqual(await resumeInputs(root, inputs), [root], String(inputs));
});
