import os from 'node:os';
import { engineError } from '../errors';
import { numeral, phrase, type Words } from '../../shared/phrase';

/** Less memory than this and SD-2.1's networks don't run beside an editor. */
const LEAST_MEMORY = 6 * 2 ** 30;

/** Why PiSA-SR can't run on this machine; undefined when it can. */
export function unsupportedReason(): Words | undefined {
  if (os.endianness() === 'BE')
    return phrase`its checkpoint files are little-endian and this processor is not`;
  if (os.totalmem() < LEAST_MEMORY)
    return phrase`it needs 6 GB of memory and this machine has ${numeral(os.totalmem() / 2 ** 30, 1)} GB`;
  return undefined;
}

/** Throws `model-unsupported` when PiSA-SR can't run here. */
export function refuseUnsupported(name: string): void {
  const reason = unsupportedReason();
  if (reason !== undefined)
    throw engineError('model-unsupported', {
      message: phrase`${name} can't run here: ${reason}.`,
      hint: phrase`Use the embedded model.`,
    });
}
