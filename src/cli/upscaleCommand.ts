import { Option, type Command } from 'commander';
import { RECIPE_NAME } from '../batch/recipe';
import { PIXEL_ART_CHOICES } from '../shared/assetOptions';
import { DENSITY_SETS } from '../shared/density';
import { GUIDANCE_RANGE } from '../shared/guidance';
import { METADATA_CHOICES } from '../shared/outputOptions';
import { SIZE_FITS } from '../shared/outputSize';
import {
  COLOUR_FIXES,
  CPU_PRECISIONS,
  DEFAULT_SETTINGS,
  DEVICES,
  OUTPUT_FORMATS,
  QUALITY_RANGE,
  SCALE_RANGE,
} from '../shared/settings';
import { shard } from './batchOptions';
import { withSlashes } from './globText';
import { givenOptions } from './given';
import { number, wholeNumber } from './numbers';
import { region } from './region';
import { withServer, type RemoteOptions } from './remoteOptions';
import type { Run } from './runWithEngine';
import { grid, sizeLimit } from './sizes';
import { upscale } from './upscale';
import type { UpscaleBatchOptions } from './upscaleBatch';

/** Between changes the engine's memory is given back. */
const IDLE_WATCHING_SECONDS = 60;

/** `upscale`, the default command; `optionModes.ts` says which option holds where. */
export function addUpscaleCommand(program: Command, run: Run): void {
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
          'was seen to be right and faster here; diffusion models take 8 bits, for their UNet, only ' +
          'when int8 is said',
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
      'width of the result, of a nine-patch without its frame; with --height see --fit',
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
      (glob: string, all: string[]) => [...all, withSlashes(glob)],
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
}
