import { mkdirSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');
export const HOST_BUNDLE = path.join(REPOSITORY, 'dist-test/host/index.js');
export const TEST_MODELS = path.join(REPOSITORY, 'test/fixtures/models');

const SCREENSHOTS = path.join(REPOSITORY, 'dist-test/screenshots');

/**
 * A new folder with a short path: Unix sockets live in some of them, and their paths may not exceed
 * 107 bytes.
 */
export const makeTemporaryFolder = () => mkdtempSync(path.join(os.tmpdir(), 'pu-'));

/** Where the screenshot `name` (without extension) goes. */
export function screenshotPath(name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  return path.join(SCREENSHOTS, `${name}.png`);
}
