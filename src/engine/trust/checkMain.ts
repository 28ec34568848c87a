import { messageOf } from '../errors';
import { ModelRegistry } from '../models/registry';
import type { Check, CheckMessage } from './checkProcess';
import { fingerprint } from './fingerprint';
import { probeDevice } from './probe';

/** Does one check in this process and ends it; `check` is `Check` as JSON, from the engine. */
export async function serveCheck(check: string): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  const onStep = (step: string): void => say({ step });
  try {
    finish({ result: await carryOut(JSON.parse(check) as Check, onStep) });
  } catch (error) {
    finish({ failure: messageOf(error) });
  }
}

async function carryOut(
  check: Check,
  onStep: (step: string) => void,
): Promise<Extract<CheckMessage, { result: unknown }>['result']> {
  const { device } = check;
  if (check.kind === 'probe') return probeDevice(device, check.depth, onStep);
  const model = await new ModelRegistry(check.folders, check.store).find(check.model);
  return fingerprint(model, device, check.precision, onStep);
}

function say(message: CheckMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function finish(message: CheckMessage): void {
  process.send?.(message, () => process.exit(0));
}
