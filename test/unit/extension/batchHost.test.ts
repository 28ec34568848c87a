// A batch behind its view, with stand-ins for VS Code and the engine.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import type * as batchHost from '../../../src/extension/batch/batchHost';
import type { BatchEventView } from '../../../src/shared/batchProtocol';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import { fakeClient } from '../batch/batchOf';
import { folderWith } from '../batch/batchFolder';
import { withFakeVscode, type Fake } from './withFakeVscode';

const ROOT = path.resolve(__dirname, '../../..');

let bundle: typeof batchHost & Fake;
before(async () => {
  bundle = await withFakeVscode<typeof batchHost>(['extension/batch/batchHost']);
});

type Hosted = {
  readonly host: batchHost.BatchHost;
  /** Resolves with the next report. */
  readonly ended: Promise<Extract<BatchEventView, { kind: 'report' }>['report']>;
};

/** The host of a folder; `upscaled` is called when a result is there. */
function hostOf(root: string, upscaled: () => void | Promise<void>): Hosted {
  process.env.PISA_UPSCALE_STATE = folderWith();
  const client = { ...fakeClient(upscaled), pace: async () => ({}) };
  const quiet = (): void => undefined;
  const services = {
    engine: { use: (work: (one: typeof client) => Promise<unknown>) => work(client) },
    config: { upscale: () => DEFAULT_SETTINGS, engine: () => ({ modelFolders: [] }) },
    extensionPath: ROOT,
    isTrusted: () => true,
    log: { warn: quiet, error: quiet, show: quiet },
    status: { computedOn: quiet },
  } as never;
  const host = new bundle.BatchHost({ root, inputs: [root] }, services, String, quiet);
  const ended: Hosted['ended'] = new Promise((resolve) => {
    host.listen((event) => {
      if (event.kind === 'report') resolve(event.report);
    });
  });
  return { host, ended };
}

const PICTURES = Object.fromEntries([0, 1, 2].map((i) => [`p${i}.png`, `${i}`]));
const IDS = ['p0@4x.png', 'p1@4x.png', 'p2@4x.png'];

test('a second click on Start starts nothing more, and a page that comes meanwhile sees the run', async () => {
  let made = 0;
  let goOn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const { host, ended } = hostOf(folderWith(PICTURES), () => {
    made++;
    return held;
  });
  const api = host.api();
  await api.init(undefined);
  const clicks = [api.start({ ids: IDS }), api.start({ ids: IDS })];
  assert.ok(host.isRunning, 'from the click on');
  const { standing } = await api.init(undefined);
  assert.equal(standing?.total, 3);
  await Promise.all(clicks);
  goOn();
  assert.deepEqual({ ...(await ended), seconds: 0 }, report({ done: 3 }));
  assert.equal(made, 3);
});

test('what is cancelled before it has begun is cancelled then', async () => {
  const { host, ended } = hostOf(folderWith(PICTURES), () => undefined);
  const api = host.api();
  await api.init(undefined);
  void api.start({ ids: IDS });
  await api.cancel(undefined);
  const { cancelled } = await ended;
  assert.equal(cancelled, true);
});

const report = (part: object): object => ({
  done: 0,
  failed: 0,
  skipped: 0,
  cancelled: false,
  seconds: 0,
  ...part,
});

test('a run whose results can’t be recorded is no cancelled one: it says what was made, and why', async () => {
  const root = folderWith({
    ...PICTURES,
    '.pisa-upscale.json': '{ "rules": [{ "files": "*.png" }] }',
  });
  const lock = path.join(root, '.pisa-upscale.lock.json');
  const { host, ended } = hostOf(root, () => writeFileSync(lock, '<<<<<<< HEAD\n'));
  const api = host.api();
  await api.init(undefined);
  await api.start({ ids: IDS });
  const { problem, ...rest } = await ended;
  assert.deepEqual({ ...rest, seconds: 0 }, report({ done: 3 }));
  assert.match(problem ?? '', /could not be recorded: .* The next run records them/);
});
