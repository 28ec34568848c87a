import type * as vscode from 'vscode';
import type { UpscaleResult } from '../../shared/engineProtocol';
import { baseName, previewOf } from '../comparison/comparison';
import type { ComparisonPanels } from '../comparison/comparisonPanels';
import type { Config } from '../config';
import type { UpscaleJobs } from '../jobs/upscaleJobs';
import { isVectorName } from '../../shared/settings';
import { chosenImages } from './chosenImages';
import type { ImageSizes } from './imagePicker';

export type UpscaleImageServices = {
  readonly jobs: UpscaleJobs;
  readonly panels: ComparisonPanels;
  readonly config: Config;
  /** For lists of images. */
  readonly sizes: ImageSizes;
};

/**
 * Upscales what was chosen in the explorer (the clicked file, then the whole selection), or the
 * active tab's image, or what the person picks. Resolves with the results when all is done, for
 * callers of the command. Where the settings say so, it only opens the comparison of the first,
 * from which the rest can follow.
 */
export async function upscaleImage(
  services: UpscaleImageServices,
  clicked: unknown,
  selection: unknown,
): Promise<readonly UpscaleResult[]> {
  const { files, ignored, isChosen } = await chosenImages(clicked, selection, services.sizes);
  return upscaleOrPreview(services, files, ignored, isChosen);
}

async function upscaleOrPreview(
  { jobs, panels, config }: UpscaleImageServices,
  files: readonly vscode.Uri[],
  ignored: number,
  tell = false,
): Promise<readonly UpscaleResult[]> {
  const [first] = files;
  if (!first) return tell ? jobs.upscale([], ignored) : [];
  // An SVG is drawn, so there is nothing to compare.
  if (config.action(first) === 'write' || isVectorName(baseName(first)))
    return jobs.upscale(files, ignored);
  await panels.show(previewOf(first, {}, files.length > 1 ? files : []));
  return [];
}
