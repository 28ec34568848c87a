import * as vscode from 'vscode';
import type { UpscaleResult } from '../../shared/engineProtocol';
import { previewOf } from '../comparison/comparison';
import type { ComparisonPanels } from '../comparison/comparisonPanels';
import type { Config } from '../config';
import type { UpscaleJobs } from '../jobs/upscaleJobs';
import { activeImage, pickImages } from './imagePicker';
import { chosenUris, splitSelection } from './selection';

export type UpscaleImageServices = { readonly jobs: UpscaleJobs; readonly panels: ComparisonPanels; readonly config: Config };

/**
 * Upscales what was chosen in the explorer (the clicked file, then the whole selection), or the active tab's image, or what
 * the person picks. Resolves with the results when all is done, for callers of the command. Where the settings say so, it only opens the comparison of the
 * first, from which the rest can follow.
 */
export async function upscaleImage(services: UpscaleImageServices, clicked: unknown, selection: unknown): Promise<readonly UpscaleResult[]> {
  const chosen = chosenUris(clicked, selection, (value) => value instanceof vscode.Uri);
  if (chosen.length === 0) {
    const active = activeImage();
    return upscaleOrPreview(services, active ? [active] : await pickImages(), 0);
  }
  const { pictures, ignored } = splitSelection(chosen);
  const folders = await Promise.all(pictures.map(isFolder));
  const files = pictures.filter((_, index) => folders[index] !== true);
  const first = files.find((file) => clicked instanceof vscode.Uri && file.toString() === clicked.toString());
  return upscaleOrPreview(services, first ? [first, ...files.filter((file) => file !== first)] : files, ignored + pictures.length - files.length, chosen.length > 0);
}

async function upscaleOrPreview({ jobs, panels, config }: UpscaleImageServices, files: readonly vscode.Uri[], ignored: number, tell = false): Promise<readonly UpscaleResult[]> {
  const [first] = files;
  if (!first) return tell ? jobs.upscale([], ignored) : [];
  if (config.action(first) === 'write') return jobs.upscale(files, ignored);
  await panels.show(previewOf(first, {}, files.length > 1 ? files : []));
  return [];
}

/** Folders can be named like pictures. What is missing is left to the engine, which says so. */
async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.Directory) !== 0;
  } catch {
    return false;
  }
}
