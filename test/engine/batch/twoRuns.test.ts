// Real processes that want one folder.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Journal } from '../../../src/batch/journal';
import { RunRegistry } from '../../../src/batch/runs/runRegistry';
import { scopeOf } from '../../../src/batch/runs/scope';
import { CLI, NO_STORE, temporaryFolder, TEST_MODELS } from '../support';
import { cli, MODEL, treeOf, writePictures, type CliRun, succeeds } from './batchSupport';

/** Takes a second a tile, so that the first is at it while the second comes. */
const SLOW = ['--models-dir', TEST_MODELS, '--store', NO_STORE, '--device', 'cpu', '-m', 'slow-4x'];

const folder = temporaryFolder();
const source = path.join(folder, 'source');
before(async () => {
  mkdirSync(path.join(source, 'art'), { recursive: true });
  await writePictures(path.join(source, 'art'), 4, 30);
});

function workspace(name: string): { root: string; state: string } {
  const root = path.join(folder, name);
  cpSync(source, root, { recursive: true });
  return { root, state: path.join(folder, `${name}-state`) };
}

type Running = {
  readonly child: ChildProcess;
  /** Resolves once the run is noted and has begun a picture. */
  readonly begun: () => Promise<void>;
  readonly ended: Promise<CliRun>;
};

function start(root: string, state: string, ...args: string[]): Running {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: root,
    env: { ...process.env, PISA_UPSCALE_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, error]: string[][] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => void out!.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void error!.push(text));
  const ended = new Promise<CliRun>((resolve) =>
    child.on('close', (status) =>
      resolve({ status, stdout: out!.join(''), stderr: error!.join('') }),
    ),
  );
  const journals = (): readonly string[] =>
    readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.includes(`journal-${child.pid}-`),
    );
  const begun = async (): Promise<void> => {
    mkdirSync(state, { recursive: true });
    while (journals().length === 0 && child.exitCode === null) await delay(10);
    assert.equal(child.exitCode, null, error!.join(''));
  };
  return { child, begun, ended };
}

const made = (root: string): string[] =>
  Object.keys(treeOf(root)).filter((name) => name.includes('@4x'));

test(
  'a command line on a folder that a window is at, or on one inside it or around it, is refused ' +
    'with the truth',
  async () => {
    const { root, state } = workspace('refused');
    const runs = new RunRegistry(path.join(state, 'runs'));
    const art = path.join(root, 'art');
    const scope = await scopeOf({ root: art, outputRoot: art, inputs: [art] });
    const window = await runs.enter({ root: art, place: 'window', scope, stateFolder: state });
    const ids = ['a', 'b', 'c'];
    const journal = await Journal.create(state, { root: art, ids });
    await journal.left('a', 'skipped');
    for (const [cwd, args] of [
      [root, ['art']],
      [root, ['art', '--force']],
      [path.join(art, 'deep'), ['.']],
      [path.dirname(root), [path.basename(root)]],
    ] as const) {
      const { status, stdout, stderr } = cli(cwd, state, ...args, ...MODEL);
      assert.deepEqual([status, stdout], [1, ''], args.join(' '));
      assert.equal(
        stderr,
        `A window of the editor (process ${process.pid}) is upscaling ${art}: 1 of 3 are done. ` +
          '--wait waits for it.\n',
      );
    }
    for (const looks of ['--dry-run', '--check'])
      assert.doesNotMatch(cli(root, state, 'art', looks, ...MODEL).stderr, /is upscaling/, looks);
    await journal.remove();
    await window.giveBack();
    succeeds(cli(root, state, 'art', ...MODEL));
  },
);

test('a second command line is refused; with --wait it waits, says so, and then has nothing to do', async () => {
  const { root, state } = workspace('waits');
  const first = start(root, state, 'art', ...SLOW);
  await first.begun();
  const refused = cli(root, state, 'art', ...SLOW);
  assert.equal(refused.status, 1, refused.stderr);
  assert.match(
    refused.stderr,
    new RegExp(`^Another command line \\(process ${first.child.pid}\\) is upscaling ${root}`),
  );
  const second = start(root, state, 'art', '--wait', '--json', ...SLOW);
  succeeds(await first.ended);
  const { status, stdout, stderr } = await second.ended;
  assert.deepEqual([status, stdout], [0, ''], stderr);
  assert.match(stderr, /^Waiting\. Another command line \(process \d+\) is upscaling/);
  assert.match(stderr, /0 to do, 4 up to date/);
  assert.equal(made(root).length, 4);
});

test('the locks of shards are not joined while one of these is under way; with --wait they are afterwards', async () => {
  const { root, state } = workspace('merge');
  writeFileSync(
    path.join(root, '.pisa-upscale.json'),
    JSON.stringify({ rules: [{ files: 'art/**', model: 'slow-4x' }] }),
  );
  const places = ['--models-dir', TEST_MODELS, '--store', NO_STORE, '--device', 'cpu'];
  succeeds(cli(root, state, '--shard', '1/2', ...places));
  const other = start(root, state, '--shard', '2/2', ...places);
  await other.begun();
  const locks = (): readonly string[] => readdirSync(root).filter((name) => name.includes('.lock'));
  const early = cli(root, state, '--merge-lock');
  assert.equal(early.status, 1, early.stdout);
  assert.match(early.stderr, /Another command line .* is upscaling .*--wait waits for it/);
  assert.ok(
    locks().every((name) => name.includes('-of-')),
    'nothing was joined',
  );
  const merge = start(root, state, '--merge-lock', '--wait');
  succeeds(await other.ended);
  succeeds(await merge.ended);
  assert.deepEqual(locks(), ['.pisa-upscale.lock.json']);
  const { status, stdout, stderr } = cli(root, state, '--check', ...places);
  assert.equal(status, 0, `${stdout}${stderr}`);
});

test('what was killed is in nobody’s way: the next goes on at once', async () => {
  const { root, state } = workspace('killed');
  const first = start(root, state, 'art', ...SLOW);
  await first.begun();
  first.child.kill('SIGKILL');
  await first.ended;
  const second = cli(root, state, 'art', ...MODEL);
  assert.equal(second.status, 0, second.stderr);
  assert.match(second.stderr, /Going on with an interrupted run/);
  assert.equal(made(root).length, 4);
});

test('shards of one set go side by side, and what they know of is known to the next run', async () => {
  const { root, state } = workspace('shards');
  const shards = ['1/2', '2/2'].map((shard) =>
    start(root, state, 'art', '--shard', shard, ...SLOW),
  );
  for (const { ended } of shards) {
    const { status, stderr } = await ended;
    assert.equal(status, 0, stderr);
  }
  assert.equal(made(root).length, 4);
  const whole = cli(root, state, 'art', '--json', ...SLOW);
  assert.deepEqual([whole.status, whole.stdout], [0, ''], whole.stderr);
  assert.match(whole.stderr, /4 up to date/);
});
