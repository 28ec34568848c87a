import type { EngineClient } from '../client/engineClient';
import { RpcError } from '../shared/rpc';
import { ModelProgressBar } from './modelProgress';
import { reportFailure } from './output';
import { print, printJson } from './terminal';

/** Reads every byte of one model, or of all. Returns whether all are as they should be. */
export async function verifyModels(
  client: EngineClient,
  id: string | undefined,
  { json }: { readonly json: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  const bar = new ModelProgressBar();
  try {
    const results = await client.verifyModels(id === undefined ? {} : { id }, {
      signal,
      onProgress: (progress) => bar.update(progress),
    });
    bar.stop();
    if (json) printJson(results);
    else
      for (const result of results)
        print(`${result.ok ? 'ok    ' : 'DAMAGED'}  ${result.id}  ${result.message}`);
    return results.length > 0 && results.every(({ ok }) => ok);
  } catch (error) {
    bar.stop();
    reportFailure(RpcError.from(error), json);
    return false;
  }
}
