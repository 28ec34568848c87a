import { stat } from 'node:fs/promises';
import path from 'node:path';
import { REMOTE_VARIABLES } from '../client/engineProcess';
import { environmentProblems } from '../shared/environment';
import { RpcError } from '../shared/rpc';

/** What was written of the options that hold for every command. */
export type ProgramOptions = {
  readonly modelsDir: readonly string[];
  readonly store: string;
  readonly remote?: string;
};

/** Options that say how a server is asked, by their names in the code. */
const OF_A_SERVER: Readonly<Record<string, string>> = {
  remoteModel: '--remote-model',
  remoteVersion: '--remote-version',
  remoteHeader: '--remote-header',
  remotePrecision: '--remote-precision',
  remoteInFlight: '--remote-in-flight',
  remoteFallback: '--remote-fallback',
  remoteAllowHttp: '--remote-allow-http',
};

/**
 * Refuses what holds for every command and can't be honoured: values in the environment, options of a
 * server where none is named, and folders that are none. `given` are those that were written.
 */
export async function refuseProgramOptions(
  { modelsDir, store, remote }: ProgramOptions,
  given: ReadonlySet<string>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const [first, ...rest] = environmentProblems(env, process.platform === 'win32');
  if (first !== undefined) throw bad([first, ...rest].join(' '), 'Correct it, or leave it out.');
  const variable = `${REMOTE_VARIABLES}URL`;
  const ofServer = Object.keys(OF_A_SERVER).find((name) => given.has(name));
  if (ofServer !== undefined && remote === undefined && !env[variable])
    throw bad(
      `${OF_A_SERVER[ofServer]} says how a server is asked, and none is named.`,
      `--remote names one, or the environment variable ${variable}.`,
    );
  for (const folder of modelsDir) {
    const kind = await kindOf(folder);
    if (kind !== 'folder') throw bad(problemOf('--models-dir', folder, kind));
  }
  // A store that is not there yet is made when something is installed.
  if (given.has('store') && (await kindOf(store)) === 'other')
    throw bad(problemOf('--store', store, 'other'));
}

type Kind = 'folder' | 'none' | 'other';

async function kindOf(place: string): Promise<Kind> {
  try {
    return (await stat(place)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return 'other';
    return 'none';
  }
}

const problemOf = (flag: string, place: string, kind: Kind): string =>
  kind === 'none'
    ? `${flag}: there is no folder ${path.resolve(place)}.`
    : `${flag}: ${path.resolve(place)} is no folder.`;

const bad = (message: string, hint?: string): RpcError =>
  new RpcError({ code: 'bad-setting', message, ...(hint === undefined ? {} : { hint }) });
