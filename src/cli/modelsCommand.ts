import { Option, type Command } from 'commander';
import { INSTALLABLE_MODELS } from '../shared/installableModels';
import { EXPORT_TARGETS, PRECISIONS, type ExportTarget } from '../shared/modelProtocol';
import { DEFAULT_PISA_SR_MIRRORS } from '../shared/settings';
import { addModel, type AddOptions } from './addModel';
import { exportModel } from './exportModel';
import { importModel, type ImportOptions } from './importModel';
import { installModel, type InstallOptions } from './installModel';
import { listModels } from './listModels';
import type { RemoteOptions } from './remoteOptions';
import { removeModel } from './removeModel';
import type { Run } from './runWithEngine';
import { addServed, listServerModels } from './serverModels';
import { verifyModels } from './verifyModels';

const modelId = (): Option =>
  new Option('--id <id>', 'model').choices(INSTALLABLE_MODELS).default(INSTALLABLE_MODELS[0]);
const acceptUnverified = (): Option =>
  new Option(
    '--accept-unverified',
    'accept files whose SHA-256 nobody published, such as pisa_sr.pkl and osediff.pkl',
  ).default(false);
const prompts = (): Option =>
  new Option(
    '--prompts',
    'keep the text encoder (1.4 GB in fp32), so that --prompt works; adds it where it was removed',
  ).default(false);
const draft = (): Option =>
  new Option(
    '--draft',
    'with the tiny decoder TAESD (10 MB), so that --draft and quick previews work; adds it where it is missing',
  ).default(false);
const precision = (): Option =>
  new Option('--precision <precision>', 'fp32 for the CPU, fp16 (half the size) for a GPU').choices(
    PRECISIONS,
  );

/** `models` and its sub-commands. */
export function addModelsCommand(program: Command, run: Run): void {
  const models = program
    .command('models')
    .description('list the models; install, import, verify, export and remove them')
    .option('--json', 'print JSON', false)
    .action((options: { json: boolean }) => run((client) => listModels(client, options)));

  /** `--json` may stand before or after the sub-command; the group takes it when it stands before. */
  const json = (options: { readonly json: boolean }): boolean =>
    options.json || models.opts<{ json: boolean }>().json;

  models
    .command('add')
    .description(
      'add a model that lies in a file (.pth, .safetensors, .onnx); one on this machine stays where ' +
        'it is',
    )
    .argument('<place>', 'the file, a folder of files, or the https address of a file')
    .option('--yes', 'ask nothing; it accepts no licence', false)
    .option('--accept-licences', 'accept licences that restrict the use of pictures', false)
    .option('--proxy <url>', 'HTTP proxy (default: HTTPS_PROXY, HTTP_PROXY, NO_PROXY)')
    .option('--allow-http', 'also an address of plain http', false)
    .option('--json', 'print JSON, which tells the id', false)
    .action((place: string, options: AddOptions) =>
      run((client, signal) => addModel(client, place, { ...options, json: json(options) }, signal)),
    );

  models
    .command('install')
    .description('download a model; goes on from where an earlier call ended')
    .argument(
      '<id>',
      `model: ${INSTALLABLE_MODELS.join(', ')}, or one of the list that "models" prints`,
    )
    .option('--accept-licences', 'accept the licences that the plan names', false)
    .option(
      '--weights <file>',
      'the model’s own file: pisa_sr.pkl, which only its authors’ pages offer',
    )
    .addOption(precision().default('fp32'))
    .option(
      '--mirror <url>',
      'address of the files, with {path}; may be repeated; replaces the known mirrors',
      (url: string, all: string[]) => [...all, url],
      [],
    )
    .option('--proxy <url>', 'HTTP proxy (default: HTTPS_PROXY, HTTP_PROXY, NO_PROXY)')
    .option('--allow-http', 'ask mirrors over plain http, too', false)
    .addOption(acceptUnverified())
    .addOption(prompts())
    .addOption(draft())
    .option(
      '--yes',
      'ask nothing; it accepts no licence, no unverified file and no plain http',
      false,
    )
    .option('--json', 'print JSON', false)
    .action((id: string, options: InstallOptions) =>
      run((client, signal) =>
        installModel(
          client,
          id,
          { ...options, json: json(options) },
          DEFAULT_PISA_SR_MIRRORS,
          signal,
        ),
      ),
    );

  models
    .command('import')
    .description(
      'take a model’s files that are on this machine: Hugging Face layout or flat, fp32 or fp16',
    )
    .argument('<folder>', 'folder with the files')
    .addOption(modelId())
    .option('--weights <file>', 'pisa_sr.pkl or osediff.pkl, when it lies elsewhere')
    .addOption(precision())
    .addOption(acceptUnverified())
    .addOption(prompts())
    .addOption(draft())
    .option('--json', 'print JSON', false)
    .action((folder: string, options: ImportOptions) =>
      run((client, signal) =>
        importModel(client, folder, { ...options, json: json(options) }, signal),
      ),
    );

  models
    .command('verify')
    .description('read every byte of a model’s files and compare with their SHA-256')
    .argument('[id]', 'model (default: all)')
    .option('--json', 'print JSON', false)
    .action((id: string | undefined, options: { json: boolean }) =>
      run((client, signal) => verifyModels(client, id, { json: json(options) }, signal)),
    );

  models
    .command('export')
    .description('write a model as an inference server takes it: a folder of a model repository')
    .argument('<id>', 'model, see "models"; two joined by "+"')
    .addOption(
      new Option('--for <server>', 'Triton, or KServe with its service beside')
        .choices(EXPORT_TARGETS)
        .default(EXPORT_TARGETS[0]),
    )
    .option('-o, --out <folder>', 'the repository', 'model-repository')
    .option('--json', 'print JSON', false)
    .action((id: string, options: { for: ExportTarget; out: string; json: boolean }) =>
      run((client, signal) => exportModel(client, id, { ...options, json: json(options) }, signal)),
    );

  models
    .command('served')
    .description(
      'what the inference server of --remote has; with a name, adds that model after a trial. Nobody ' +
        'can verify what it computes',
    )
    .argument('[name]', 'the model’s name there; --remote-version names its version')
    .option('--json', 'print JSON', false)
    .action((name: string | undefined, options: { json: boolean }) =>
      run((client, signal) => {
        const { remoteVersion: version } = program.opts<RemoteOptions>();
        const how = { json: json(options) };
        if (name === undefined) return listServerModels(client, how, signal);
        const served = { name, ...(version === undefined ? {} : { version }) };
        return addServed(client, served, how, signal);
      }),
    );

  models
    .command('remove')
    .description(
      'remove a model that was installed or added; files that you brought stay where they are',
    )
    .argument('<id>', 'model, see "models"')
    .option('--json', 'print JSON', false)
    .action((id: string, options: { json: boolean }) =>
      run((client) => removeModel(client, id, { json: json(options) })),
    );
}
