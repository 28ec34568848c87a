import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, test } from 'node:test';
import { defaultModelStore } from '../../../src/client/modelStore';

const before = process.env.PISA_UPSCALE_STORE;
afterEach(() => {
  if (before === undefined) delete process.env.PISA_UPSCALE_STORE;
  else process.env.PISA_UPSCALE_STORE = before;
});

test('the environment names the store', () => {
  const folder = path.resolve('/somewhere/models');
  process.env.PISA_UPSCALE_STORE = folder;
  assert.equal(defaultModelStore(), folder);
});

test(
  'without it, or when it is no absolute path, the store is a folder of the product in ' +
    'the person’s data',
  () => {
    delete process.env.PISA_UPSCALE_STORE;
    const store = defaultModelStore();
    assert.ok(path.isAbsolute(store));
    assert.equal(path.basename(store), 'models');
    assert.match(store, /pisa-upscale/);
    for (const useless of ['', 'models', './models']) {
      process.env.PISA_UPSCALE_STORE = useless;
      assert.equal(defaultModelStore(), store, useless);
    }
  },
);
