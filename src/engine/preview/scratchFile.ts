import { mkdir, open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { engineError, messageOf, systemCode } from '../errors';
import { RpcError } from '../../shared/rpc';
import type { PixelFile } from '../image/pixelFile';
import { phrase } from '../../shared/phrase';

/** Rows copied at a time. */
const BAND = 64;

/** Runs `work` with a folder of its own inside the scratch folder, which is gone afterwards. */
export async function withWorkFolder<T>(
  scratch: string,
  jobId: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = path.join(scratch, jobId);
  await writing(scratch, () => mkdir(folder, { mode: 0o700 }));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes a whole file. Rejects with an `RpcError` when the disk is full or the folder is gone. */
export const writeScratch = (file: string, bytes: Uint8Array): Promise<void> =>
  writing(path.dirname(file), () => writeFile(file, bytes));

/** Writes a file in parts. */
export async function fillScratch<T>(
  file: string,
  fill: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const folder = path.dirname(file);
  const handle = await writing(folder, () => open(file, 'w'));
  try {
    return await fill(handle);
  } finally {
    await handle.close();
  }
}

/** Writes bytes at a place of a file that `fillScratch` opened. */
export async function writeAt(
  handle: FileHandle,
  file: string,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  await writing(path.dirname(file), async () => {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await handle.write(
        bytes,
        done,
        bytes.length - done,
        position + done,
      );
      done += bytesWritten;
    }
  });
}

/** Writes a picture's rows, and nothing else, to a file. */
export async function writeSamples(picture: PixelFile, file: string): Promise<void> {
  const { width, height, bands } = picture.info;
  await fillScratch(file, async (handle) => {
    for (let y = 0; y < height; y += BAND)
      await writeAt(
        handle,
        file,
        await picture.rows(y, Math.min(height, y + BAND)),
        y * width * bands,
      );
  });
}

/** Tells failures of the disk from those of a device, which would be tried again elsewhere. */
async function writing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RpcError) throw error;
    const full = systemCode(error) === 'ENOSPC';
    throw engineError(full ? 'disk-full' : 'output-unwritable', {
      message: full
        ? phrase`The preview could not be written to ${folder}: the disk is full.`
        : phrase`The preview could not be written to ${folder}.`,
      hint: full
        ? phrase`Free some space and try again.`
        : phrase`Open the preview again; if that does not help, check the folder for temporary files and its permissions.`,
      detail: messageOf(error),
    });
  }
}
