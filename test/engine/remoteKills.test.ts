import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { before, test } from 'node:test';
import { InferenceServer } from '../harness/inferenceServer';
import { freePorts, pythonWith } from '../harness/serverProcess';
import { TritonServer } from '../harness/tritonServer';
import { MODEL, served } from './remoteSupport';
import { CLI, NO_STORE, temporaryFolder, TEST_MODELS, writePng } from './support';
import { succeeds } from './succeeds';

/** Of a real server, which takes seconds to start; the other one is killed more often. */
const REAL_KILLS = Number(process.env.KILL_MOMENTS ?? 3);
const KILLS = Number(process.env.KILL_MOMENTS ?? 10);
/** Pictures that are made between two kills, and after the last, so that each finds a question. */
const BETWEEN = 2;
const REST = 10;

const folder = temporaryFolder();
let local = '';

before(async () => {
  const source = path.join(folder, 'source');
  mkdirSync(source);
  const pictures = BETWEEN * Math.max(KILLS, REAL_KILLS) + REST;
  for (let i = 0; i < pictures; i++) {
    const name = `${String(i).padStart(2, '0')}.png`;
    await writePng(path.join(source, name), 30 + ((7 * i) % 40), 40);
  }
  writeFileSync(
    path.join(source, '.pisa-upscale.json'),
    JSON.stringify({
      rules: [{ files: '*.png', model: MODEL, scale: 4, output: 'large/{name}.{ext}' }],
    }),
  );
  local = project('local');
  succeeds(await batch(local, ['--device', 'cpu']));
});

function project(name: string): string {
  const root = path.join(folder, name, 'project');
  cpSync(path.join(folder, 'source'), root, { recursive: true });
  return root;
}

type Ended = { readonly status: number | null; readonly done: string[]; readonly stderr: string };

/** Runs the folder's recipe; `onDone` learns how many pictures are made, each time one is. */
const batch = (
  root: string,
  args: readonly string[],
  onDone: (count: number) => void = () => undefined,
): Promise<Ended> =>
  new Promise((resolve) => {
    const own = ['--models-dir', TEST_MODELS, '--store', NO_STORE, '--json'];
    const child = spawn(process.execPath, [CLI, ...own, ...args], {
      cwd: root,
      env: { ...process.env, PISA_UPSCALE_STATE: path.join(root, '..', 'state') },
    });
    const done: string[] = [];
    let [line, stderr] = ['', ''];
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.stdout.on('data', (text: Buffer) => {
      const lines = (line + text.toString()).split('\n');
      line = lines.pop() ?? '';
      for (const each of lines) {
        const { state, output } = JSON.parse(each) as { state?: string; output: string };
        if (state !== 'done') continue;
        done.push(path.relative(root, output));
        onDone(done.length);
      }
    });
    child.on('close', (status) => resolve({ status, done, stderr }));
  });

/** Every file of a folder, and of those below. */
const filesOf = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();

/** Nothing lost, nothing doubled, nothing half-written: what one machine made, lock included. */
function assertSame(root: string, { status, done, stderr }: Ended): void {
  assert.equal(status, 0, stderr);
  assert.deepEqual(filesOf(root), filesOf(local));
  for (const file of filesOf(local))
    assert.ok(
      readFileSync(path.join(root, file)).equals(readFileSync(path.join(local, file))),
      file,
    );
  const outputs = filesOf(local).filter((file) => file.startsWith('large'));
  assert.deepEqual(done.sort(), outputs);
}

/** The same moments each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test(`a server is killed at ${KILLS} moments of a batch: as if it never had been`, async () => {
  const random = randomFrom(7);
  const model = await served();
  const [port = 0] = await freePorts(1);
  const root = project('killed');
  const moments: string[] = [];
  let server: InferenceServer;
  let due = 0;
  let restarting = Promise.resolve();
  const start = async (): Promise<void> => {
    const own = new InferenceServer({ [MODEL]: model });
    let isDying = false;
    own.fault = async (_n, answer, response) => {
      if (due === 0 || isDying) return undefined;
      isDying = true;
      due--;
      const moment = ['question', 'answer', 'later'][Math.floor(random() * 3)]!;
      moments.push(moment);
      if (moment === 'answer') await half(response, answer.tensors, random());
      restarting = (moment === 'later' ? pause(random() * 60) : Promise.resolve())
        .then(() => own.kill())
        .then(() => pause(random() * 100))
        .then(start);
      return moment === 'later' ? undefined : 'handled';
    };
    await own.listen(port);
    server = own;
  };
  await start();
  const ended = await batch(root, ['--remote', `http://127.0.0.1:${port}`], (count) => {
    if (count % BETWEEN === 0 && count / BETWEEN <= KILLS) due++;
  });
  await restarting;
  await server!.kill();
  assertSame(root, ended);
  assert.equal(moments.length, KILLS);
  assert.deepEqual([...new Set(moments)].sort(), ['answer', 'later', 'question']);
});

/** Sends a part of an answer. */
const half = (
  response: ServerResponse,
  tensors: readonly Buffer[],
  share: number,
): Promise<void> => {
  const all = Buffer.concat(tensors);
  const part = all.subarray(0, Math.floor(all.length * share));
  response.writeHead(200, {
    'inference-header-content-length': '2',
    'content-length': all.length + 2,
  });
  return new Promise((resolve) =>
    response.write(Buffer.concat([Buffer.from('{}'), part]), () => resolve()),
  );
};

test(`Triton is killed at ${REAL_KILLS} moments of a batch: as if it never had been`, async (context) => {
  const python = pythonWith('triton', context);
  if (python === undefined) return;
  const graph = path.join(TEST_MODELS, MODEL, 'model.onnx');
  const outputs = ['base', 'pixel', 'semantic'];
  const server = await TritonServer.start(python, path.join(folder, 'triton'), [
    { name: MODEL, graph, outputs },
  ]);
  const random = randomFrom(11);
  const root = project('triton-killed');
  let kills = 0;
  let restarting = Promise.resolve();
  try {
    // As a scheduler does it: what ends with 75 is put into the queue again.
    const done: string[] = [];
    const run = (): Promise<Ended> =>
      batch(root, ['--remote', server.url], (count) => {
        if ((done.length + count) % BETWEEN !== 0 || kills >= REAL_KILLS) return;
        kills++;
        restarting = restarting
          .then(() => pause(random() * 40))
          .then(() => server.kill())
          .then(() => server.run());
      });
    let ended = await run();
    while (ended.status === 75) {
      done.push(...ended.done);
      await restarting;
      ended = await run();
    }
    await restarting;
    assertSame(root, { ...ended, done: [...done, ...ended.done] });
    assert.equal(kills, REAL_KILLS);
  } finally {
    await server.kill();
  }
});
