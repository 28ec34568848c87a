import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { sweepStaleScratch } from '../../../src/client/scratch';
import { BESIDE_TARGET, temporaryName } from '../../../src/shared/temporaryFiles';
import { leaveScratch, scratchOf } from '../../harness/scratch';
import { CLI, NO_STORE, temporaryFolder, TEST_MODELS, testPixels } from '../support';

/** A process id that is no longer anybody's. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.on('close', resolve));
  return child.pid!;
}

test('a run that is killed while it writes leaves nothing after the next start', async () => {
  const folder = temporaryFolder();
  const input = path.join(folder, 'large.png');
  await sharp(testPixels(900, 700), { raw: { width: 900, height: 700, channels: 3 } })
    .png()
    .toFile(input);
  const options = [
    '--models-dir',
    TEST_MODELS,
    '--store',
    NO_STORE,
    '-m',
    'one-layer-4x',
    '--device',
    'cpu',
  ];
  const child = spawn(process.execPath, [CLI, input, ...options], {
    detached: true,
    stdio: 'ignore',
  });
  const temporary = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.tmp'));
  while (temporary().length === 0 && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 5));
  // The whole group at once, so that nobody can clean up.
  process.kill(-child.pid!, 'SIGKILL');
  await new Promise((resolve) =>
    child.exitCode === null && child.signalCode === null
      ? child.on('close', resolve)
      : resolve(undefined),
  );
  const scratch = (): string[] => scratchOf(child.pid);
  assert.equal(temporary().length, 1, 'it was killed while it wrote');
  assert.equal(scratch().length, 1);
  const small = path.join(folder, 'small.png');
  await sharp(testPixels(8, 8), { raw: { width: 8, height: 8, channels: 3 } })
    .png()
    .toFile(small);
  const next = spawn(process.execPath, [CLI, small, ...options], { stdio: 'ignore' });
  assert.equal(await new Promise((resolve) => next.on('close', resolve)), 0);
  assert.deepEqual(readdirSync(folder).sort(), ['large.png', 'small.png', 'small@4x.png']);
  assert.deepEqual(scratch(), []);
});

test('only what is a temporary file of ours is removed, whatever a folder of that name says', async () => {
  const folder = temporaryFolder();
  const gone = await deadProcess();
  for (const [name, removed] of [
    ['precious.txt', false],
    [temporaryName('some-job'), true],
  ] as const) {
    const victim = path.join(folder, name);
    writeFileSync(victim, 'x');
    const scratch = leaveScratch(gone, '00000000-0000-4000-8000-000000000000');
    writeFileSync(path.join(scratch, BESIDE_TARGET), victim);
    await sweepStaleScratch();
    assert.deepEqual([existsSync(victim), existsSync(scratch)], [!removed, false], name);
  }
});

test(
  'a number that another process has now does not keep a scratch folder',
  { skip: process.platform === 'linux' ? false : 'only Linux tells when a process was started' },
  async () => {
    const scratch = leaveScratch(process.pid, '00000000-0000-4000-8000-000000000002');
    writeFileSync(path.join(scratch, 'owner.txt'), '1');
    await sweepStaleScratch();
    assert.ok(!existsSync(scratch));
  },
);

test('the scratch folder of a process that lives is left alone', async () => {
  const own = leaveScratch(process.pid, '00000000-0000-4000-8000-000000000001');
  try {
    await sweepStaleScratch();
    assert.ok(existsSync(own));
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
});
