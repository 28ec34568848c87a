import * as vscode from 'vscode';
import { FORMAT_LABELS } from '../../shared/formatLabels';
import type { LosslessChoice, OutputOptions } from '../../shared/outputOptions';
import type { PanelChoice, PanelSave } from '../../shared/panelProtocol';
import { OUTPUT_FORMATS, type OutputFormat, type UpscaleSettings } from '../../shared/settings';
import { writtenFormat } from '../../shared/writtenFormat';
import type { UpscaleOverrides } from '../jobs/upscaleJobs';
import { ask } from '../ui/notifications';
import { baseName } from './comparison';
import { outputPath } from './outputNames';
import { workspaceRoot } from '../workspaceRoot';

const EXTENSIONS = {
  png: ['png'],
  jpeg: ['jpg', 'jpeg'],
  webp: ['webp'],
  avif: ['avif'],
  tiff: ['tif', 'tiff'],
  gif: ['gif'],
} as const;

/**
 * Where and how a choice is saved; undefined when the person changed their mind. `original`: the
 * source's format, by its bytes.
 */
export async function askWhereToSave(
  source: vscode.Uri,
  params: PanelSave,
  settings: UpscaleSettings,
  original: OutputFormat | undefined,
): Promise<UpscaleOverrides | undefined> {
  const { model, restore, guidance, scale, format, pixelArt, onProcessor, how, again } = params;
  const { quality, lossless, prompt } = params;
  const common = {
    model,
    restore,
    prompt,
    guidance,
    scale,
    quality,
    output: outputWith(settings.output, lossless),
    asset: { pixelArt, again },
    ...(onProcessor ? { device: 'cpu' as const } : {}),
  };
  if (how === 'save') return { ...common, format };
  const file =
    how === 'saveAs'
      ? await askForName(source, params, settings, original)
      : await askToReplace(source);
  // The name's extension decides the format; the dialog has asked about a file that exists.
  return (
    file && {
      ...common,
      format: 'source',
      target: { kind: 'file', path: file.fsPath },
      overwrite: 'overwrite',
    }
  );
}

/** The settings' options with the panel's choice; `auto` leaves it to the engine. */
export function outputWith(settings: OutputOptions, choice: LosslessChoice): OutputOptions {
  const options = { ...settings };
  if (choice === 'auto') delete options.lossless;
  else options.lossless = choice === 'always';
  return options;
}

async function askForName(
  source: vscode.Uri,
  choice: PanelChoice,
  settings: UpscaleSettings,
  original: OutputFormat | undefined,
): Promise<vscode.Uri | undefined> {
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save the Upscaled Image'),
    defaultUri: vscode.Uri.file(
      outputPath(source.fsPath, choice, settings, original, workspaceRoot(source)),
    ),
    filters: Object.fromEntries(
      formatsFirst(writtenFormat(choice.format, settings.namePattern, original)).map((format) => [
        FORMAT_LABELS[format],
        [...EXTENSIONS[format]],
      ]),
    ),
  });
}

/** Every format that can be written, that of the proposed name first: dialogs begin with it. */
const formatsFirst = (first: OutputFormat): readonly OutputFormat[] => [
  first,
  ...OUTPUT_FORMATS.filter((format) => format !== first),
];

/** Whether a picture is to be saved that nobody has seen, of a file that changed since. */
export async function askToSaveChanged(source: vscode.Uri): Promise<boolean> {
  const save = vscode.l10n.t('Save');
  const answer = await ask('warning', {
    text: vscode.l10n.t('{0} changed on disk since it was opened here.', baseName(source)),
    detail: vscode.l10n.t(
      'You see what is made of the file as it was. What is saved is made of the file as it is now.',
    ),
    buttons: [save],
  });
  return answer === save;
}

async function askToReplace(source: vscode.Uri): Promise<vscode.Uri | undefined> {
  const replace = vscode.l10n.t('Overwrite');
  const answer = await ask('warning', {
    text: vscode.l10n.t('Overwrite {0} with the upscaled image?', baseName(source)),
    detail: vscode.l10n.t(
      'The original is replaced. Only version control or a copy brings it back.',
    ),
    buttons: [replace],
  });
  return answer === replace ? source : undefined;
}
