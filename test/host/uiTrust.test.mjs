// What a repository can do to whoever opens it and upscales a picture of it, in Restricted Mode and
// in a folder that is trusted: links, names and settings that lead elsewhere.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writePicture } from '../harness/pictures.mjs';
import { explorerMenu, notification, waitForNotification } from '../harness/workbench.mjs';
import { startWorkbench, UPSCALE } from './workbenchSession.mjs';

const MENU_ITEM = UPSCALE.replace('PiSA Upscale: ', '');
/** The repository lies two folders below the home. */
const BELOW = 'code/repo';
const KEYS = 'ssh-ed25519 AAAA mine\n';

/** A home folder with keys and pictures in it, and the repository two folders below. */
async function fill(repository) {
  const home = path.dirname(path.dirname(repository));
  for (const folder of ['.ssh', 'pictures']) mkdirSync(path.join(home, folder));
  writeFileSync(path.join(home, '.ssh/authorized_keys'), KEYS);
  await writePicture(path.join(home, 'pictures/passport.png'), 24, 16);
  symlinkSync('../../.ssh', path.join(repository, 'keys'));
  symlinkSync('../../pictures/passport.png', path.join(repository, 'passport.png'));
  for (const name of ['authorized_keys.png', '...png', 'plain.png', 'plain@4x.png'])
    await writePicture(path.join(repository, name), 24, 16);
}

function assertUntouched(repository) {
  const home = path.dirname(path.dirname(repository));
  assert.deepEqual(readdirSync(home).sort(), ['.ssh', 'code', 'pictures']);
  assert.deepEqual(readdirSync(path.join(home, 'code')), ['repo']);
  assert.deepEqual(readdirSync(path.join(home, '.ssh')), ['authorized_keys']);
  assert.equal(readFileSync(path.join(home, '.ssh/authorized_keys'), 'utf8'), KEYS);
  assert.deepEqual(readdirSync(path.join(home, 'pictures')), ['passport.png']);
}

/** Everything that a repository may try at once, with the pattern that matters. */
const hostile = (namePattern) => ({
  'pisaUpscale.namePattern': namePattern,
  'pisaUpscale.overwrite': 'overwrite',
  'pisaUpscale.scale': 8,
  'pisaUpscale.outputFormat': 'tiff',
  'pisaUpscale.maxInputMegapixels': 10_000,
  'pisaUpscale.action': 'preview',
  'pisaUpscale.provenance': true,
});

/** Picture, pattern, and what a trusted folder is told. */
const ATTACKS = [
  ['link', 'authorized_keys.png', 'keys/{name}', /must end in \.\{ext\}/],
  ['link-ext', 'authorized_keys.png', 'keys/{name}.{ext}', /would lie outside/],
  ['dots', '...png', '{name}/{name}/.ssh/authorized_keys', /must end in \.\{ext\}/],
  ['dots-ext', '...png', '{name}/{name}/.ssh/authorized_keys.{ext}', /can't be called/],
];

describe('in Restricted Mode', () => {
  let workbench;
  before(async () => (workbench = await startWorkbench({ restricted: true, below: BELOW })));
  after(() => workbench?.stop());

  for (const [name, picture, pattern] of ATTACKS)
    test(`the settings of the folder are ignored, so the result lies beside its source: ${name}`, async () => {
      const setup = { name: `restricted-${name}`, fill, settings: hostile(pattern) };
      await workbench.inWorkspace(setup, async ({ page, folder }) => {
        await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
        const result = picture.replace(/\.png$/, '@4x.png');
        await explorerMenu(page, picture, MENU_ITEM);
        await waitForNotification(page, '96×64');
        assert.ok(readdirSync(folder).includes(result), readdirSync(folder).join());
        assertUntouched(folder);
      });
    });

  test('the folder can’t say that files are replaced', async () => {
    const setup = { name: 'restricted-overwrite', fill, settings: hostile('{name}@4x.{ext}') };
    await workbench.inWorkspace(setup, async ({ page, folder }) => {
      const before = readFileSync(path.join(folder, 'plain@4x.png'));
      await explorerMenu(page, 'plain.png', MENU_ITEM);
      await waitForNotification(page, 'plain@4x-2.png');
      assert.deepEqual(readFileSync(path.join(folder, 'plain@4x.png')), before);
    });
  });

  test('a picture that the folder only links to is not copied into it', async () => {
    await workbench.inWorkspace({ name: 'restricted-source', fill }, async ({ page, folder }) => {
      await explorerMenu(page, 'passport.png', MENU_ITEM);
      await waitForNotification(page, /leads out of the open folder/);
      assert.ok(!readdirSync(folder).includes('passport@4x.png'));
      assertUntouched(folder);
    });
  });
});

describe('in a trusted folder', () => {
  let workbench;
  before(async () => (workbench = await startWorkbench({ below: BELOW })));
  after(() => workbench?.stop());

  for (const [name, picture, pattern, sentence] of ATTACKS)
    test(`a pattern that leads elsewhere is refused in a sentence: ${name}`, async () => {
      const settings = { 'pisaUpscale.namePattern': pattern, 'pisaUpscale.overwrite': 'overwrite' };
      const setup = { name: `trusted-${name}`, fill, settings };
      await workbench.inWorkspace(setup, async ({ page, folder }) => {
        const before = readdirSync(folder);
        await explorerMenu(page, picture, MENU_ITEM);
        await waitForNotification(page, sentence);
        assert.equal(await notification(page, 'Restricted').count(), 0);
        assert.deepEqual(readdirSync(folder), before);
        assertUntouched(folder);
      });
    });

  test('a picture that the folder links to may be upscaled: the person trusts it', async () => {
    await workbench.inWorkspace({ name: 'trusted-source', fill }, async ({ page, folder }) => {
      await explorerMenu(page, 'passport.png', MENU_ITEM);
      await waitForNotification(page, 'passport@4x.png');
      assert.ok(readdirSync(folder).includes('passport@4x.png'));
      assertUntouched(folder);
    });
  });
});
