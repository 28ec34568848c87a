import type { EngineClient } from '../client/engineClient';
import type { AddServedRequest } from '../shared/modelProtocol';
import { RpcError } from '../shared/rpc';
import { servedSize } from '../shared/serverModelText';
import { reportFailure } from './output';
import { printTable } from './table';
import { print, printJson, tell } from './terminal';

/** Lists what the inference server has. Returns whether it has an index. */
export async function listServerModels(
  client: EngineClient,
  { json }: { readonly json: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const report = await client.serverModels({ signal });
    if (json) {
      printJson(report);
      return report.hasIndex;
    }
    tell(report.server);
    if (!report.hasIndex) {
      tell('It has no index of its models. "models served <name>" tries one by its name.');
      return false;
    }
    printTable(
      ['model there', 'takes', 'here'],
      report.models.map((model) => [
        model.name,
        model.unfit ?? servedSize(model),
        model.id ?? (model.unfit === undefined ? 'not verified; models served <name> adds it' : ''),
      ]),
    );
    if (report.more > 0) tell(`${report.more} more are in its index.`);
    return true;
  } catch (error) {
    reportFailure(RpcError.from(error), json);
    return false;
  }
}

/** Tries a model of the inference server and adds it. Returns whether it was added. */
export async function addServed(
  client: EngineClient,
  request: AddServedRequest,
  { json }: { readonly json: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const added = await client.addServed(request, { signal });
    if (json) printJson(added);
    else {
      print(`${added.id} is ready (×${added.scale}, unverified): ${added.folder}`);
      tell('Only the server has it: nothing here can tell what it computes. It has one dial.');
      tell(`  use it with --remote <url> --model ${added.id}`);
    }
    return true;
  } catch (error) {
    reportFailure(RpcError.from(error), json);
    return false;
  }
}
