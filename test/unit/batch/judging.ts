import type { Judged } from '../../../src/batch/planRequest';
import { judgeAll } from '../../../src/engine/upscale/judge';
import type { Model } from '../../../src/engine/models/model';
import { spoken } from '../../../src/shared/phrase';
import { RpcError } from '../../../src/shared/rpc';
import type { Judgement } from '../../../src/shared/engineProtocol';

/** The engine's own judgement, where every model is there, enlarges, and runs anywhere. */
export async function judgeHere(calls: readonly Judged[]): Promise<readonly Judgement[]> {
  const model = (id: string): Model =>
    ({ manifest: { id, name: id }, ownScale: 4, cpuPrecisions: ['fp32', 'int8'] }) as never;
  const judgements = await judgeAll(
    calls.map(({ facts, call }) => ({ facts, call: { ...call, device: 'cpu' } })),
    { findModel: async (id) => model(id), checkDevice: () => undefined },
    new AbortController().signal,
  );
  return judgements.map((one) =>
    one.ok ? spoken(one) : { ok: false, ...new RpcError(one).toValue() },
  );
}
