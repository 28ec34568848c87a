import * as vscode from 'vscode';
import type { UpscaleResult } from '../../shared/engineProtocol';
import type { UpscaleJobs } from '../jobs/upscaleJobs';
import { activeImage, pickImages } from './imagePicker';
import { splitSelection } from './selection';

/**
 * Upscales what was chosen in the explorer (the clicked file, then the whole selection), or the active tab's image, or what
 * the person picks. Resolves with the results when all is done, for callers of the command.
 */
export async function upscaleImage(jobs: UpscaleJobs, clicked: unknown, selection: unknown): Promise<readonly UpscaleResult[]> {
  const chosen = chosenUris(clicked, selection);
  if (chosen.length === 0) {
    const active = activeImage();
    const picked = active ? [active] : await pickImages();
    return picked.length === 0 ? [] : jobs.upscale(picked, 0);
  }
  const { pictures, ignored } = splitSelection(chosen);
  const folders = await Promise.all(pictures.map(isFolder));
  const files = pictures.filter((_, index) => folders[index] !== true);
  return jobs.upscale(files, ignored + pictures.length - files.length);
}

/** Menus pass the clicked resource and either the selection or, in an editor's title, something else. */
function chosenUris(clicked: unknown, selection: unknown): readonly vscode.Uri[] {
  const values: readonly unknown[] = Array.isArray(selection) && selection.length > 0 ? selection : [clicked];
  return values.filter((value) => value instanceof vscode.Uri);
}

/** Folders can be named like pictures. What is missing is left to the engine, which says so. */
async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.Directory) !== 0;
  } catch {
    return false;
  }
}
