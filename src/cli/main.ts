import path from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { defaultModelStore } from '../client/modelStore';
import { named } from '../files/systemError';
import { RpcError } from '../shared/rpc';
import { doctor } from './doctor';
import { addModelsCommand } from './modelsCommand';
import { addRemoteOptions } from './remoteOptions';
import { runWithEngine, type Run } from './runWithEngine';
import { commanderOutput, tell } from './terminal';
import { addUpscaleCommand } from './upscaleCommand';

declare const PISA_UPSCALE_VERSION: string;

const program = new Command('pisa-upscale')
  .description(
    'Upscales pictures with super-resolution that can be steered. Prints results on ' +
      'stdout, progress on stderr.',
  )
  .version(PISA_UPSCALE_VERSION)
  .option(
    '--models-dir <folder>',
    'one more folder with models; may be repeated',
    (folder: string, all: string[]) => [...all, folder],
    [],
  )
  .option('--store <folder>', 'folder of installed models', folder, defaultModelStore())
  .option('--verbose', 'print what the engine logs', false)
  .showHelpAfterError('(--help lists the options)')
  .configureOutput(commanderOutput)
  .exitOverride();
addRemoteOptions(program);

const run: Run = (command, idleSeconds) => runWithEngine(program, command, idleSeconds);

addUpscaleCommand(program, run);
addModelsCommand(program, run);

program
  .command('doctor')
  .description('show versions, devices and the state of the models')
  .option('--json', 'print JSON', false)
  .action((options: { json: boolean }) => run((client) => doctor(client, options)));

function folder(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must be a folder.');
  return path.resolve(text);
}

/** Settles when all is done, for who runs the command line in a process of their own. */
export const ended = program.parseAsync().catch((error: unknown) => {
  // Help, a version or a complaint, which is printed: nothing ends the program before that is through.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
    return;
  }
  const { message, list, hint } = RpcError.from(named(error));
  for (const line of [message, ...list, hint]) if (line !== undefined) tell(line);
  process.exitCode = 1;
});
