import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { refuseProgramOptions } from '../../../src/cli/programProblem';

const folder = mkdtempSync(path.join(tmpdir(), 'pu-program-'));
const file = path.join(folder, 'file');
writeFileSync(file, '');
const usual = { modelsDir: [], store: folder };

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
