import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../engine/support';
import { makeCommand, makeProject, notChecked, resultsOf, scriptOf } from './clusterFolder';

/** A Python with Ray, which is too large to be installed by the way. */
const python = process.env.PISA_UPSCALE_TEST_RAY ?? 'python3';

/** Ray listens on every address of the machine; where it can, it gets a network of its own. */
const OWN_NETWORK = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
const alone = spawnSync('unshare', ['--net', 'true']).status === 0 ? OWN_NETWORK : [];

test('tasks of Ray make what one machine makes, also when a worker is killed', async (context) => {
  if (spawnSync(python, ['-c', 'import ray']).status !== 0) {
    notChecked(context, 'Ray. PISA_UPSCALE_TEST_RAY may name a Python that has it.');
    return;
  }
  const folder = temporaryFolder();
  const { project: source, expected } = await makeProject(folder);
  const project = path.join(folder, 'tasks');
  cpSync(source, project, { recursive: true });
  const script = path.join(folder, 'shards.py');
  writeFileSync(script, scriptOf('shards.py'));
  const bin = makeCommand(folder);
  const [command, ...args] = [...alone, python, script, project, '4'];
  const child = spawn(command, args, {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`,
      // Home: Ray writes into it.
      HOME: folder,
      RAY_TMPDIR: folder,
      RAY_USAGE_STATS_ENABLED: '0',
      // A busy machine starts it late.
      RAY_raylet_start_wait_time_s: '300',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let killed = false;
  while (!killed && child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    killed = killOneRun(project);
  }
  assert.equal(await ended, 0, output);
  assert.ok(killed, 'a shard was killed in its middle');
  assert.deepEqual(resultsOf(project), expected);
});

/** Kills one command line that is at a shard of this project. */
function killOneRun(project: string): boolean {
  const { stdout } = spawnSync('ps', ['-e', '--no-headers', '-o', 'pid,args'], {
    encoding: 'utf8',
  });
  const line = stdout
    .split('\n')
    .find((text) => /--shard \d\/4/.test(text) && text.includes('cli.js'));
  const pid = Number(line?.trim().split(/\s+/)[0] ?? Number.NaN);
  if (Number.isNaN(pid)) return false;
  const { stdout: cwd } = spawnSync('readlink', [`/proc/${pid}/cwd`], { encoding: 'utf8' });
  if (cwd.trim() !== project) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
