import { clashError, clashesAmong, type Wish } from '../../client/clashes';
import type { EngineClient, UpscaleCall } from '../../client/engineClient';
import { atOwnSize, plannedResult, restoresOnly } from '../../client/plannedResult';
import type { RpcError } from '../../shared/rpc';

/**
 * Why pictures of one command can't be upscaled beside each other: a result would replace another
 * one's source, or its result. In the calls' order; what can't be planned is left to the engine's own
 * words. Where names are counted up nothing can be replaced, and nobody is asked.
 */
export async function refusedJobs(
  calls: readonly (UpscaleCall | undefined)[],
  client: Pick<EngineClient, 'inspect' | 'models'>,
  signal: AbortSignal,
): Promise<readonly (RpcError | undefined)[]> {
  if (calls.length < 2 || calls.every((call) => !call || call.overwrite === 'nextFreeName'))
    return [];
  const wishes: (Wish | undefined)[] = [];
  for (const call of calls) {
    const output = call && (await outputOf(call, client, signal));
    wishes.push(output === undefined ? undefined : { input: call?.input ?? '', output });
  }
  const clashes = await clashesAmong(
    wishes,
    calls.flatMap((call) => call?.input ?? []),
  );
  return clashes.map((clash, index) => {
    const wish = wishes[index];
    return clash && wish && clashError(clash, wish);
  });
}

async function outputOf(
  call: UpscaleCall,
  client: Pick<EngineClient, 'inspect' | 'models'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { input, model, maxInputMegapixels, overwrite } = call;
  if (overwrite === 'nextFreeName') return undefined;
  try {
    const [facts] = await client.inspect({ inputs: [input], maxInputMegapixels }, { signal });
    if (!facts?.ok) return undefined;
    const wanted = (await restoresOnly(client, model)) ? atOwnSize(call) : call;
    return plannedResult(wanted, facts).path;
  } catch {
    return undefined;
  }
}
