import type { Device } from '../../shared/settings';

const NAMES: Record<Device, string> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  dml: 'DirectML',
  coreml: 'Core ML',
  cuda: 'CUDA',
};

/** A device's name as its makers write it. */
export const deviceName = (device: Device): string => NAMES[device];
