import path from 'node:path';
import type { EngineClient } from '../client/engineClient';
import { byteText } from '../shared/byteText';
import type { InstallableModel } from '../shared/installableModels';
import type { ImportResult, Precision } from '../shared/modelProtocol';
import { RpcError } from '../shared/rpc';
import { questionsOnTerminal, withConsent } from './consent';
import { ModelProgressBar } from './modelProgress';
import { reportFailure } from './output';
import { print, printJson, tell } from './terminal';

export type ImportOptions = {
  readonly id: InstallableModel;
  readonly weights?: string;
  readonly precision?: Precision;
  readonly acceptUnverified: boolean;
  readonly prompts: boolean;
  readonly draft: boolean;
  readonly json: boolean;
};

/** Makes a model out of files on this machine. Returns whether it is ready. */
export async function importModel(
  client: EngineClient,
  folder: string,
  { id, weights, precision, prompts, draft, acceptUnverified, json }: ImportOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const bar = new ModelProgressBar();
  try {
    const params = {
      id,
      folder: path.resolve(folder),
      ...(weights === undefined ? {} : { weights: path.resolve(weights) }),
      ...(precision === undefined ? {} : { precision }),
      ...(prompts ? { prompts } : {}),
      ...(draft ? { draft } : {}),
    };
    const consent = { acceptUnverified, questions: questionsOnTerminal(signal) };
    const result = await withConsent(consent, (given) =>
      client
        .importModel(
          { ...params, ...given },
          { signal, onProgress: (progress) => bar.update(progress) },
        )
        .finally(() => bar.stop()),
    );
    bar.stop();
    reportImport(result, json);
    return true;
  } catch (error) {
    bar.stop();
    reportFailure(RpcError.from(error), json);
    return false;
  }
}

export function reportImport(result: ImportResult, json: boolean): void {
  if (json) {
    printJson(result);
    return;
  }
  print(`${result.id} is ready: ${result.folder} (${byteText(result.bytes)})`);
  for (const { path: name, bytes, how } of result.files)
    tell(`  ${name}  ${byteText(bytes)}  ${how}`);
  for (const note of result.notes) tell(`  note: ${note}`);
}
