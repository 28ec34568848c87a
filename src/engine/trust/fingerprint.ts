import type { Agreement } from '../../shared/engineProtocol';
import type { Device } from '../../shared/settings';
import { wordsOf } from '../../shared/rpc';
import type { ComputeType } from '../graph/sd21/weights';
import type { Model } from '../models/model';
import { NETWORK_BOUNDS, relativeL2 } from './agreement';
import { judged } from './probe';
import { readableReason } from './readableReason';
import { phrase, type Words } from '../../shared/phrase';

/**
 * Runs each network of a model on a small picture, on the CPU in float32 and on a device, and tells
 * how far they are apart. One network is open at a time. `onStep` learns what runs next. Rejects
 * when the CPU fails; what the device does wrong is in the answer, which then ends there.
 */
export async function fingerprint(
  model: Model,
  device: Device,
  type: ComputeType,
  onStep: (step: Words) => void,
): Promise<Agreement<Words>[]> {
  const bound = NETWORK_BOUNDS[type];
  const checks: Agreement<Words>[] = [];
  for (const { name, run } of await model.trials(device, type)) {
    onStep(phrase`${name} on the CPU`);
    const expected = await run('cpu');
    onStep(phrase`${name} on ${device} in ${type}`);
    const common = { precision: type, bound };
    try {
      const result = await run(device);
      for (const [output, { data }] of Object.entries(expected)) {
        const difference = relativeL2(result[output]?.data ?? new Float32Array(), data);
        checks.push({ what: phrase`${name}, ${output}`, ...common, ...judged(difference, bound) });
      }
    } catch (error) {
      const reason = readableReason(wordsOf(error));
      checks.push({ what: name, ...common, agrees: false, reason });
    }
    if (checks.some(({ agrees }) => !agrees)) break;
  }
  return checks;
}
