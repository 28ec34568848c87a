import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteText } from '../../../src/shared/byteText';
import {
  describeModelProgress,
  describePlan,
  describePlanBriefly,
} from '../../../src/shared/installText';
import type { InstallPlan } from '../../../src/shared/modelProtocol';

test('sizes are in decimal units with two or three digits', () => {
  assert.deepEqual([0, 999, 1000, 9_940, 32_855_885, 3_463_726_552, 999_900_000].map(byteText), [
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '9.9 kB',
    '33 MB',
    '3.5 GB',
    '1.0 GB',
  ]);
});

const plan: InstallPlan = {
  id: 'pisa-sr',
  name: 'PiSA-SR',
  licences: [
    {
      component: 'SD',
      name: 'Open RAIL++-M',
      url: 'https://licence.example',
      mustAccept: true,
      note: 'Restrictions.',
    },
    {
      component: 'LoRA',
      name: 'Apache-2.0',
      url: 'https://code.example',
      mustAccept: false,
      note: 'By its README.',
    },
  ],
  mirror: 'https://mirror.example/x/{path}',
  files: [
    { path: 'unet/a.safetensors', bytes: 3_463_726_552, done: 1_000_000_000, temporary: false },
    { path: 'text/b.safetensors', bytes: 681_000_000, done: 681_000_000, temporary: true },
    { path: 'vae/config.json', bytes: undefined, done: 0, temporary: false },
  ],
  bytesToFetch: 2_463_726_552,
  bytesFree: 50e9,
  weights: {
    name: 'pisa_sr.pkl',
    note: 'On Google Drive.',
    pages: ['https://drive.example'],
    present: false,
  },
  folder: '/store/pisa-sr',
};

test('the plan tells sizes, what is here, the disk, the licences and where the weights are', () => {
  const text = describePlan(plan).join('\n');
  for (const part of [
    'will be put in /store/pisa-sr',
    'To fetch: 2.5 GB from mirror.example; 50 GB are free.',
    'unet/a.safetensors (3.5 GB, 1.0 GB here already)',
    'text/b.safetensors (681 MB, here already; needed once, then removed)',
    'vae/config.json (size unknown)',
    'SD: Open RAIL++-M (must be accepted). Restrictions. https://licence.example',
    'LoRA: Apache-2.0. By its README.',
    'pisa_sr.pkl: On Google Drive. https://drive.example',
  ]) {
    assert.ok(text.includes(part), part);
  }
});

test('the dialog’s text is short: amounts, folder, licences, what is asked next', () => {
  const text = describePlanBriefly(plan).join('\n');
  assert.ok(
    text.startsWith(
      '2.5 GB will be fetched from mirror.example; 3.5 GB of it will stay in ' +
        '/store/pisa-sr. 50 GB are free.',
    ),
  );
  assert.ok(text.includes('SD: Open RAIL++-M, which you must accept. Restrictions.'));
  assert.ok(text.includes('asked for pisa_sr.pkl'));
  assert.ok(!text.includes('safetensors') && text.length < 400);
});

test('progress tells phase, file, amount, speed and time', () => {
  assert.equal(
    describeModelProgress({
      phase: 'download',
      file: 'unet/a',
      bytes: 1.2e9,
      totalBytes: 5.2e9,
      bytesPerSecond: 12e6,
      secondsLeft: 333,
    }),
    'downloading unet/a · 1.2 GB of 5.2 GB · 12 MB/s · 6 min left',
  );
  assert.equal(
    describeModelProgress({ phase: 'compute', file: 'x', bytes: 0, totalBytes: 0 }),
    'running the text encoder once',
  );
  assert.equal(
    describeModelProgress({
      phase: 'hash',
      file: 'x',
      bytes: 5,
      totalBytes: 10,
      secondsLeft: 12.2,
    }),
    'computing SHA-256 x · 5 bytes of 10 bytes · 13 s left',
  );
});
