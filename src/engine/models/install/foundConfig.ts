import { stat } from 'node:fs/promises';
import path from 'node:path';
import { wordsOf } from '../../../shared/rpc';
import { readConfig } from '../../pisa/pisaCheckpoint';
import type { NetworkFile } from './scanFolder';
import { type Words } from '../../../shared/phrase';

/** A configuration and the file it came from; none when it is SD-2.1's own. */
export type FoundConfig<T> = { readonly config: T; readonly file: string | undefined };

/**
 * `config.json` beside the file, or a JSON named after the file or its kind; without any, SD-2.1's
 * own.
 */
export async function findConfig<T>(
  { file, role }: NetworkFile,
  parse: (json: unknown) => T,
  fallback: T,
  problems: Words[],
): Promise<FoundConfig<T> | undefined> {
  const folder = path.dirname(file);
  const stem = path.basename(file).replace(/(\.fp16|\.fp32)?\.safetensors$/i, '');
  const kinds = role === 'textEncoder' ? ['text_encoder', 'textEncoder'] : [role];
  const names = [
    ...kinds.flatMap((kind) => [`${kind}_config.json`, `${kind}.config.json`, `${kind}.json`]),
    `${stem}.json`,
    `${stem}.config.json`,
    'config.json',
  ];
  for (const name of names) {
    const candidate = path.join(folder, name);
    if (!(await stat(candidate).catch(() => undefined))) continue;
    try {
      return { config: await readConfig(candidate, parse), file: candidate };
    } catch (error) {
      problems.push(wordsOf(error));
      return undefined;
    }
  }
  return { config: fallback, file: undefined };
}
