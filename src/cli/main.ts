import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { EngineClient } from '../client/engineClient';
import { defaultModelStore } from '../client/modelStore';
import { PIXEL_ART_CHOICES } from '../shared/assetOptions';
import { DENSITY_SETS } from '../shared/density';
import { GUIDANCE_RANGE } from '../shared/guidance';
import { INSTALLABLE_MODELS } from '../shared/installableModels';
import { EXPORT_TARGETS, PRECISIONS, type ExportTarget } from '../shared/modelProtocol';
import { METADATA_CHOICES } from '../shared/outputOptions';
import { SIZE_FITS } from '../shared/outputSize';
import {
  COLOUR_FIXES,
  CPU_PRECISIONS,
  DEFAULT_PISA_SR_MIRRORS,
  DEFAULT_SETTINGS,
  DEVICES,
  OUTPUT_FORMATS,
  QUALITY_RANGE,
  SCALE_RANGE,
} from '../shared/settings';
import { RpcError } from '../shared/rpc';
import { named } from '../files/systemError';
import { RECIPE_NAME } from '../batch/recipe';
import { shard } from './batchOptions';
import { addModel, type AddOptions } from './addModel';
import { exitCode, type Success } from './success';
import { addServed, listServerModels } from './serverModels';
import { doctor } from './doctor';
import { exportModel } from './exportModel';
import { givenOptions } from './given';
import { importModel, type ImportOptions } from './importModel';
import { installModel, type InstallOptions } from './installModel';
import { listModels } from './listModels';
import { addRemoteOptions, readRemote, withServer, type RemoteOptions } from './remoteOptions';
import { removeModel } from './removeModel';
import { region } from './region';
import { adviceOf, remedyWords } from './remedyWords';
import { grid, sizeLimit } from './sizes';
import { commanderOutput, tell } from './terminal';
import { upscale } from './upscale';
import type { UpscaleBatchOptions } from './upscaleBatch';
import { verifyModels } from './verifyModels';

declare const PISA_UPSCALE_VERSION: string;

/** dist/cli.js lies beside dist/engine.js; the embedded models lie in models/ of the package. */
const ENTRY = path.join(__dirname, 'engine.js');
const MODELS = path.join(path.dirname(__dirname), 'models');
/** Between changes the engine's memory is given back. */
const IDLE_WATCHING_SECONDS = 60;
/** A signal ends the program after this long at the latest. */
const SIGNAL_GRACE_MS = 1900;

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
  .configureOutput(commanderOutput);
addRemoteOptions(program);

program
  .command('upscale', { isDefault: true })
  .description('upscale pictures (the default command)')
  .argument(
    '[files...]',
    'pictures: PNG, JPEG, WebP, AVIF, TIFF, GIF, SVG; folders and globs; nothing where a ' +
      'recipe lies',
  )
  .option('-o, --out <path>', 'output file (one picture) or folder')
  .option(
    '-s, --scale <number>',
    `enlargement, ${SCALE_RANGE.minimum}–${SCALE_RANGE.maximum}`,
    number(SCALE_RANGE.minimum, SCALE_RANGE.maximum),
    DEFAULT_SETTINGS.scale,
  )
  .option(
    '-p, --pixel <λ>',
    'λ_pix, fidelity, 0–1.5',
    number(GUIDANCE_RANGE.minimum, GUIDANCE_RANGE.maximum),
    DEFAULT_SETTINGS.guidance.pixel,
  )
  .option(
    '-d, --semantic <λ>',
    'λ_sem, detail, 0–1.5; models without this branch ignore it',
    number(GUIDANCE_RANGE.minimum, GUIDANCE_RANGE.maximum),
    DEFAULT_SETTINGS.guidance.semantic,
  )
  .option(
    '-m, --model <id>',
    'model, see "models"; two of one scale joined by "+" have both dials',
    DEFAULT_SETTINGS.model,
  )
  .option('--restore <id>', 'a model that restores at the same size, before the enlargement')
  .addOption(
    new Option('--device <device>', 'device, see "doctor"')
      .choices(['auto', ...DEVICES])
      .default(DEFAULT_SETTINGS.device),
  )
  .addOption(
    new Option(
      '--precision <precision>',
      'what the CPU computes in: 32-bit floats, 8-bit integers where the model has them, or what ' +
        'was seen to be right and faster here',
    )
      .choices(['auto', ...CPU_PRECISIONS])
      .default(DEFAULT_SETTINGS.precision),
  )
  .addOption(
    new Option(
      '--colour-fix <how>',
      'colours of diffusion models: those of the source in mean and contrast, in low ' +
        'frequencies, or as they come',
    )
      .choices(COLOUR_FIXES)
      .default(DEFAULT_SETTINGS.colourFix),
  )
  .option(
    '--prompt <words>',
    'what the picture shows, for diffusion models that were installed with --prompts',
  )
  .option(
    '--draft',
    'decode quickly and roughly, for diffusion models that were installed with --draft',
    false,
  )
  .option('--region <x,y,width,height>', 'only this part, in pixels of the whole result', region)
  .option(
    '--tile <pixels>',
    'side of a tile’s own area, without its halo (default: chosen by the engine); PiSA-SR ' +
      'chooses for itself',
    wholeNumber(16, 65_536),
  )
  .addOption(
    new Option('-f, --format <format>', 'output format')
      .choices(['source', ...OUTPUT_FORMATS])
      .default(DEFAULT_SETTINGS.format),
  )
  .option(
    '-q, --quality <number>',
    'quality of lossy formats, 1–100',
    wholeNumber(QUALITY_RANGE.minimum, QUALITY_RANGE.maximum),
    DEFAULT_SETTINGS.quality,
  )
  .option(
    '--name <pattern>',
    'output name: {name} {scale} {ext} {model} {pixel} {semantic}; with {folder} from here on: ' +
      'img/{folder}/{name}.{ext}',
    DEFAULT_SETTINGS.namePattern,
  )
  .addOption(new Option('--overwrite', 'replace existing outputs (default: the next free name)'))
  .option('--skip-existing', 'leave pictures alone whose output exists')
  .option(
    '--max-megapixels <number>',
    'refuse larger inputs',
    number(1e-6, 1e6),
    DEFAULT_SETTINGS.maxInputMegapixels,
  )
  .option(
    '--max-output-megapixels <number>',
    'refuse larger results, all frames counted',
    number(1e-6, 1e6),
    DEFAULT_SETTINGS.maxOutputMegapixels,
  )
  .option(
    '--max-frames <number>',
    'refuse animations of more frames',
    wholeNumber(1, 1_000_000),
    DEFAULT_SETTINGS.maxFrames,
  )
  .optionsGroup('Size, instead of the scale:')
  .option(
    '--width <pixels>',
    'width of the result; with --height see --fit',
    wholeNumber(1, 1_000_000),
  )
  .option('--height <pixels>', 'height of the result', wholeNumber(1, 1_000_000))
  .addOption(
    new Option(
      '--fit <how>',
      'width and height as a box: as large as fits into it, as small as covers it, or exactly it',
    )
      .choices(SIZE_FITS)
      .default('inside'),
  )
  .option('--megapixels <number>', 'megapixels of the result', number(1e-6, 10_000))
  .option(
    '--not-beyond <width>x<height>',
    'enlarge at most to that size; either may be missing ("1920x", "x1080")',
    sizeLimit,
  )
  .addOption(
    new Option('--density <set>', 'a set of densities from a picture of density 1').choices(
      DENSITY_SETS,
    ),
  )
  .optionsGroup('Kind of asset:')
  .addOption(
    new Option(
      '--pixel-art <choice>',
      'pixels become squares: when it looks like pixel art, always, never',
    )
      .choices(PIXEL_ART_CHOICES)
      .default('auto'),
  )
  .option('--seamless', 'the picture tiles, and so does the result')
  .option('--grid <columns>x<rows>', 'a sprite sheet: each cell by itself', grid)
  .option('--first-frame', 'only the first frame of an animation')
  .option('--again', 'also files whose name says that they are enlarged already (@2x)')
  .optionsGroup('File:')
  .addOption(
    new Option('--metadata <choice>', 'EXIF, XMP and IPTC')
      .choices(METADATA_CHOICES)
      .default('keep'),
  )
  .option('--provenance', 'write the model and the guidance into the XMP')
  .option('--lossless', 'WebP and AVIF without loss (default: as the source, for a WebP)')
  .option('--no-lossless', 'a lossless WebP becomes a lossy one')
  .option('--no-palette', 'never write a PNG with a palette')
  .option(
    '--max-bytes <number>',
    'lower the quality until the file is as small',
    wholeNumber(100, 1e12),
  )
  .optionsGroup('Folders, globs and recipes:')
  .option('--recipe <file>', `a recipe (default: ${RECIPE_NAME} in this folder)`)
  .option('--no-recipe', 'go without the recipe that lies here')
  .option('--dry-run', 'print the plan and write nothing')
  .option('--check', 'exit with 1 when outputs are stale; write nothing')
  .option(
    '--shard <i/n>',
    'only the i-th of n parts, the same on every machine; "auto" or "auto/n": as the scheduler says',
    shard,
  )
  .option('--merge-lock', 'join the lock files of all shards')
  .option('--force', 'also replace outputs that were changed by hand or that no batch made')
  .option('--wait', 'wait while another window or command line upscales the same folder')
  .option('--watch', 'then wait for changes and redo what has changed, until Ctrl+C')
  .option('--no-gitignore', 'also what .gitignore leaves out')
  .option(
    '--exclude <glob>',
    'leave out; may be repeated',
    (glob: string, all: string[]) => [...all, glob],
    [],
  )
  .option(
    '--min-side <pixels>',
    'leave pictures alone of which both sides are smaller',
    wholeNumber(1, 1_000_000),
    8,
  )
  .optionsGroup('Output of this program:')
  .option('--json', 'print one JSON object per picture on stdout', false)
  .action((files: string[], options: UpscaleBatchOptions, command: Command) =>
    run(
      (client, signal, modelFolders) =>
        upscale(
          client,
          files,
          withServer(options, program.opts<RemoteOptions>(), givenOptions(command)),
          givenOptions(command),
          modelFolders,
          signal,
        ),
      options.watch === true ? IDLE_WATCHING_SECONDS : undefined,
    ),
  );

const models = program
  .command('models')
  .description('list the models; install, import, verify, export and remove them')
  .option('--json', 'print JSON', false)
  .action((options: { json: boolean }) => run((client) => listModels(client, options)));

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

/** `--json` may stand before or after the sub-command; the group takes it when it stands before. */
function json(options: { readonly json: boolean }): boolean {
  return options.json || models.opts<{ json: boolean }>().json;
}

program
  .command('doctor')
  .description('show versions, devices and the state of the models')
  .option('--json', 'print JSON', false)
  .action((options: { json: boolean }) => run((client) => doctor(client, options)));

/** Runs a command with an engine; Ctrl+C cancels cleanly, a second one ends at once. */
async function run(
  command: (
    client: EngineClient,
    signal: AbortSignal,
    modelFolders: readonly string[],
  ) => Promise<Success>,
  idleSeconds = 3600,
): Promise<void> {
  const { modelsDir, store, verbose } = program.opts<{
    modelsDir: string[];
    store: string;
    verbose: boolean;
  }>();
  const modelFolders = [MODELS, ...modelsDir.map((folder) => path.resolve(folder))];
  const client = new EngineClient({
    entry: ENTRY,
    modelFolders,
    store,
    idleSeconds,
    remote: () => readRemote(program.opts<RemoteOptions>(), process.env),
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

function folder(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must be a folder.');
  return path.resolve(text);
}

function number(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value >= minimum && value <= maximum))
      throw new InvalidArgumentError(`It must be a number between ${minimum} and ${maximum}.`);
    return value;
  };
}

function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = number(minimum, maximum)(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
    return value;
  };
}

program.parseAsync().catch((error: unknown) => {
  const { message, list, hint } = RpcError.from(named(error));
  for (const line of [message, ...list, hint]) if (line !== undefined) tell(line);
  process.exitCode = 1;
});
