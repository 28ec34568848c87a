import type { EngineClient } from '../client/engineClient';
import { describeListed } from '../shared/foundText';
import type { ListedModelReport } from '../shared/modelProtocol';
import { RpcError } from '../shared/rpc';
import { agrees, agreesToHttp, questionsOnTerminal } from './consent';
import type { InstallOptions } from './installModel';
import { ModelProgressBar } from './modelProgress';
import { reportFailure } from './output';
import type { Questions } from './questions';
import { print, printJson, tell } from './terminal';

/**
 * Fetches a model of the list, or both of a pair, after showing size, SHA-256 and licence. Returns
 * whether it is ready.
 */
export async function installListed(
  client: EngineClient,
  id: string,
  { acceptLicences, mirror, proxy, allowHttp, yes, json }: InstallOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const bar = new ModelProgressBar();
  try {
    const questions = yes ? undefined : questionsOnTerminal(signal);
    const listed = await client.listedModels();
    const wanted = listed.filter((one) => id.split('+').includes(one.id));
    for (const model of wanted) for (const line of describeListed(model)) tell(line);
    const mayUseHttp = allowHttp || (await agreesToHttp(mirror, questions));
    const licenceAccepted = acceptLicences || (await accepts(wanted, questions));
    const added = await client.installListed(
      {
        id,
        licenceAccepted,
        allowHttp: mayUseHttp,
        ...(mirror.length === 0 ? {} : { mirrors: mirror }),
        ...(proxy === undefined ? {} : { proxy }),
      },
      { signal, onProgress: (progress) => bar.update(progress) },
    );
    bar.stop();
    if (json) printJson(added.length === 1 ? added[0] : { id, added });
    else print(`${id} is ready: use it with --model ${id}`);
    return true;
  } catch (error) {
    bar.stop();
    const failure = RpcError.from(error);
    reportFailure(failure, json);
    if (failure.code === 'cancelled')
      tell('What has arrived is kept; the next run goes on from it.');
    return false;
  }
}

async function accepts(
  models: readonly ListedModelReport[],
  questions: Questions | undefined,
): Promise<boolean> {
  if (!questions || models.length === 0) return false;
  const names = models.map(({ licence, name }) => `${licence.name} for ${name}`).join(' and ');
  return agrees(questions, `Do you accept ${names}?`);
}
