import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { Place, type WantedPlace } from '../files/place';
import { formatProblem } from '../shared/formatLimits';
import type { Size } from '../shared/geometry';
import { RpcError } from '../shared/rpc';
import type { OutputFormat } from '../shared/settings';
import { phrase } from '../shared/phrase';
import { NAME_FORMAT_HINT, nameFormatProblem } from '../shared/writtenFormat';

/** A result that is planned. */
export type WantedResult = WantedPlace & {
  readonly format: OutputFormat;
  /** Of a frame, in pixels. */
  readonly size: Size;
};

/**
 * Why a result can't be made, as far as that can be told before any work: its format, its place,
 * its name, its folder. Writes nothing. The engine looks again.
 */
export async function resultProblem({
  format,
  size,
  ...wanted
}: WantedResult): Promise<RpcError | undefined> {
  const misnamed = nameFormatProblem(path.basename(wanted.path), format);
  if (misnamed !== undefined)
    return new RpcError({ code: 'bad-setting', message: misnamed, hint: NAME_FORMAT_HINT });
  const tooLarge = formatProblem(format, size);
  if (tooLarge !== undefined)
    return new RpcError({
      code: 'output-too-large-for-format',
      message: tooLarge,
      hint: phrase`Choose PNG or TIFF as output format, or a smaller scale.`,
    });
  try {
    const place = await Place.find(wanted);
    await place.checkReplaceable();
    await place.checkNames();
  } catch (error) {
    return RpcError.from(error);
  }
  if (await isWritable(wanted.path)) return undefined;
  return new RpcError({
    code: 'folder-read-only',
    message: phrase`${path.basename(wanted.path)} can't be written: its folder, or the file, is read-only.`,
    hint: phrase`Check the permissions of the folder, or choose another one.`,
  });
}

/**
 * Whether a result lies at a place already, where such are left alone; an error where something lies
 * there that can be none. Rejects with an `RpcError` for a place that is none.
 */
export const hasResult = async (wanted: WantedPlace): Promise<boolean> =>
  (await Place.find(wanted)).hasResult();

/** Whether a file, or the folder that it would be made in, may be written to. */
async function isWritable(file: string): Promise<boolean> {
  for (let at = file; ; at = path.dirname(at)) {
    const info = await stat(at).catch(() => undefined);
    if (!info) {
      if (path.dirname(at) === at) return false;
      continue;
    }
    if (at !== file && !info.isDirectory()) return false;
    return access(at, constants.W_OK).then(
      () => true,
      () => false,
    );
  }
}
