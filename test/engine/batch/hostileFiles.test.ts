import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { onPosix } from '../../unit/files/folder';
import { CLI, NO_STORE, temporaryFolder, writePng } from '../support';

/** Two seconds, and what a busy machine adds. */
const MOST_MS = 30_000;
/** What takes longer than this hangs. */
const HANGS_MS = 60_000;

type Ended = { readonly code: number | null; readonly text: string };

async function upscale(cwd: string, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args, '--store', NO_STORE], {
    cwd,
    env: { ...process.env, PISA_UPSCALE_STATE: path.join(cwd, '..', 'state') },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: HANGS_MS,
    killSignal: 'SIGKILL',
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

function freshFolder(): string {
  const folder = path.join(temporaryFolder(), 'pictures');
  mkdirSync(folder);
  return folder;
}

describe('on the command line, files that are none', onPosix, () => {
  const kinds: readonly (readonly [string, (file: string) => void, RegExp])[] = [
    ['a pipe', (file) => void execFileSync('mkfifo', [file]), /is a named pipe, not a file/],
    ['a link to a device', (file) => symlinkSync('/dev/zero', file), /is a device, not a file/],
    ['a link to a terminal', (file) => symlinkSync('/dev/ptmx', file), /is a device, not a file/],
    [
      'a link to a pipe',
      (file) => {
        execFileSync('mkfifo', [path.join(path.dirname(file), 'pipe')]);
        symlinkSync('pipe', file);
      },
      /is a named pipe, not a file/,
    ],
  ];
  for (const [what, make, expected] of kinds)
    it(`are refused as the picture that is named, and in its plan: ${what}`, async () => {
      const folder = freshFolder();
      make(path.join(folder, 'x.png'));
      const single = await upscale(folder, 'x.png');
      assert.match(single.text, expected);
      assert.equal(single.code, 1);
      const plan = await upscale(folder, 'x.png', '--dry-run');
      assert.match(plan.text, expected);
      // What leads out of a folder was not asked for by naming the folder.
      const isOutside = !what.endsWith('pipe');
      assert.equal((await upscale(folder, '.', '--dry-run')).code, isOutside ? 0 : 1);
    });

  const rules: readonly (readonly [string, string])[] = [
    ['.gitignore', '/dev/ptmx'],
    ['.gitignore', '/dev/zero'],
    ['.pisa-upscale.json', '/dev/zero'],
    ['.pisa-upscale.lock.json', '/dev/zero'],
  ];
  for (const [name, target] of rules)
    it(`do not keep a plan waiting: ${name} that leads to ${target}`, async () => {
      const folder = freshFolder();
      await writePng(path.join(folder, 'a.png'), 8, 8);
      if (name !== '.pisa-upscale.json')
        writeFileSync(path.join(folder, '.pisa-upscale.json'), '{"rules":[{"files":"*.png"}]}');
      symlinkSync(target, path.join(folder, name));
      const { code, text } = await upscale(folder, '--dry-run');
      assert.equal(code, name === '.gitignore' ? 0 : 1, text);
      assert.ok(text.includes(name), text);
    });
});

/** Whether a process has a file open. */
function opens(pid: number, name: string): boolean {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).some((fd) => {
    try {
      return path.basename(readlinkSync(path.join(folder, fd))) === name;
    } catch {
      return false;
    }
  });
}

const onLinux = { skip: process.platform === 'linux' ? false : 'needs /proc' };

describe('a signal ends within a moment', onLinux, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`a plan that hashes gigabytes: ${signal}`, async () => {
      const folder = freshFolder();
      // A picture, so that its header does not settle it.
      await writePng(path.join(folder, 'large.png'), 8, 8);
      truncateSync(path.join(folder, 'large.png'), 7 * 2 ** 30);
      const child = spawn(process.execPath, [CLI, '.', '--dry-run'], {
        cwd: folder,
        stdio: 'ignore',
      });
      while (!opens(child.pid!, 'large.png')) {
        assert.equal(child.exitCode, null, 'it ended before it began to read');
        await delay(20);
      }
      const since = performance.now();
      child.kill(signal);
      const [code] = (await once(child, 'exit')) as [number | null];
      assert.equal(code, 130);
      assert.ok(performance.now() - since < MOST_MS);
    });
});
