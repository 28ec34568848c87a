// What becomes of files that are dropped onto a panel, with a stand-in for VS Code.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import type * as dropping from '../../../src/extension/commands/takeDropped';
import { withFakeVscode, type Fake } from './withFakeVscode';

type Bundle = typeof dropping & Fake;
type Services = Parameters<typeof dropping.takeDropped>[0];

let bundle: Bundle;
let compared: string[][];
let looked: string[];

before(async () => {
  bundle = await withFakeVscode<typeof dropping>(['extension/commands/takeDropped']);
});
beforeEach(() => {
  bundle.told.splice(0);
  [compared, looked] = [[], []];
});

const services = {
  panels: {
    show: async (comparison: { source?: object; original?: object; result?: object }) =>
      compared.push(
        [comparison.source, comparison.original, comparison.result].filter(Boolean).map(String),
      ),
  },
  models: {
    tasks: {
      // Nobody says yes: what was looked at is all that is wanted here.
      run: async (_: string, work: (client: object, context: object) => Promise<unknown>) =>
        work(
          {
            lookAtModels: async ({ path }: { path: string }) => {
              looked.push(path);
              return { found: [], refused: [] };
            },
          },
          {},
        ),
    },
  },
} as unknown as Services;

const drop = (...addresses: string[]) =>
  bundle.takeDropped(services, { addresses, elsewhere: false });
const warnings = (): string[] =>
  bundle.told.filter(({ where }) => where === 'warning').map(({ text }) => text);

test('a picture is compared, two with each other, a model is looked at', async () => {
  assert.deepEqual(await drop('file:///w/a.png'), []);
  await drop('file:///w/a@4x.png', 'file:///w/a.png');
  await drop('file:///w/My%20Model.PTH', 'file:///w/b.jpg');
  assert.deepEqual(compared, [
    ['file:///w/a.png'],
    ['file:///w/a.png', 'file:///w/a@4x.png'],
    ['file:///w/b.jpg'],
  ]);
  assert.deepEqual(looked, ['/w/My Model.PTH']);
  assert.deepEqual(warnings(), []);
});

test('a remote window’s explorer calls its files by the remote’s name; others’ are none of ours', async () => {
  await drop('vscode-remote://wsl+debian/w/a.png');
  assert.deepEqual(compared, [], 'this window is not remote');
  bundle.env.remoteName = 'wsl';
  await drop('vscode-remote://wsl+debian/w/a.png');
  bundle.env.remoteName = undefined;
  assert.deepEqual(compared, [['file:///w/a.png']]);
  assert.equal(warnings().length, 1);
});

test('what is neither is told, once, and the rest is taken', async () => {
  await drop('file:///w/notes.txt', 'https://example.org/a.png', 'no address', 'file:///w/a.png');
  assert.deepEqual(compared, [['file:///w/a.png']]);
  assert.match(warnings().join(), /^Only pictures and files of models \(\.pth .*\.onnx\)/);
});

test('a file of another program is chosen in a dialog', async () => {
  bundle.opened.push('/w/a.png');
  await bundle.takeDropped(services, { addresses: [], elsewhere: true });
  assert.deepEqual(compared, [['file:///w/a.png']]);
  assert.match(bundle.told.at(-1)?.text ?? '', /does not say where the dropped file lies/);
  await bundle.takeDropped(services, { addresses: [], elsewhere: true });
  assert.equal(compared.length, 1, 'nothing was chosen');
});
