import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CATALOGUE } from '../../src/engine/models/community/catalogue';
import { knownModel, readOwnTable } from '../../src/engine/models/community/knownModels';
import { writeTable } from '../../scripts/openModelDb.mjs';
import { temporaryFolder } from './support';

const folder = temporaryFolder();

test('every model that is offered is known by its file', () => {
  for (const { sha256, licence } of CATALOGUE) assert.equal(knownModel(sha256)?.licence, licence);
  assert.equal(knownModel('0'.repeat(64)), undefined);
  assert.equal(knownModel('toString'), undefined);
});

test('a table that a person made of the database is used, too; a damaged one is none', async () => {
  const sha256 = createHash('sha256').update('weights').digest('hex');
  const checkout = path.join(folder, 'checkout');
  mkdirSync(path.join(checkout, 'data/models'), { recursive: true });
  writeFileSync(
    path.join(checkout, 'data/users.json'),
    JSON.stringify({ some: { name: 'Somebody' } }),
  );
  const model = {
    name: '4x-Example',
    author: ['some', 'unlisted'],
    license: 'CC-BY-4.0',
    description: 'Category: Photos\n\n**Cleans** [pictures](https://example.org). And more.',
    resources: [{ sha256 }, { sha256: 'no hash' }, {}],
  };
  writeFileSync(path.join(checkout, 'data/models/4x-Example.json'), JSON.stringify(model));
  const store = path.join(folder, 'store');
  const { file, count } = writeTable(checkout, store);
  assert.equal(count, 1);
  assert.equal(knownModel(sha256), undefined);
  await readOwnTable(store);
  const known = knownModel(sha256);
  assert.deepEqual(
    [known?.name, known?.author, known?.licence],
    ['4x-Example', 'Somebody, unlisted', 'CC-BY-4.0'],
  );

  assert.equal(known?.purpose, 'Photos');

  const damaged = path.join(folder, 'damaged');
  mkdirSync(damaged);
  writeFileSync(path.join(damaged, path.basename(file)), readFileSync(file).subarray(0, 50));
  await readOwnTable(damaged);
  assert.equal(knownModel(sha256), undefined);
});
