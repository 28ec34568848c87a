// What a comparison hears of its file, with a stand-in for VS Code that tells what VS Code tells.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type * as comparing from '../../../src/extension/comparison/comparison';
import type * as watching from '../../../src/extension/comparison/sourceWatcher';
import { withFakeVscode, type Fake } from './withFakeVscode';

type Bundle = typeof comparing & typeof watching & Fake;

const root = mkdtempSync(path.join(os.tmpdir(), 'watched-'));
after(() => rmSync(root, { recursive: true, force: true }));

let bundle: Bundle;
before(async () => {
  bundle = await withFakeVscode<Bundle>([
    'extension/comparison/comparison',
    'extension/comparison/sourceWatcher',
  ]);
});

test('a file that changes, goes with its folder and comes back with it is told', async () => {
  const [folder, moved] = [path.join(root, 'art'), path.join(root, 'pictures')];
  mkdirSync(folder);
  const file = path.join(folder, 'a.png');
  writeFileSync(file, 'one');
  const stored = bundle.fromStored({ kind: 'preview', source: `file://${file}` });
  assert.ok(stored?.kind === 'preview');
  const heard: string[] = [];
  let hear = (): void => undefined;
  const watcher = new bundle.SourceWatcher(stored.source, (change) => {
    heard.push(change);
    hear();
  });
  await watcher.seen();
  const next = (happen: () => void): Promise<void> =>
    new Promise((resolve) => {
      hear = resolve;
      happen();
    });

  await next(() => {
    writeFileSync(file, 'another');
    bundle.happened('change', file);
  });
  // Of a folder only the folder itself is told.
  await next(() => {
    renameSync(folder, moved);
    bundle.happened('delete', folder);
    bundle.happened('create', moved);
  });
  await next(() => {
    renameSync(moved, folder);
    bundle.happened('create', folder);
  });
  assert.deepEqual(heard, ['changed', 'deleted', 'changed']);
  watcher.dispose();
});
