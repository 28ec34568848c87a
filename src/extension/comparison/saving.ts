import path from 'node:path';
import * as vscode from 'vscode';
import type { LosslessChoice, OutputOptions } from '../../shared/outputOptions';
import type { PanelChoice, PanelSave } from '../../shared/panelProtocol';
import {
  OUTPUT_FORMATS,
  type OutputFormatChoice,
  type UpscaleSettings,
} from '../../shared/settings';
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
const LABELS = {
  png: 'PNG',
  jpeg: 'JPEG',
  webp: 'WebP',
  avif: 'AVIF',
  tiff: 'TIFF',
  gif: 'GIF',
} as const;

/** Where and how a choice is saved; undefined when the person changed their mind. */
export async function askWhereToSave(
  source: vscode.Uri,
  params: PanelSave,
  settings: UpscaleSettings,
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
    how === 'saveAs' ? await askForName(source, params, settings) : await askToReplace(source);
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
): Promise<vscode.Uri | undefined> {
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save the Upscaled Image'),
    defaultUri: vscode.Uri.file(outputPath(source.fsPath, choice, settings, workspaceRoot(source))),
    filters: Object.fromEntries(
      formatsFirst(choice.format, source.fsPath).map((format) => [
        LABELS[format],
        [...EXTENSIONS[format]],
      ]),
    ),
  });
}

/** Every format that can be written, the chosen one first: dialogs begin with that. */
function formatsFirst(
  chosen: OutputFormatChoice,
  source: string,
): readonly (typeof OUTPUT_FORMATS)[number][] {
  const extension = path.extname(source).slice(1).toLowerCase();
  const first =
    chosen === 'source'
      ? (OUTPUT_FORMATS.find((format) =>
          (EXTENSIONS[format] as readonly string[]).includes(extension),
        ) ?? 'png')
      : chosen;
  return [first, ...OUTPUT_FORMATS.filter((format) => format !== first)];
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
