import type { PictureFacts } from '../../shared/engineProtocol';
import { RpcError } from '../../shared/rpc';
import { throwIfCancelled } from '../errors';
import { inspectSource } from './inspect';

/** Looks into the headers of many pictures, in their order. */
export async function inspectAll(
  inputs: readonly string[],
  maxMegapixels: number,
  signal: AbortSignal,
): Promise<PictureFacts[]> {
  const facts: PictureFacts[] = [];
  for (const input of inputs) {
    throwIfCancelled(signal);
    try {
      const { size, frames } = await inspectSource(input, maxMegapixels, signal);
      facts.push({ ok: true, size, frames });
    } catch (error) {
      const { message, hint } = RpcError.from(error);
      facts.push({ ok: false, message, ...(hint === undefined ? {} : { hint }) });
    }
  }
  return facts;
}
