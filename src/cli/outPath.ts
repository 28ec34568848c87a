import { stat } from 'node:fs/promises';
import path from 'node:path';
import { formatFromName } from '../shared/extensions';
import { codeOf, kindName, specialKind } from '../files/kinds';
import { inWords } from '../shared/phrase';
import { CallError } from './callError';

/** What `--out` means: a file for one result, or a folder. Nothing is made of it here. */
export type OutPath = { readonly kind: 'file' | 'folder'; readonly path: string };

/** Names of pictures that nobody means for a folder. */
const OTHER_FORMATS =
  /\.(bmp|heic|heif|jxl|jp2|j2k|jxr|tga|svg|psd|xcf|ico|icns|exr|hdr|dds|ktx2?|qoi|p[bgpn]m|pdf|apng)$/i;

const STREAMS = /^\/dev\/(?:std(?:in|out|err)|fd\/\d+)$/;

/**
 * `--out` is a folder when it is one, ends in a separator, or names no picture format. Throws when
 * it names a file although there may be several results.
 */
export async function readOut(out: string, mayBeSeveral: boolean): Promise<OutPath> {
  const resolved = path.resolve(out);
  const info = await stat(resolved).catch((error: unknown) => {
    if (codeOf(error) === 'ELOOP')
      throw new CallError(`--out ${out} has a link in it that leads to itself. Name another one.`);
    return undefined;
  });
  // A stream of the program's own, whatever it was led to.
  const kind = STREAMS.test(resolved) ? 'device' : info && specialKind(info);
  if (kind !== undefined && kind !== 'folder')
    throw new CallError(
      `--out ${out} is a ${inWords(kindName(kind))}, where no results can be written. Name a file or a folder.`,
    );
  const other = OTHER_FORMATS.exec(out)?.[1];
  if (other !== undefined && info === undefined)
    throw new CallError(
      `--out ${out} names a picture of the format ${other.toUpperCase()}, which can't be written. ` +
        'Choose .png, .jpg, .webp, .avif, .tif or .gif; or if it is to be a folder, end it with a slash.',
    );
  const isFolder =
    /[\\/]$/.test(out) || formatFromName(out) === undefined || info?.isDirectory() === true;
  if (isFolder && info !== undefined && !info.isDirectory())
    throw new CallError(`--out ${out} is a file, not a folder. Name another one.`);
  if (!isFolder && mayBeSeveral)
    throw new CallError(
      `--out ${out} names one file, but there may be several results. Name a folder; if it is to be called so, end it with a slash.`,
    );
  return { kind: isFolder ? 'folder' : 'file', path: resolved };
}
