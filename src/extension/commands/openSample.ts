import { copyFile, mkdir } from 'node:fs/promises';
import { constants } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { codeOf } from '../../files/kinds';

/** Files in `media/samples`. */
const SAMPLES = ['kingfisher.webp', 'icon.png', 'screenshot.png'] as const;

export type SampleServices = {
  readonly extensionPath: string;
  /** Absolute: where copies lie that the person can do anything with. */
  readonly samplesFolder: string;
};

/**
 * Opens a copy of a sample, the photo unless another is named. A copy that is there already stays
 * as it is, with whatever was made beside it.
 */
export async function openSample(
  { extensionPath, samplesFolder }: SampleServices,
  name: unknown,
): Promise<void> {
  const sample = SAMPLES.find((one) => one === name) ?? SAMPLES[0];
  const copy = path.join(samplesFolder, sample);
  await mkdir(samplesFolder, { recursive: true });
  await copyFile(
    path.join(extensionPath, 'media', 'samples', sample),
    copy,
    constants.COPYFILE_EXCL,
  ).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(copy), { preview: false });
}
