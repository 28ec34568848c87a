import type { PictureFacts, PictureHeader } from '../../shared/engineProtocol';
import { RpcError } from '../../shared/rpc';
import { named, throwIfCancelled } from '../errors';
import { inspectSource } from './inspect';
import { borderOf } from './ninePatch';
import type { SourceInfo } from './sourceInfo';

/** What those who plan need to know of a source. */
export const headerOf = ({ size, format }: SourceInfo): PictureHeader => ({
  size,
  ...(format === undefined ? {} : { format }),
});

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
      const source = await inspectSource(input, maxMegapixels, signal, 'head');
      const { frames } = source;
      facts.push({ ok: true, ...headerOf(source), frames, border: await borderOf(input) });
    } catch (error) {
      throwIfCancelled(signal);
      facts.push({ ok: false, ...RpcError.from(named(error, input)).toValue() });
    }
  }
  return facts;
}
