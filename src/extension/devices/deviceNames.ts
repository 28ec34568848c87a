import type { Device } from '../../shared/settings';

const NAMES: Record<Device, string> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  dml: 'DirectML',
  coreml: 'Core ML',
  cuda: 'CUDA',
  remote: 'Inference server',
};

/** A device's name as its makers write it, with the server behind it. */
export const deviceName = (device: Device, server?: string): string =>
  server === undefined ? NAMES[device] : `${NAMES[device]} (${server})`;
