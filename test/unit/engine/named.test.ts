import assert from 'node:assert/strict';
import os from 'node:os';
import { describe, test } from 'node:test';
import { named } from '../../../src/engine/errors';
import { firstSuccessful } from '../../../src/engine/upscale/attempts';
import { RpcError } from '../../../src/shared/rpc';

const systemError = (code: string, path?: string, syscall = 'write'): Error =>
  Object.assign(new Error(`${code}: something, ${syscall}`), {
    code,
    syscall,
    ...(path ? { path } : {}),
  });
const namedOf = (code: string, path?: string, syscall?: string): RpcError => {
  const error = named(systemError(code, path, syscall));
  assert.ok(error instanceof RpcError, code);
  return error;
};

describe('what the system says', () => {
  const codes = {
    ENOSPC: 'disk-full',
    EDQUOT: 'disk-full',
    ENAMETOOLONG: 'name-too-long',
    EROFS: 'folder-read-only',
    EACCES: 'folder-read-only',
    EPERM: 'folder-read-only',
    ENOENT: 'folder-read-only',
    ENOTDIR: 'folder-read-only',
    EFBIG: 'disk-full',
    ELOOP: 'output-unwritable',
    EMFILE: 'internal',
    EIO: 'internal',
    EBUSY: 'internal',
    ESTALE: 'internal',
    EXDEV: 'internal',
  };
  for (const [code, expected] of Object.entries(codes))
    test(`${code} is told in words`, () => {
      const error = namedOf(code, '/cache/scratch/raw.tif');
      assert.equal(error.code, expected);
      assert.doesNotMatch(`${error.message} ${error.hint ?? ''}`, new RegExp(code));
      assert.match(error.detail ?? '', new RegExp(code));
    });

  test('a full disk names the folder, that of temporary files where no file is known', () => {
    assert.match(namedOf('ENOSPC', '/cache/scratch/raw.tif').message, /\/cache\/scratch\./);
    assert.deepEqual(namedOf('ENOSPC').remedies, [{ kind: 'free-space', folder: os.tmpdir() }]);
  });

  test('reading and writing are told apart', () => {
    for (const [code, syscall, words] of [
      ['EACCES', 'open', /^\/a\/b\.png must not be opened\.$/],
      ['EACCES', 'mkdir', /^Nothing can be written in \/a\.$/],
      ['EROFS', 'open', /^The disk of \/a is read-only, so nothing can be written there\.$/],
      ['EROFS', 'mkdir', /^The disk of \/a is read-only, so nothing can be written there\.$/],
      ['ELOOP', 'stat', /^\/a\/b\.png is a link that leads to itself\.$/],
      ['ELOOP', 'open', /^\/a\/b\.png is a link that leads to itself\.$/],
      [
        'ELOOP',
        'mkdir',
        /^\/a\/b\.png is a link that leads to itself, so nothing is written there\.$/,
      ],
      ['ENOENT', 'stat', /^\/a\/b\.png does not exist\.$/],
      ['ENOENT', 'mkdir', /^The folder \/a does not exist, so/],
      ['EIO', 'read', /^The system could not use \/a\/b\.png: i\/o error\.$/],
    ] as const)
      assert.match(namedOf(code, '/a/b.png', syscall).message, words);
  });

  test('what the network says is left to who asked it', () => {
    for (const syscall of ['connect', 'getaddrinfo']) {
      const error = systemError('ECONNREFUSED', undefined, syscall);
      assert.equal(named(error), error);
    }
  });

  test('anything else stays as it is', () => {
    const error = new Error('other');
    assert.equal(named(error), error);
    const known = new RpcError({ code: 'disk-full', message: 'a' });
    assert.equal(named(known), known);
    assert.equal(named('text'), 'text');
  });

  test('a disk that is full while the model runs is no fault of the model', async () => {
    let tries = 0;
    const run = firstSuccessful(
      [{ device: 'webgpu' as const }, { device: 'cpu' as const }],
      () => {
        tries++;
        return Promise.reject(systemError('ENOSPC', '/tmp/x/raw.tif'));
      },
      async () => undefined,
    );
    await assert.rejects(run, (error: unknown) => (error as RpcError).code === 'disk-full');
    assert.equal(tries, 1);
  });
});
