import path from 'node:path';
import type { Command } from 'commander';
import { EngineClient } from '../client/engineClient';
import { givenOptions } from './given';
import { refuseProgramOptions } from './programProblem';
import { readRemote, type RemoteOptions } from './remoteOptions';
import { adviceOf, remedyWords } from './remedyWords';
import { exitCode, type Success } from './success';
import { tell } from './terminal';

/** dist/cli.js lies beside dist/engine.js; the embedded models lie in models/ of the package. */
const ENTRY = path.join(__dirname, 'engine.js');
const MODELS = path.join(path.dirname(__dirname), 'models');
/** A signal ends the program after this long at the latest. */
const SIGNAL_GRACE_MS = 1900;

/** Options of the program itself. */
type Own = { readonly modelsDir: string[]; readonly store: string; readonly verbose: boolean };

/** What a command does once there is an engine to ask. */
export type EngineCommand = (
  client: EngineClient,
  signal: AbortSignal,
  modelFolders: readonly string[],
) => Promise<Success>;

/** Runs commands of a program; after so many idle seconds the engine's memory is given back. */
export type Run = (command: EngineCommand, idleSeconds?: number) => Promise<void>;

/** Runs a command with an engine; Ctrl+C cancels cleanly, a second one ends at once. */
export async function runWithEngine(
  program: Command,
  command: EngineCommand,
  idleSeconds = 3600,
): Promise<void> {
  const options = program.opts<RemoteOptions & Own>();
  await refuseProgramOptions(options, givenOptions(program), process.env);
  const { modelsDir, store, verbose } = options;
  const modelFolders = [MODELS, ...modelsDir.map((folder) => path.resolve(folder))];
  const client = new EngineClient({
    entry: ENTRY,
    modelFolders,
    store,
    idleSeconds,
    remote: () => readRemote(options, process.env),
    words: { advice: adviceOf, note: remedyWords },
    log: (line) => {
      if (verbose) tell(line);
    },
  });
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
      // Whatever it is that does not obey, a disk perhaps, nobody waits for it.
      setTimeout(() => process.exit(130), SIGNAL_GRACE_MS).unref();
    });
  }
  try {
    const succeeded = await command(client, controller.signal, [...modelFolders, store]);
    process.exitCode = controller.signal.aborted ? 130 : exitCode(succeeded);
  } finally {
    await client.dispose();
  }
}
