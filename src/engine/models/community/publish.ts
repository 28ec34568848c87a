import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FileManifest } from './fileManifest';

/**
 * Puts a manifest into its folder in one step: in place of the whole folder, or `beside` a file that
 * lies there.
 */
export async function publishManifest(
  manifest: FileManifest,
  folder: string,
  beside = false,
): Promise<void> {
  const text = JSON.stringify(manifest, null, 2);
  if (beside) {
    const temporary = path.join(folder, `.manifest-${process.pid}`);
    await writeFile(temporary, text);
    await rename(temporary, path.join(folder, 'manifest.json'));
    return;
  }
  const building = path.join(
    path.dirname(folder),
    `.${path.basename(folder)}.building-${process.pid}`,
  );
  await mkdir(building, { recursive: true });
  try {
    await writeFile(path.join(building, 'manifest.json'), text);
    await rm(folder, { recursive: true, force: true });
    await rename(building, folder);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}
