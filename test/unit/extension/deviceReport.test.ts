import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDeviceReport } from '../../../src/extension/devices/deviceReport';
import { untranslated as t } from '../../../src/shared/translate';

const versions = {
  engine: '0.1.0',
  node: '20.9.0',
  onnxruntime: '1.30.0',
  sharp: '0.35',
  libvips: '8',
  platform: 'linux x64',
  threads: 2,
};

test('a table with a reason for each device, and what auto means', () => {
  const text = formatDeviceReport(
    {
      choice: 'auto',
      versions,
      report: {
        auto: 'cpu',
        precisions: [],
        models: [],
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
  assert.match(text, /^Models run on the CPU, which is the reference\.$/m);
});

test('each model on each device: what was checked, how close it was, and what drives the device', () => {
  const conv = { what: 'Conv', precision: 'float16', bound: 1e-3 } as const;
  const text = formatDeviceReport(
    {
      choice: 'webgpu',
      versions,
      report: {
        auto: 'webgpu',
        precisions: [],
        devices: [
          { device: 'cpu', usable: true, reason: 'the reference', milliseconds: 20 },
          {
            device: 'webgpu',
            usable: true,
            reason: '111 operators agree with the CPU',
            maxDifference: 9.3e-7,
            milliseconds: 1,
            driver: 'NVIDIA 570.1',
            operators: [
              { ...conv, difference: 7.3e-3, agrees: false, reason: 'differs by\n7.3e-3' },
            ],
          },
        ],
        models: [
          {
            model: 'pisa-sr',
            device: 'webgpu',
            precision: 'float16',
            trusted: false,
            reason: 'unet, epsilon: differs by 6.7e-3 from the CPU (at most 3.0e-3)',
            checks: [],
          },
          {
            model: 'pisa-compact-4x',
            device: 'webgpu',
            precision: 'float32',
            trusted: true,
            reason: 'within 2.0e-6 of the CPU (at most 1.0e-4)',
            checks: [],
          },
        ],
      },
    },
    t,
  );
  assert.match(text, /^WebGPU {2}yes {5}9\.3e-7 {6}1\.0 ms {3}111 operators agree with the CPU$/m);
  assert.match(text, /^Driver of WebGPU: NVIDIA 570\.1$/m);
  assert.match(text, /^Float16 of WebGPU is not trusted: Conv: differs by 7\.3e-3$/m);
  assert.match(
    text,
    /^pisa-sr +WebGPU +float16 +no +unet, epsilon: differs by 6\.7e-3 .*3\.0e-3\)$/m,
  );
  assert.match(text, /^pisa-compact-4x +WebGPU +float32 +yes +within 2\.0e-6 of the CPU/m);
});

test('what the processor computes a model in, by how much it is faster, and why', () => {
  const text = formatDeviceReport(
    {
      choice: 'auto',
      versions,
      report: {
        auto: 'cpu',
        devices: [],
        models: [],
        precisions: [
          {
            model: 'one',
            precision: 'int8',
            agrees: true,
            ratio: 0.412,
            reason: '8 bits take 41 %',
          },
          { model: 'two', precision: 'fp32', agrees: false, reason: 'they\nfail' },
        ],
      },
    },
    t,
  );
  assert.match(text, /^one {4}int8 {11}×0\.41 {2}8 bits take 41 %$/m);
  assert.match(text, /^two {4}fp32 {11}– {6}they fail$/m);
});
