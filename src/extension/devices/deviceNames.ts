import type { Device } from '../../shared/settings';

const NAMES: Record<Device, string> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  dml: 'DirectML',
  coreml: 'Core ML',
  cuda: 'CUDA',
  remote: 'Inference server',
};

/** A device's name as its makers write it, with the server behind it, or what it computes in. */
export const deviceName = (device: Device, detail?: string): string =>
  detail === undefined ? NAMES[device] : `${NAMES[device]} (${detail})`;
