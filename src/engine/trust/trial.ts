import type { Device } from '../../shared/settings';
import type { Floats } from '../runtime/network';

/**
 * A network of a model on a small picture: `run` opens it on a device, runs it once, closes it and
 * yields its outputs by name. It runs on the CPU first.
 */
export type Trial = {
  readonly name: string;
  readonly run: (device: Device) => Promise<{ readonly [output: string]: Floats }>;
};
