import { wordsOf } from '../../shared/rpc';
import { ModelRegistry } from '../models/registry';
import { DiffusionModel } from '../models/kinds/diffusion';
import { TiledModel } from '../models/kinds/tiled';
import type { Check, CheckMessage } from './checkProcess';
import { compareForms } from './compareForms';
import { compareProducts } from './compareProducts';
import { fingerprint } from './fingerprint';
import { precisionVerdict, productsVerdict } from './precisionVerdict';
import { probeDevice } from './probe';
import { phrase, WordedError, type Words } from '../../shared/phrase';

/** Does one check in this process and ends it; `check` is `Check` as JSON, from the engine. */
export async function serveCheck(check: string): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  const onStep = (step: Words): void => say({ step });
  try {
    finish({ result: await carryOut(JSON.parse(check) as Check, onStep) });
  } catch (error) {
    finish({ failure: wordsOf(error) });
  }
}

/**
 * What is found out of a model holds for its files, wherever they lie: so they are read whole before,
 * lest a damaged copy speaks for a sound one.
 */
async function carryOut(
  check: Check,
  onStep: (step: Words) => void,
): Promise<Extract<CheckMessage, { result: unknown }>['result']> {
  if (check.kind === 'probe') return probeDevice(check.device, check.depth, onStep);
  const model = await new ModelRegistry(check.folders, check.store).find(check.model);
  if (check.kind === 'fingerprint') {
    await model.check(true);
    return fingerprint(model, check.device, check.precision, onStep);
  }
  if (model instanceof DiffusionModel)
    return productsVerdict(check.model, await compareProducts(onStep));
  if (!(model instanceof TiledModel))
    throw new WordedError(phrase`its networks have no form in 8 bits`);
  await model.check(true);
  return precisionVerdict(check.model, await compareForms(model, onStep));
}

function say(message: CheckMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function finish(message: CheckMessage): void {
  process.send?.(message, () => process.exit(0));
}
