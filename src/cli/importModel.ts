import path from 'node:path';
import type { EngineClient } from '../client/engineClient';
import { byteText } from '../shared/byteText';
import type { ImportResult, InstallableModel, Precision } from '../shared/modelProtocol';
import { RpcError } from '../shared/rpc';
import { ModelProgressBar } from './modelProgress';
import { print, reportFailure } from './output';

export type ImportOptions = {
  readonly id: InstallableModel;
  readonly weights?: string;
  readonly precision?: Precision;
  readonly json: boolean;
};

/** Makes a model out of files on this machine. Returns whether it is ready. */
export async function importModel(
  client: EngineClient,
  folder: string,
  { id, weights, precision, json }: ImportOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const bar = new ModelProgressBar();
  try {
    const params = {
      id,
      folder: path.resolve(folder),
      ...(weights === undefined ? {} : { weights: path.resolve(weights) }),
      ...(precision === undefined ? {} : { precision }),
    };
    const result = await client.importModel(params, {
      signal,
      onProgress: (progress) => bar.update(progress),
    });
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
    print(JSON.stringify(result));
    return;
  }
  print(`${result.id} is ready: ${result.folder} (${byteText(result.bytes)})`);
  for (const { path: name, bytes, how } of result.files)
    console.error(`  ${name}  ${byteText(bytes)}  ${how}`);
  for (const note of result.notes) console.error(`  note: ${note}`);
}
