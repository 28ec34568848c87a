import path from 'node:path';
import type { EngineClient } from '../client/engineClient';
import type { ExportTarget } from '../shared/modelProtocol';
import { RpcError } from '../shared/rpc';
import { reportFailure } from './output';
import { print, printJson } from './terminal';

/** Writes a model as an inference server takes it. Returns whether it was. */
export async function exportModel(
  client: EngineClient,
  id: string,
  options: { readonly for: ExportTarget; readonly out: string; readonly json: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const folder = path.resolve(options.out);
    const result = await client.exportModel({ id, target: options.for, folder }, { signal });
    if (options.json) printJson(result);
    else {
      for (const file of result.files) print(path.relative(process.cwd(), file) || file);
      print(`Served as "${result.name}"; "doctor --remote <url>" compares it.`);
    }
    return true;
  } catch (error) {
    reportFailure(RpcError.from(error), options.json);
    return false;
  }
}
