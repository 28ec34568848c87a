import path from 'node:path';
import type { EngineClient } from '../client/engineClient';
import { byteText } from '../shared/byteText';
import { describeFound } from '../shared/foundText';
import type { AddedModel, FoundModel } from '../shared/modelProtocol';
import { RpcError } from '../shared/rpc';
import { agrees, questionsOnTerminal } from './consent';
import { reportFailure } from './output';
import type { Questions } from './questions';
import { print, printJson, tell } from './terminal';

export type AddOptions = {
  /** Asks nothing. It accepts no licence. */
  readonly yes: boolean;
  readonly acceptLicences: boolean;
  readonly json: boolean;
};

/**
 * Adds the model in a file, or those in the files of a folder, after telling what each is. Returns
 * whether at least one was added and none failed.
 */
export async function addModel(
  client: EngineClient,
  place: string,
  { yes, acceptLicences, json }: AddOptions,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const questions = yes ? undefined : questionsOnTerminal(signal);
    const { found, refused } = await client.lookAtModels({ path: path.resolve(place) }, { signal });
    for (const { file, message } of refused) tell(`${path.basename(file)}: ${message}`);
    const added: AddedModel[] = [];
    const failures: RpcError[] = [];
    for (const model of found) {
      for (const line of describeFound(model)) tell(line);
      const licenceAccepted = acceptLicences || (await accepts(model, questions));
      if (questions && !(await agrees(questions, `Add ${model.name} as "${model.id}"?`))) continue;
      try {
        added.push(await client.addModel({ file: model.file, licenceAccepted }, { signal }));
      } catch (error) {
        // One file of a folder does not keep the others out.
        if (found.length === 1 || signal.aborted) throw error;
        failures.push(RpcError.from(error));
      }
    }
    if (json) printJson(added.length === 1 && found.length === 1 ? added[0] : { added, refused });
    else
      for (const { id, scale, bytes, folder } of added) {
        print(`${id} is ready (×${scale}, ${byteText(bytes)}): ${folder}`);
        tell(`  use it with --model ${id}`);
      }
    for (const failure of failures) reportFailure(failure, false);
    return added.length > 0 && failures.length === 0;
  } catch (error) {
    reportFailure(RpcError.from(error), json);
    return false;
  }
}

/** Only what restricts the use of pictures must be accepted. */
async function accepts(
  { name, licence }: FoundModel,
  questions: Questions | undefined,
): Promise<boolean> {
  if (licence.terms !== 'non-commercial' || !questions) return false;
  return agrees(questions, `Do you accept ${licence.name} for ${name}?`);
}
