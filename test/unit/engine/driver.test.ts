import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { adaptersOf, driverOf } from '../../../src/engine/trust/driver';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('what drives a device', { skip: process.platform !== 'linux' }, () => {
  const library = path.join(folder, 'libvulkan_lvp.so');
  const manifest = path.join(folder, 'lvp_icd.json');
  const write = (bytes: number, seconds: number, named = './libvulkan_lvp.so'): void => {
    writeFileSync(library, Buffer.alloc(bytes));
    utimesSync(library, seconds, seconds);
    writeFileSync(manifest, JSON.stringify({ ICD: { library_path: named } }));
  };
  const driver = (environment: NodeJS.ProcessEnv): Promise<string | undefined> =>
    driverOf('webgpu', environment);

  it('changes with the driver’s file, however the loader is told of it', async () => {
    for (const [named, environment] of [
      ['./libvulkan_lvp.so', { VK_DRIVER_FILES: manifest }],
      [library, { VK_ICD_FILENAMES: manifest }],
      ['libvulkan_lvp.so', { VK_DRIVER_FILES: manifest, LD_LIBRARY_PATH: folder }],
    ] as const) {
      write(100, 1_700_000_000, named);
      const first = await driver(environment);
      assert.match(first!, /Vulkan lvp_icd of 2023-11-14T22:13:20, 100 bytes/);
      assert.equal(await driver(environment), first);
      write(101, 1_700_000_000, named);
      assert.notEqual(await driver(environment), first);
      write(100, 1_700_000_001, named);
      assert.notEqual(await driver(environment), first);
    }
  });

  it('is another where there is another device', async () => {
    write(100, 1_700_000_000);
    const [one, none] = [
      await driver({ VK_DRIVER_FILES: manifest }),
      await driver({ VK_DRIVER_FILES: '' }),
    ];
    assert.notEqual(one, none);
    assert.ok(none);
  });

  it('a manifest that is none is no error', async () => {
    for (const text of ['', '[]', '{"ICD":{"library_path":7}}']) {
      writeFileSync(manifest, text);
      assert.ok(await driver({ VK_DRIVER_FILES: manifest }));
    }
  });
});

it('Windows’ registry: name and version of each adapter', () => {
  const listing = [
    'HKEY_LOCAL_MACHINE\\SYSTEM\\...\\0000',
    '    DriverDesc    REG_SZ    NVIDIA GeForce RTX 3060',
    '    ProviderName    REG_SZ    NVIDIA',
    '    DriverVersion    REG_SZ    32.0.15.6636',
    '',
    'HKEY_LOCAL_MACHINE\\SYSTEM\\...\\0001',
    '    DriverDesc    REG_SZ    Intel(R) UHD Graphics 770',
    '    DriverVersion    REG_SZ    31.0.101.5590',
  ].join('\r\n');
  assert.equal(
    adaptersOf(listing),
    'NVIDIA GeForce RTX 3060 32.0.15.6636 Intel(R) UHD Graphics 770 31.0.101.5590',
  );
  assert.equal(
    adaptersOf('ERROR: The system was unable to find the specified registry key.'),
    undefined,
  );
});
