import type { PictureFacts } from '../../shared/engineProtocol';
import { RpcError } from '../../shared/rpc';
import { named, throwIfCancelled } from '../errors';
import { inspectSource } from './inspect';
import { borderOf } from './ninePatch';

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
      facts.push({ ok: true, size, frames, border: await borderOf(input) });
    } catch (error) {
      throwIfCancelled(signal);
      facts.push({ ok: false, ...RpcError.from(named(error, input)).toValue() });
    }
  }
  return facts;
}
