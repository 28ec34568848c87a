// The task of a folder, with stand-ins for VS Code and the engine.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { LOCK_NAME, readRecords } from '../../../src/batch/records';
import type * as batchTerminal from '../../../src/extension/batch/batchTerminal';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import { fakeClient } from '../batch/batchOf';
import { folderWith } from '../batch/batchFolder';
import { withFakeVscode, type Fake } from './withFakeVscode';

const ROOT = path.resolve(__dirname, '../../..');

let bundle: typeof batchTerminal & Fake;
before(async () => {
  bundle = await withFakeVscode<typeof batchTerminal>(['extension/batch/batchTerminal']);
});

/** Runs the task of a folder. Its pictures are whole unless their name says otherwise. */
async function taskOf(
  root: string,
): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
  process.env.PISA_UPSCALE_STATE ??= folderWith();
  bundle.told.splice(0);
  const whole = fakeClient(() => undefined);
  const client: typeof whole = {
    ...whole,
    inspect: async (params) => {
      const facts = await whole.inspect(params, {});
      return facts.map((fact, i) =>
        params.inputs[i]!.includes('damaged')
          ? { ok: false, code: 'input-damaged', message: 'It is damaged.' }
          : fact,
      );
    },
  };
  const services = {
    engine: { use: (work: (one: typeof client) => Promise<unknown>) => work(client) },
    config: { upscale: () => DEFAULT_SETTINGS, engine: () => ({ modelFolders: [] }) },
    extensionPath: ROOT,
    isTrusted: () => true,
  } as never;
  const folder = { uri: { fsPath: root } } as never;
  const terminal = new bundle.BatchTerminal({ type: 'pisa-upscale' }, folder, services);
  const code = await new Promise<number>((resolve) => {
    terminal.onDidClose(resolve);
    terminal.open();
  });
  const lines = bundle.told.map(({ text }) => text.trimEnd());
  return { code, lines };
}

const recipeOf = (files: string): string => `{ "rules": [{ "files": "${files}" }] }`;

for (const [what, files, line, status] of [
  ['all is made', { 'a.png': 'a' }, /^1 upscaled/, 0],
  [
    'a picture is damaged',
    { 'a.png': 'a', 'damaged.png': '' },
    /^error: damaged\.png: It is damaged\.$/,
    1,
  ],
  ['nothing else is there', { 'damaged.png': '' }, /^error: damaged\.png/, 1],
  [
    'something is in the way of a result',
    { 'a.png': 'a', 'a@4x.png/x.txt': '' },
    /^error: a\.png: /,
    1,
  ],
  [
    'the recipe names nothing',
    { 'a.png': 'a', '.pisa-upscale.json': recipeOf('b/*.png') },
    /^error: \.pisa-upscale\.json: .*b\/\*\.png$/,
    1,
  ],
  [
    'a result is there that no batch made',
    { 'a.png': 'a', 'a@4x.png': 'b' },
    /^Left alone: a\.png {2}The output exists/,
    0,
  ],
] as const)
  test(`the task ends as the command line does: ${what}`, async () => {
    const { code, lines } = await taskOf(folderWith(files));
    assert.equal(code, status, lines.join('\n'));
    assert.ok(
      lines.some((one) => line.test(one)),
      lines.join('\n'),
    );
  });

test('a task that has nothing to do brings the lock up to date', async () => {
  const root = folderWith({ 'a.png': 'a', 'b.png': 'b', '.pisa-upscale.json': recipeOf('*.png') });
  assert.equal((await taskOf(root)).code, 0);
  rmSync(path.join(root, 'b.png'));
  assert.equal((await taskOf(root)).code, 0);
  assert.deepEqual(Object.keys(await readRecords(path.join(root, LOCK_NAME))), ['a@4x.png']);
});
