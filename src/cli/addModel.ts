import path from 'node:path';
import type { EngineClient } from '../client/engineClient';
import { byteText } from '../shared/byteText';
import { describeFound } from '../shared/foundText';
import type { AddedModel, FoundModel, LookResult } from '../shared/modelProtocol';
import { RpcError } from '../shared/rpc';
import { agrees, agreesToHttp, questionsOnTerminal } from './consent';
import { ModelProgressBar } from './modelProgress';
import { reportFailure } from './output';
import type { Questions } from './questions';
import { print, printJson, tell } from './terminal';

export type AddOptions = {
  /** Asks nothing. It accepts no licence. */
  readonly yes: boolean;
  readonly acceptLicences: boolean;
  readonly json: boolean;
  readonly proxy?: string;
  readonly allowHttp: boolean;
};

/** What was found at a place. */
type Looked = LookResult & {
  /** Where it was fetched from: what is not added of it goes. */
  readonly url?: string;
};

/**
 * Adds the model in a file, at an address, or those in the files of a folder, after telling what
 * each is. Returns whether at least one was added and none failed.
 */
export async function addModel(
  client: EngineClient,
  place: string,
  options: AddOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { yes, acceptLicences, json } = options;
  let url: string | undefined;
  try {
    const questions = yes ? undefined : questionsOnTerminal(signal);
    const looked = await lookedAt(client, place, options, questions, signal);
    if (!looked) return false;
    const { found, refused } = looked;
    url = looked.url;
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
    const failure = RpcError.from(error);
    reportFailure(failure, json);
    if (isAddress(place) && failure.code === 'cancelled')
      tell('What has arrived is kept; the next run goes on from it.');
    return false;
  } finally {
    if (url !== undefined) await client.dropModelFile(url).catch(() => undefined);
  }
}

/** Ends of a download that another call can go on from. */
const GOES_ON: readonly string[] = ['cancelled', 'download-failed', 'disk-full'];

const isAddress = (place: string): boolean => /^https?:\/\//i.test(place);

/** What lies at a place; undefined when the person does not want it fetched. */
async function lookedAt(
  client: EngineClient,
  place: string,
  { proxy, allowHttp }: AddOptions,
  questions: Questions | undefined,
  signal: AbortSignal,
): Promise<Looked | undefined> {
  if (!isAddress(place)) return client.lookAtModels({ path: path.resolve(place) }, { signal });
  const mayUseHttp = allowHttp || (await agreesToHttp([place], questions));
  const request = {
    url: place,
    allowHttp: mayUseHttp,
    ...(proxy === undefined ? {} : { proxy }),
  };
  const { name, host, bytes } = await client.probeModelFile(request, { signal });
  const size = bytes === undefined ? 'of unknown size' : byteText(bytes);
  tell(`${name}, ${size}, from ${host}`);
  if (questions && !(await agrees(questions, 'Download it?'))) return undefined;
  const bar = new ModelProgressBar();
  try {
    const found = await client.fetchModelFile(request, {
      signal,
      onProgress: (progress) => bar.update(progress),
    });
    return { found: [found], refused: [], url: place };
  } catch (error) {
    // What is no model is not kept; what is only half here is, and the next call goes on from it.
    if (!GOES_ON.includes(RpcError.from(error).code))
      await client.dropModelFile(place).catch(() => undefined);
    throw error;
  } finally {
    bar.stop();
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
