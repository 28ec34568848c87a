import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { parse } from 'yaml';
import { readShard } from '../../../src/cli/schedulerShard';

const root = mkdtempSync(path.join(os.tmpdir(), 'pu-slurm-'));
after(() => rmSync(root, { recursive: true }));

// What docs/cluster.md says, as a scheduler would read it: schedulers that can't run in a test are
// simulated by their variables.
const text = readFileSync(path.resolve(__dirname, '../../../docs/cluster.md'), 'utf8');
const block = (heading: string, language: string): string => {
  const section = text.slice(text.indexOf(`\n## ${heading}\n`));
  const [, code] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(section) ?? [];
  assert.ok(code !== undefined, heading);
  return code;
};

test('Kubernetes: every index of the Job is another shard, and all are there', () => {
  type Job = {
    readonly spec: {
      readonly completionMode: string;
      readonly completions: number;
      readonly parallelism: number;
      readonly backoffLimitPerIndex: number;
      readonly podFailurePolicy: {
        readonly rules: readonly {
          readonly action: string;
          readonly onExitCodes?: { readonly containerName: string; readonly values: number[] };
        }[];
      };
      readonly template: {
        readonly spec: {
          readonly restartPolicy: string;
          readonly containers: readonly { readonly name: string; readonly args: string[] }[];
          readonly volumes: readonly { readonly name: string }[];
        };
      };
    };
  };
  const { spec } = parse(block('Kubernetes', 'yaml')) as Job;
  const { completions, template, podFailurePolicy } = spec;
  const [container] = template.spec.containers;
  assert.ok(container);
  const shard = container.args[container.args.indexOf('--shard') + 1] ?? '';
  const shards = Array.from({ length: completions }, (_, index) =>
    readShard(shard, { JOB_COMPLETION_INDEX: String(index) }),
  );
  assert.deepEqual(
    shards.map(({ index, count }) => [index, count]),
    shards.map((_, i) => [i + 1, completions]),
  );
  assert.equal(spec.completionMode, 'Indexed');
  // A policy for failures, and one limit for each index, hold only without restarts in the pod.
  assert.equal(template.spec.restartPolicy, 'Never');
  const byExitCode = podFailurePolicy.rules.flatMap(({ action, onExitCodes }) =>
    onExitCodes ? [[action, onExitCodes.containerName, ...onExitCodes.values]] : [],
  );
  assert.deepEqual(byExitCode, [
    ['Count', container.name, 75],
    ['FailIndex', container.name, 1],
  ]);
});

test('GitLab: every job of the parallel ones is another shard; 75 is tried again', () => {
  type Jobs = {
    readonly upscale: {
      readonly parallel: number;
      readonly retry: { readonly max: number; readonly exit_codes: number };
      readonly script: readonly string[];
    };
    readonly merge: { readonly script: readonly string[] };
  };
  const { upscale, merge } = parse(block('GitLab', 'yaml')) as Jobs;
  const { parallel, script, retry } = upscale;
  const [, shard = ''] = /--shard (\S+)/.exec(script.join('\n')) ?? [];
  const indices = Array.from({ length: parallel }, (_, i) => {
    const env = { CI_NODE_INDEX: String(i + 1), CI_NODE_TOTAL: String(parallel) };
    return readShard(shard, env).index;
  });
  assert.deepEqual(
    indices,
    indices.map((_, i) => i + 1),
  );
  assert.equal(retry.exit_codes, 75);
  assert.ok(retry.max >= 1 && retry.max <= 2, 'GitLab allows at most two');
  assert.deepEqual(
    merge.script.map((line) => /--\S+/.exec(line)?.[0]),
    ['--merge-lock', '--check'],
  );
});

describe('Slurm', { skip: process.platform === 'win32' && 'a script of bash' }, () => {
  /** Runs a task's script where the command ends with a code, and Slurm only takes notes. */
  function task(code: number, restarts?: number): { status: number | null; requeued: string } {
    const folder = mkdtempSync(path.join(root, 'task-'));
    const command = (name: string, body: string): void =>
      writeFileSync(path.join(folder, name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
    command('pisa-upscale', `[ "$*" = "--shard auto/8 --device cpu" ] || exit 99; exit ${code}`);
    command('scontrol', `echo "$@" > "${folder}/requeued"`);
    command('sleep', ':');
    const { status } = spawnSync('bash', ['-c', block('Slurm', 'sh')], {
      env: {
        PATH: `${folder}${path.delimiter}${process.env.PATH ?? ''}`,
        SHARDS: '8',
        SLURM_JOB_ID: '4711',
        SLURM_ARRAY_TASK_ID: '3',
        ...(restarts === undefined ? {} : { SLURM_RESTART_COUNT: String(restarts) }),
      },
    });
    const note = path.join(folder, 'requeued');
    return { status, requeued: existsSync(note) ? readFileSync(note, 'utf8').trim() : '' };
  }

  test('a task ends as its shard does', () => {
    assert.deepEqual(task(0), { status: 0, requeued: '' });
    assert.deepEqual(task(1), { status: 1, requeued: '' });
    assert.deepEqual(task(130), { status: 130, requeued: '' });
  });

  test('75 puts it back into the queue, some times', () => {
    for (const restarts of [undefined, 0, 4])
      assert.deepEqual(task(75, restarts), { status: 75, requeued: 'requeue 4711' });
    assert.deepEqual(task(75, 5), { status: 75, requeued: '' });
  });
});
