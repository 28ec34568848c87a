import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runSoftwareDevice } from './runSoftwareDevice';

/**
 * Debian's Chromium brings SwiftShader, a Vulkan device in software: the GPU path without a GPU.
 */
const CHROMIUM = '/usr/lib/chromium';
const ICD = path.join(CHROMIUM, 'vk_swiftshader_icd.json');

/** Set where an hour is not too much: the second device in software runs it, too. */
const RUNS_PISA = process.env.DEVICE_RUNS_PISA === '1';

test('the WebGPU provider, on SwiftShader', async () => {
  assert.ok(existsSync(ICD), `${ICD} is missing: apt-get install chromium`);
  const environment = {
    VK_ICD_FILENAMES: ICD,
    LD_LIBRARY_PATH: [CHROMIUM, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
    DEVICE_HAS_FLOAT16: '0',
  };
  await runSoftwareDevice([], environment, RUNS_PISA ? 8 : 6);
});
