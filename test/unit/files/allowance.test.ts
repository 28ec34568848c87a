import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { allowedFolder } from '../../../src/files/allowance';

const base = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'pu-allowance-')));
after(() => rmSync(base, { recursive: true, force: true }));
const at = (...names: string[]): string => path.join(base, ...names);
mkdirSync(at('repo/sub'), { recursive: true });
mkdirSync(at('private'));
for (const file of ['repo/a.png', 'repo/sub/b.png', 'private/c.png']) writeFileSync(at(file), '');
symlinkSync('../private', at('repo/linked'));
symlinkSync('../private/c.png', at('repo/c.png'));
symlinkSync('sub/b.png', at('repo/b.png'));
symlinkSync('repo', at('alias'));

const allowed = (file: string, isTrusted: boolean, open = 'repo'): Promise<string> =>
  allowedFolder({
    file: at(file),
    results: path.dirname(at(file)),
    openFolders: [at(open)],
    isTrusted,
  });

for (const isTrusted of [true, false]) {
  const how = isTrusted ? 'trusted' : 'not trusted';
  test(`results of a picture of an open folder stay in that folder (${how})`, async () => {
    assert.equal(await allowed('repo/a.png', isTrusted), at('repo'));
    assert.equal(await allowed('repo/sub/b.png', isTrusted), at('repo'));
    assert.equal(await allowed('repo/b.png', isTrusted), at('repo'));
    assert.equal(await allowed('alias/a.png', isTrusted, 'alias'), at('repo'));
  });

  test(`a picture that was opened by itself has its results beside it (${how})`, async () =>
    assert.equal(await allowed('private/c.png', isTrusted), at('private')));
}

test('what a trusted folder links to may be upscaled, a linked folder’s results beside it', async () => {
  assert.equal(await allowed('repo/c.png', true), at('repo'));
  assert.equal(await allowed('repo/linked/c.png', true), at('private'));
});

test('what a folder that is not trusted links to outside is refused', async () => {
  for (const file of ['repo/c.png', 'repo/linked/c.png'])
    await assert.rejects(allowed(file, false), {
      code: 'input-outside',
      message: /^c\.png is reached by a link that leads out of the open folder/,
    });
});
