import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { copyRegular } from '../../../src/files/copyRegular';
import { hashFile } from '../../../src/files/hashFile';
import { FileTooLargeError, NotAFileError } from '../../../src/files/kinds';
import { openRegular } from '../../../src/files/openRegular';
import { readSmallFile, readSmallText, readSmallTextIfAny } from '../../../src/files/readSmall';
import { onPosix, temporaryFolder } from './folder';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const file = (name: string, content: string): string => {
  writeFileSync(at(name), content);
  return at(name);
};

it('a small file is read whole, and hashed', async () => {
  const small = file('small.txt', 'a \u00fc\n');
  assert.equal(await readSmallText(small, { limit: 100 }), 'a \u00fc\n');
  assert.equal(await hashFile(small), createHash('sha256').update('a \u00fc\n').digest('hex'));
  assert.equal((await readSmallFile(file('empty', ''), { limit: 0 })).length, 0);
});

it('a file is copied as it is, and what is copied over goes', async () => {
  for (const content of ['long', 'b', '']) {
    await copyRegular(file('original', content), at('copied'));
    assert.equal(readFileSync(at('copied'), 'utf8'), content);
  }
});

it('where there is nothing there is no text, and every other failure is one', async () => {
  assert.equal(await readSmallTextIfAny(at('none'), { limit: 1 }), undefined);
  assert.equal(await readSmallTextIfAny(at('small.txt/none'), { limit: 1 }), undefined);
  await assert.rejects(readSmallTextIfAny(folder, { limit: 1 }), NotAFileError);
});

it('a file beyond the limit is refused, whether its size says so or only its bytes', async () => {
  await assert.rejects(
    readSmallText(file('large', 'x'.repeat(101)), { limit: 100 }),
    FileTooLargeError,
  );
  const sparse = file('sparse', '');
  truncateSync(sparse, 2 ** 40);
  await assert.rejects(readSmallText(sparse, { limit: 2 ** 20 }), FileTooLargeError);
  await assert.rejects(hashFile(sparse, { limit: 2 ** 32 }), FileTooLargeError);
});

it('a name that is a device on Windows is not opened there', onPosix, async () => {
  for (const name of ['aux.png', 'CON', 'nul.txt', 'Com1.tar.gz', 'lpt\u00b9', 'prn .png']) {
    const device = file(name, 'x');
    await assert.rejects(openRegular(device, { followLinks: true, platform: 'win32' }), {
      name: 'NotAFileError',
      kind: 'device',
    });
    const { handle, size } = await openRegular(device, { followLinks: true, platform: 'linux' });
    await handle.close();
    assert.equal(size, 1);
  }
  for (const name of ['auxiliary.png', 'com.png', 'a.aux', 'nul-1.png']) {
    const { handle } = await openRegular(file(name, 'x'), { followLinks: true, platform: 'win32' });
    await handle.close();
  }
});

it('a signal ends the hashing of a file that is as good as endless', async () => {
  const sparse = file('endless', '');
  truncateSync(sparse, 2 ** 42);
  const reason = new Error('enough');
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 50);
  await assert.rejects(hashFile(sparse, { signal: controller.signal }), reason);
  await assert.rejects(
    readSmallText(sparse, { limit: 1, signal: AbortSignal.abort(reason) }),
    reason,
  );
});

describe('what is no file is refused before anything of it is read', onPosix, () => {
  const server = net.createServer();
  after(() => server.close());

  const kinds: readonly (readonly [string, () => string | Promise<string>])[] = [
    ['folder', () => (mkdirSync(at('folder')), at('folder'))],
    ['named pipe', () => (execFileSync('mkfifo', [at('pipe')]), at('pipe'))],
    ['device', () => '/dev/zero'],
    ['device', () => '/dev/ptmx'],
    ['device', () => '/dev/tty'],
    [
      'socket',
      () => new Promise((resolve) => server.listen(at('socket'), () => resolve(at('socket')))),
    ],
  ];
  for (const [kind, make] of kinds) {
    for (const through of ['itself', 'a link'] as const) {
      it(`${kind}, ${through}`, async (t) => {
        const target = await Promise.resolve()
          .then(make)
          .catch(() => at(kind === 'named pipe' ? 'pipe' : kind));
        if (target === '/dev/tty' && through === 'itself') t.diagnostic('also without a terminal');
        const named = at(`link-${kind.replace(' ', '-')}-${path.basename(target)}`);
        if (through === 'a link') symlinkSync(target, named);
        const asked = through === 'a link' ? named : target;
        for (const read of [
          () => readSmallText(asked, { limit: 10, followLinks: true }),
          () => hashFile(asked, { followLinks: true }),
          () => copyRegular(asked, at('copy')),
        ])
          await assert.rejects(read, (error) => {
            assert.ok(error instanceof NotAFileError, String(error));
            assert.equal(error.kind, kind);
            assert.match(error.message, /is a .*, not a file\.$/);
            return true;
          });
      });
    }
  }

  it('a link, unless links are wanted', async () => {
    symlinkSync(file('target', 'text'), at('link'));
    await assert.rejects(readSmallText(at('link'), { limit: 10 }), { kind: 'link' });
    await assert.rejects(hashFile(at('link')), { kind: 'link' });
    assert.equal(await readSmallText(at('link'), { limit: 10, followLinks: true }), 'text');
  });

  it(
    'a file of the system that never ends is cut off, though its size is 0',
    { skip: process.platform === 'linux' ? false : 'only Linux has /proc' },
    async () => {
      await assert.rejects(readSmallText('/proc/self/smaps', { limit: 100 }), FileTooLargeError);
    },
  );
});
