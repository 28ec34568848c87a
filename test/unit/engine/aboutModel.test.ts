import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aboutModel, forModel } from '../../../src/engine/models/install/aboutModel';
import { REMEDIES_BY_CODE } from '../../../src/shared/errorCodes';
import { INSTALLABLE_MODELS } from '../../../src/shared/installableModels';
import { RpcError } from '../../../src/shared/rpc';

const CODES = [
  'weights-unverified',
  'licence-not-accepted',
  'mirror-unencrypted',
  'model-not-installed',
  'download-failed',
] as const;

for (const model of INSTALLABLE_MODELS)
  for (const code of CODES)
    test(`advice of ${code} is for ${model}, and all that the code advises stays`, () => {
      const error = new RpcError({ code, message: 'No.', hint: 'Why.', detail: 'more' });
      const about = aboutModel(error, model);
      assert.deepEqual(
        about.remedies.map(({ kind }) => kind),
        [...REMEDIES_BY_CODE[code]],
      );
      for (const remedy of about.remedies)
        assert.equal(
          'model' in remedy ? remedy.model : undefined,
          /^(accept|allow|import|install)-/.test(remedy.kind) ? model : undefined,
          remedy.kind,
        );
      assert.deepEqual(
        [about.code, about.message, about.hint, about.detail],
        [code, 'No.', 'Why.', 'more'],
      );
    });

test('work that succeeds is as it was, and what is advised itself is named once', async () => {
  assert.equal(await forModel('osediff', () => Promise.resolve(7)), 7);
  const error = new RpcError({
    code: 'download-failed',
    message: 'No.',
    remedies: [{ kind: 'change-setting', setting: 'proxy' }],
  });
  const failed = forModel('osediff', () => Promise.reject(error));
  await assert.rejects(failed, (about: RpcError) => {
    assert.deepEqual(about.remedies, [
      { kind: 'change-setting', setting: 'proxy' },
      ...REMEDIES_BY_CODE['download-failed'].map((kind) =>
        kind === 'import-model' ? { kind, model: 'osediff' } : { kind },
      ),
    ]);
    return true;
  });
});
