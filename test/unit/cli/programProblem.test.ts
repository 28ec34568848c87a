import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { refuseProgramOptions } from '../../../src/cli/programProblem';
import { ENVIRONMENT } from '../../../src/shared/environment';
import { RpcError } from '../../../src/shared/rpc';

const folder = mkdtempSync(path.join(tmpdir(), 'pu-program-'));
const file = path.join(folder, 'file');
writeFileSync(file, '');
const usual = { modelsDir: [], store: folder };

describe('values in the environment that mean nothing are refused', () => {
  const rows = {
    PISA_UPSCALE_THREADS: [
      ['1', ' 8 ', ''],
      ['abc', '0', '-1', '2.5', '0x4', '1e2'],
    ],
    PISA_UPSCALE_PRIORITY: [
      ['normal', 'low', ''],
      ['foo', 'high', 'Normal'],
    ],
    PISA_UPSCALE_SHARP: [
      ['wasm', 'native', ''],
      ['foo', 'WASM', '1'],
    ],
    PISA_UPSCALE_STORE: [
      ['/models', ...(process.platform === 'win32' ? ['C:\\models'] : []), ''],
      [
        ...['models', './models', '~/models', ' /models'],
        ...(process.platform === 'win32' ? [] : ['C:\\models']),
      ],
    ],
    PISA_UPSCALE_ENGINE_INSPECT: [
      ['9229', ''],
      ['80', 'yes', '70000'],
    ],
    PISA_UPSCALE_REMOTE_HEADERS: [
      ['a: b', 'x-a: b\ny: c:d\n', ''],
      ['secret', 'a: b\nsecret', ': b'],
    ],
  } as const;
  test('each variable of one form is in the table', () =>
    assert.deepEqual(Object.keys(rows).sort(), Object.keys(ENVIRONMENT).sort()));
  for (const [name, [good, wrong]] of Object.entries(rows)) {
    for (const value of good)
      test(`${name}=${value}`, () => refuseProgramOptions(usual, new Set(), { [name]: value }));
    for (const value of wrong)
      test(`${name}=${value} is none`, () =>
        assert.rejects(
          refuseProgramOptions(usual, new Set(), { [name]: value }),
          (error: unknown) => {
            assert.ok(error instanceof RpcError);
            assert.equal(error.code, 'bad-setting');
            assert.match(
              error.message,
              new RegExp(`^The environment variable ${name} must be .+\\.$`),
            );
            assert.doesNotMatch(error.message, /secret/);
            return true;
          },
        ));
  }
  test('all of them are told at once', () =>
    assert.rejects(
      refuseProgramOptions(usual, new Set(), {
        PISA_UPSCALE_THREADS: 'abc',
        PISA_UPSCALE_SHARP: 'foo',
      }),
      { message: /PISA_UPSCALE_THREADS must be .* PISA_UPSCALE_SHARP must be/ },
    ));
});

describe('options of the program that can’t be honoured are refused', () => {
  const names = ['Model', 'Version', 'Header', 'Precision', 'InFlight', 'Fallback', 'AllowHttp'];
  for (const name of names)
    test(`remote${name} without a server`, async () => {
      const given = new Set([`remote${name}`]);
      await assert.rejects(refuseProgramOptions(usual, given, {}), {
        message: /^--remote-[a-z-]+ says how a server is asked, and none is named\.$/,
        code: 'bad-setting',
      });
      await refuseProgramOptions({ ...usual, remote: 'https://host' }, given, {});
      await refuseProgramOptions(usual, given, { PISA_UPSCALE_REMOTE_URL: 'https://host' });
      await refuseProgramOptions(usual, new Set(), {});
    });

  const missing = path.join(folder, 'missing');
  const below = path.join(file, 'below');
  const rows: readonly (readonly [string, object, RegExp | undefined])[] = [
    ['a models folder that is missing', { modelsDir: [missing] }, /^--models-dir: there is no/],
    [
      'a models folder that is a file',
      { modelsDir: [folder, file] },
      /^--models-dir: .* no folder/,
    ],
    ['a models folder that is there', { modelsDir: [folder] }, undefined],
    ['a store that is a file', { store: file }, /^--store: .* is no folder/],
    ['a store below a file', { store: below }, /^--store: .* is no folder/],
    ['a store that is to be made', { store: missing }, undefined],
  ];
  for (const [what, options, words] of rows)
    test(what, async () => {
      const asked = refuseProgramOptions({ ...usual, ...options }, new Set(['store']), {});
      if (words) await assert.rejects(asked, { message: words });
      else await asked;
    });
});
