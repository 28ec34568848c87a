import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { EngineClient } from '../client/engineClient';
import { describePlan } from '../shared/installText';
import { INSTALLABLE_MODELS } from '../shared/installableModels';
import { type InstallPlan, type Precision } from '../shared/modelProtocol';
import { isOneOf } from '../shared/oneOf';
import { RpcError } from '../shared/rpc';
import { agrees, agreesToHttp, questionsOnTerminal, withConsent } from './consent';
import { reportImport } from './importModel';
import { installListed } from './installListed';
import { ModelProgressBar } from './modelProgress';
import { reportFailure } from './output';
import type { Questions } from './questions';
import { printJson, tell } from './terminal';

export type InstallOptions = {
  readonly acceptLicences: boolean;
  readonly weights?: string;
  readonly precision: Precision;
  readonly mirror: readonly string[];
  readonly proxy?: string;
  readonly allowHttp: boolean;
  readonly acceptUnverified: boolean;
  readonly prompts: boolean;
  readonly draft: boolean;
  /** Asks nothing: what no option says is left out. It agrees to nothing. */
  readonly yes: boolean;
  readonly json: boolean;
};

/**
 * Shows the plan, asks for what must be asked, downloads and imports. Returns whether the model is
 * ready.
 */
export async function installModel(
  client: EngineClient,
  id: string,
  options: InstallOptions,
  defaultMirrors: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  if (!isOneOf(INSTALLABLE_MODELS, id)) return installListed(client, id, options, signal);
  const { precision, json, proxy, prompts, draft } = options;
  const mirrors = options.mirror.length > 0 ? options.mirror : defaultMirrors;
  const source = {
    id,
    precision,
    mirrors,
    ...(prompts ? { prompts } : {}),
    ...(draft ? { draft } : {}),
    ...(proxy === undefined ? {} : { proxy }),
  };
  const bar = new ModelProgressBar();
  try {
    const questions = options.yes ? undefined : questionsOnTerminal(signal);
    const allowHttp = options.allowHttp || (await agreesToHttp(mirrors, questions));
    const request = { ...source, allowHttp };
    const plan = await client.planInstall(request, { signal });
    for (const line of describePlan(plan)) tell(line);
    tell();
    const licencesAccepted = options.acceptLicences || (await askToAccept(plan, questions));
    const weights = await weightsFile(
      plan,
      options.weights,
      licencesAccepted ? questions : undefined,
    );
    const params = {
      ...request,
      licencesAccepted,
      ...(weights === undefined ? {} : { weights }),
    };
    const result = await withConsent({ ...options, questions }, (consent) =>
      client
        .installModel(
          { ...params, ...consent },
          { signal, onProgress: (progress) => bar.update(progress) },
        )
        .finally(() => bar.stop()),
    );
    bar.stop();
    if (result.state === 'ready') {
      reportImport(result.imported, json);
      return true;
    }
    if (json) printJson(result);
    const missing = plan.weights?.name ?? '';
    tell(`All that can be downloaded is here. Still missing: ${missing}. ${result.weights}`);
    tell(`Then run this again with --weights <path of ${missing}>.`);
    return false;
  } catch (error) {
    bar.stop();
    const failure = RpcError.from(error);
    reportFailure(failure, json);
    if (failure.code === 'cancelled')
      tell('What has arrived is kept; the next run goes on from it.');
    return false;
  }
}

/** Without questions nobody accepts; the engine then says which option is missing. */
async function askToAccept(
  { licences }: InstallPlan,
  questions: Questions | undefined,
): Promise<boolean> {
  if (!questions) return false;
  const names = licences
    .filter(({ mustAccept }) => mustAccept)
    .map(({ component, name }) => `${name} for ${component}`);
  return agrees(questions, `Do you accept ${names.join(' and ')}?`);
}

async function weightsFile(
  { weights }: InstallPlan,
  given: string | undefined,
  questions: Questions | undefined,
): Promise<string | undefined> {
  if (given !== undefined) return path.resolve(given);
  if (!weights || weights.present || !questions) return undefined;
  for (;;) {
    const answer = await questions.ask(
      `Path of ${weights.name} (empty: download the rest now, give it later): `,
    );
    if (answer === '') return undefined;
    const file = path.resolve(answer.replace(/^(['"])(.*)\1$/, '$2'));
    if ((await stat(file).catch(() => undefined))?.isFile()) return file;
    tell(`${file} is not a file.`);
  }
}
