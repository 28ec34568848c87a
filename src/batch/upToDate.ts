import { say } from '../shared/phrase';
import { hashInside, hashValue } from './hash';
import type { Hash } from './hashMemory';
import type { KnownOutputs } from './known';
import type { Candidate } from './openItems';
import type { PlanPorts } from './planRequest';
import type { PlannedTarget } from './targets';
import type { OutputRecord, PlanItem } from './types';

/** The hash of what a result depends on besides its source: its settings and the files of its models. */
export async function settingsHash(
  { settings, format }: PlannedTarget,
  { modelHash }: Pick<PlanPorts, 'modelHash'>,
): Promise<string> {
  const { model, restore, prompt, draft } = settings;
  // A record says itself what its result was computed in.
  const asked = { ...settings };
  delete asked.precision;
  delete asked.promptIsUsual;
  return hashValue({
    ...asked,
    format,
    modelFiles: await modelHash(model, {
      prompted: prompt !== undefined,
      drafted: draft === true,
    }),
    ...(restore === undefined ? {} : { restoreFiles: await modelHash(restore) }),
  });
}

/**
 * Whether a result was computed in what is asked for. What is left to the machine is the same
 * result in either form: another machine's choice makes nothing stale.
 */
function isAsPinned(
  { precision: made }: OutputRecord,
  { settings: { precision = 'auto' } }: Pick<PlannedTarget, 'settings'>,
): boolean {
  return precision === 'auto' || precision === (made ?? 'fp32');
}

/**
 * The item of an output that is what it would be made anew: same input, same settings, untouched.
 */
export async function upToDate(
  { input, bytes, hash, settings, target }: Candidate,
  known: KnownOutputs,
  outputRoot: string,
  hashOf: Hash,
  signal: AbortSignal | undefined,
): Promise<PlanItem | undefined> {
  for (const { output, record } of known.of(input)) {
    if (record.settings !== settings || !target.mayYield(output)) continue;
    if (!isAsPinned(record, target)) continue;
    const inputHash = await hash();
    if (record.inputHash !== inputHash) continue;
    if ((await hashInside(outputRoot, output, signal, hashOf)) !== record.outputHash) continue;
    const { width, height, sourceWidth, sourceHeight } = record;
    return {
      id: output,
      input,
      output,
      inputBytes: bytes,
      ...(sourceWidth !== undefined && sourceHeight !== undefined
        ? { size: { width: sourceWidth, height: sourceHeight } }
        : {}),
      outputSize: { width, height },
      format: target.format,
      inputHash,
      settingsHash: settings,
      settings: target.settings,
      status: 'done',
      selected: false,
      reason: 'up-to-date',
      message: say`Nothing has changed since it was made.`,
    };
  }
  return undefined;
}
