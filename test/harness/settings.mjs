// What VS Code has written to a file of settings.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';

const TRIES = 300;
const BETWEEN_MS = 100;

/**
 * Waits until the model that such a file names is the wanted one. A button that sets it is answered
 * before it is written, and while the file is written it is empty.
 * @param {import('playwright-core').Page} page
 * @param {string} file
 * @param {RegExp} wanted its id
 */
export async function modelBecomes(page, file, wanted) {
  const written = () =>
    existsSync(file)
      ? /"pisaUpscale.model":\s*"([^"]*)"/.exec(readFileSync(file, 'utf8'))?.[1]
      : undefined;
  for (let tries = TRIES; !wanted.test(written() ?? ''); tries--) {
    assert.ok(tries > 0, `${file} still names ${written()}`);
    await page.waitForTimeout(BETWEEN_MS);
  }
}
