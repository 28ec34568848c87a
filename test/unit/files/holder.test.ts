import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  holdAs,
  holderFrom,
  isGone,
  release,
  type Holder,
  type ProcessLook,
} from '../../../src/files/holder';
import { bootName, exists, processStart, startedAt } from '../../../src/files/processStart';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;

const holder = (part: Partial<Holder> = {}): Holder => ({
  pid: 77_777_777,
  host: os.hostname(),
  started: '100',
  boot: 'this',
  since: new Date(NOW).toISOString(),
  token: 'theirs',
  ...part,
});

/** A system on which the process lives; parts of it say otherwise. */
const system = (part: Partial<ProcessLook> = {}): ProcessLook => ({
  exists: () => true,
  processStart: () => '100',
  bootName: () => 'this',
  startedAt: async () => NOW - HOUR,
  bootTime: () => NOW - 2 * HOUR,
  ...part,
});
/** Windows and macOS: neither the start in the system's terms nor a name for the machine's. */
const unknown = { processStart: () => '', bootName: () => '' };

const LOOKS: readonly [string, boolean, Partial<Holder>, Partial<ProcessLook>][] = [
  ['lives', false, {}, {}],
  ['has ended', true, {}, { exists: () => false }],
  [
    'lives on another machine, for all that is known',
    false,
    { host: 'x' },
    { exists: () => false },
  ],
  ['gave its number to another', true, {}, { processStart: () => '200' }],
  ['ran before the machine was started again', true, { boot: 'earlier' }, {}],
  ['lives, start unknown', false, { started: '', boot: '' }, unknown],
  ['ended, start unknown', true, { started: '', boot: '' }, { ...unknown, exists: () => false }],
  [
    'gave its number to another, start unknown',
    true,
    { started: '', boot: '' },
    { ...unknown, startedAt: async () => NOW + HOUR },
  ],
  [
    'ran before the machine was started again, start unknown',
    true,
    { started: '', boot: '' },
    { ...unknown, bootTime: () => NOW + HOUR, startedAt: async () => undefined },
  ],
  [
    'cannot be judged at all',
    false,
    { started: '', boot: '' },
    { ...unknown, startedAt: async () => undefined },
  ],
  ['said when it began in no way that can be read', false, { started: '', since: 'x' }, unknown],
];

for (const [what, gone, part, look] of LOOKS)
  test(`a holder whose process ${what} is ${gone ? 'gone' : 'respected'}`, async () =>
    assert.equal(await isGone(holder(part), system(look)), gone));

test('this process is told from an earlier one with its number by what it holds', async () => {
  const own = holdAs('mine');
  assert.equal(await isGone(own), false);
  assert.equal(await isGone({ ...own, token: 'another' }), true);
  release('mine');
  assert.equal(await isGone(own), true);
});

test('a holder goes through JSON; anything else is none', () => {
  const own = holder();
  assert.deepEqual(holderFrom(JSON.parse(JSON.stringify(own))), own);
  const { pid, host, since, token } = own;
  assert.deepEqual(holderFrom({ pid, host, since, token }), { ...own, started: '', boot: '' });
  for (const value of [
    null,
    5,
    [],
    {},
    { ...own, pid: -1 },
    { ...own, pid: '1' },
    { ...own, token: 1 },
  ])
    assert.equal(holderFrom(value), undefined, JSON.stringify(value));
});

test('the system says when a process was started, and a killed one is not alive', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const pid = child.pid!;
  const time = await startedAt(pid);
  if (time !== undefined) assert.ok(Math.abs(time - Date.now()) < 60_000, String(time));
  assert.equal(exists(pid), true);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  assert.equal(exists(pid), false);
});

test(
  'a dead process that its parent has not taken note of is not alive',
  { skip: process.platform !== 'linux' && 'only /proc tells of it' },
  async () => {
    // The shell turns into a program that never asks after the shell's child.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await delay(5);
      assert.equal(exists(pid), false);
    } finally {
      parent.kill('SIGKILL');
    }
  },
);

test('the machine’s start has a name on Linux, and this process a start', () => {
  if (process.platform !== 'linux') return;
  assert.match(bootName(), /^[0-9a-f-]{36}$/);
  assert.match(processStart(process.pid), /^\d+$/);
});
