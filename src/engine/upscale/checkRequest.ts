import path from 'node:path';
import type { UpscaleRequest } from '../../shared/engineProtocol';
import { GUIDANCE_RANGE } from '../../shared/guidance';
import { DEVICES, OUTPUT_FORMATS, OVERWRITE_POLICIES, QUALITY_RANGE, SCALE_RANGE, isOneOf } from '../../shared/settings';
import { engineError } from '../errors';

/** Refuses a request whose values are out of range, naming the value and the range. */
export function checkRequest(request: UpscaleRequest): void {
  const { guidance } = request;
  inRange('scale', request.scale, SCALE_RANGE.minimum, SCALE_RANGE.maximum);
  inRange('λ_pix (pixel)', guidance.pixel, GUIDANCE_RANGE.minimum, GUIDANCE_RANGE.maximum);
  inRange('λ_sem (semantic)', guidance.semantic, GUIDANCE_RANGE.minimum, GUIDANCE_RANGE.maximum);
  inRange('quality', request.quality, QUALITY_RANGE.minimum, QUALITY_RANGE.maximum);
  inRange('largest input in megapixels', request.maxInputMegapixels, 1e-6, 1e6);
  if (request.tile !== undefined) whole('tile', inRange('tile', request.tile, 16, 65_536));
  oneOf('device', request.device, ['auto', ...DEVICES]);
  oneOf('output format', request.format, ['source', ...OUTPUT_FORMATS]);
  oneOf('overwrite policy', request.overwrite, OVERWRITE_POLICIES);
  if (!/^[\w-]{1,64}$/.test(request.jobId)) throw bad('job id', request.jobId, 'letters, digits and "-"');
  if (!path.isAbsolute(request.input)) throw bad('input', request.input, 'an absolute path');
}

function inRange(name: string, value: number, minimum: number, maximum: number): number {
  if (!(value >= minimum && value <= maximum)) throw bad(name, value, `between ${minimum} and ${maximum}`);
  return value;
}

function whole(name: string, value: number): void {
  if (!Number.isInteger(value)) throw bad(name, value, 'a whole number');
}

function oneOf(name: string, value: string, values: readonly string[]): void {
  if (!isOneOf(values, value)) throw bad(name, value, `one of ${values.join(', ')}`);
}

function bad(name: string, value: unknown, expected: string): Error {
  return engineError('bad-setting', { message: `The ${name} is ${String(value)}; it must be ${expected}.`, hint: 'Correct the setting or option and try again.' });
}
