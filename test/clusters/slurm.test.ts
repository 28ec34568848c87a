import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { ROOT, temporaryFolder } from '../engine/support';
import { makeCommand, makeProject, notChecked, resultsOf, scriptOf } from './clusterFolder';

const COMMANDS = ['slurmctld', 'slurmd', 'sbatch', 'munged'];
const SHARDS = '4';
const NODES = '2';
const PORT = 17_817;
// Before the folder goes, in which the daemons wrote their process ids.
after(() => void spawnSync(path.join(harness, 'stop.sh'), [cluster]));
const folder = temporaryFolder();
const cluster = path.join(folder, 'cluster');
const harness = path.join(ROOT, 'test/harness/slurm');
const missing = COMMANDS.filter(
  (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
);
const why =
  missing.length > 0
    ? `${missing.join(', ')} missing: apt-get install slurmctld slurmd slurm-client munge`
    : process.getuid?.() === 0
      ? undefined
      : 'Slurm starts as root only.';

const start = (): { status: number | null; stderr: string } =>
  spawnSync(path.join(harness, 'start.sh'), [cluster, NODES, String(PORT)], { encoding: 'utf8' });

let expected: Record<string, string>;
let source: string;
let env: NodeJS.ProcessEnv;

before(async () => {
  if (why !== undefined) return;
  ({ project: source, expected } = await makeProject(folder));
  for (const name of ['upscale.sbatch', 'merge.sbatch', 'submit.sh'])
    writeFileSync(path.join(source, name), scriptOf(name), { mode: 0o755 });
  const { status, stderr } = start();
  assert.equal(status, 0, stderr);
  env = {
    ...process.env,
    SLURM_CONF: path.join(cluster, 'slurm.conf'),
    PATH: `${makeCommand(folder)}${path.delimiter}${process.env.PATH ?? ''}`,
  };
});

const slurm = (command: string, ...args: readonly string[]): string =>
  spawnSync(command, args, { env, encoding: 'utf8' }).stdout;

/** Submits as the documentation says; resolves with the merge's exit code. */
function submit(project: string): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('./submit.sh', [SHARDS], { cwd: project, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (output += text.toString()));
    child.on('close', (status) => resolve({ status, output }));
  });
}

const isThere = (context: TestContext): boolean => {
  if (why === undefined) return true;
  notChecked(context, `a Slurm cluster. ${why}`);
  return false;
};

test('an array of jobs on two nodes makes what one machine makes, lock included', async (context) => {
  if (!isThere(context)) return;
  const project = path.join(folder, 'array');
  cpSync(source, project, { recursive: true });
  const { status, output } = await submit(project);
  assert.equal(status, 0, output);
  assert.deepEqual(resultsOf(project), expected);
});

test('a node that is killed: its shard runs on the other, and the result is the same', async (context) => {
  if (!isThere(context)) return;
  const project = path.join(folder, 'killed');
  cpSync(source, project, { recursive: true });
  const done = submit(project);
  // As soon as a task runs on the second node, all of that node goes.
  while (!/ n2 /.test(slurm('squeue', '--noheader', '--states=R', '--format= %N ')))
    await new Promise((resolve) => setTimeout(resolve, 50));
  kill(Number(readFileSync(path.join(cluster, 'spool/n2.pid'), 'utf8')));
  const { status, output } = await done;
  assert.equal(status, 0, output);
  assert.deepEqual(resultsOf(project), expected);
});

/** Ends a node's daemon and all that it started, children first, by their process ids. */
function kill(pid: number): void {
  const children = spawnSync('ps', ['--no-headers', '-o', 'pid', '--ppid', String(pid)], {
    encoding: 'utf8',
  }).stdout;
  for (const child of children.trim().split(/\s+/).filter(Boolean)) kill(Number(child));
  if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
}
