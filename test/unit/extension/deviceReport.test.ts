import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDeviceReport } from '../../../src/extension/devices/deviceReport';
import { untranslated as t } from '../../../src/extension/translate';

test('a table with a reason for each device, and what auto means', () => {
  const text = formatDeviceReport(
    {
      choice: 'auto',
      versions: {
        engine: '0.1.0',
        node: '20.9.0',
        onnxruntime: '1.30.0',
        sharp: '0.35',
        libvips: '8',
        platform: 'linux x64',
        threads: 2,
      },
      report: {
        auto: 'cpu',
        devices: [
          {
            device: 'cpu',
            usable: true,
            reason: 'reference',
            maxDifference: 0,
            milliseconds: 3.14,
          },
          { device: 'webgpu', usable: false, reason: 'no adapter\n  at line 2' },
        ],
      },
    },
    t,
  );
  assert.match(text, /"auto" means CPU here/);
  assert.match(text, /^CPU {5}yes {5}0 {11}3\.1 ms {2}reference$/m);
  assert.match(text, /^WebGPU {2}no {6}– {11}– {7}no adapter at line 2$/m);
});
