import type { EngineClient } from '../client/engineClient';
import { byteText } from '../shared/byteText';
import { RpcError } from '../shared/rpc';
import { reportFailure } from './output';
import { print, printJson } from './terminal';

/** Removes an installed model. Returns whether there was one. */
export async function removeModel(
  client: EngineClient,
  id: string,
  { json }: { readonly json: boolean },
): Promise<boolean> {
  try {
    const result = await client.removeModel({ id });
    if (json) printJson(result);
    else if (result.kept !== undefined)
      print(`${id} was removed; its file ${result.kept} stays where it is.`);
    else
      print(
        `${id} was removed from ${result.folder}; ${byteText(result.bytesFreed)} are free again.`,
      );
    return true;
  } catch (error) {
    reportFailure(RpcError.from(error), json);
    return false;
  }
}
