import { constants } from 'node:fs';
import { copyFile, link, realpath, rename, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { realTarget } from '../../files/paths';
import { Place } from '../../files/place';
import { wantedPath } from '../../files/wantedPath';
import type { UpscaleRequest } from '../../shared/engineProtocol';
import { formatFromName } from '../../shared/extensions';
import { numberedName } from '../../shared/naming';
import { BESIDE_TARGET } from '../../shared/temporaryFiles';
import { NAME_FORMAT_HINT, nameFormatProblem, writtenFormat } from '../../shared/writtenFormat';
import type { OutputFormat, OverwritePolicy } from '../../shared/settings';
import { changeSetting, engineError, systemCode } from '../errors';
import { phrase } from '../../shared/phrase';
import { wishError } from '../../shared/wishError';

const MOST_NAMES = 10_000;

/**
 * The format to write: as asked; else by the extension of a named file or of a pattern; else the
 * source's; else PNG. One that contradicts the extension is refused.
 */
export function outputFormat(
  request: UpscaleRequest,
  source: OutputFormat | undefined,
): OutputFormat {
  const { target } = request;
  const name = target.kind === 'file' ? path.basename(target.path) : target.pattern;
  if (request.format === 'source' && target.kind === 'file' && formatFromName(name) === undefined)
    throw engineError('bad-setting', {
      message: phrase`${name} has no extension of a format that can be written.`,
      hint: phrase`End the name in .png, .jpg, .webp, .avif or .tiff, or give the format.`,
    });
  const format = writtenFormat(request.format, name, source);
  const problem = nameFormatProblem(name, format);
  if (problem !== undefined)
    throw engineError('bad-setting', {
      message: problem,
      hint: NAME_FORMAT_HINT,
      remedies: [changeSetting('outputFormat')],
    });
  return format;
}

/** Finds where a request's result goes, before it is known whether the name is free. */
export async function findPlace(request: UpscaleRequest, format: OutputFormat): Promise<Place> {
  const { target } = request;
  if (target.kind === 'file') return Place.find(target);
  const within = target.within ?? (await realTarget(target.directory));
  return Place.find({
    path: patternPath(request, format),
    ...(within === undefined ? {} : { within }),
  });
}

function patternPath(request: UpscaleRequest, format: OutputFormat): string {
  try {
    return wantedPath(request, { format, scale: request.scale });
  } catch (error) {
    throw wishError(error);
  }
}

/**
 * Decides, before any work, what the overwrite policy means here. The source itself is replaced
 * only when the person named it as the output file and allowed overwriting.
 */
export async function checkTarget(
  place: Place,
  request: UpscaleRequest,
): Promise<'write' | 'skip'> {
  const { target, overwrite, input } = request;
  if (await isSameFile(place.real, input)) {
    const asked =
      target.kind === 'file' && target.within === undefined && overwrite === 'overwrite';
    if (!asked && overwrite !== 'nextFreeName') {
      throw engineError('output-is-source', {
        message: phrase`The result would replace its own source, ${path.basename(input)}.`,
        hint: phrase`Use a name pattern that differs from the source's name, such as {name}@{scale}x.{ext}.`,
        remedies: [changeSetting('namePattern')],
      });
    }
  }
  if (overwrite === 'overwrite') await place.checkReplaceable();
  return overwrite === 'skip' && (await place.hasResult()) ? 'skip' : 'write';
}

/** The name beside a place that a result would get now, when nothing may be replaced. */
export async function freeName(place: Place): Promise<string> {
  const base = path.basename(place.path);
  for (let n = 1; n <= MOST_NAMES; n++) {
    const name = numberedName(base, n);
    if ((await place.occupant(place.beside(name))) === 'nothing') return name;
  }
  return base;
}

/**
 * Leaves word of a temporary file beside the target, for whoever cleans up after a process that was
 * killed. See `sweepStaleScratch`.
 */
export const announceTemporary = (scratch: string, temporary: string): Promise<void> =>
  writeFile(path.join(scratch, BESIDE_TARGET), temporary, 'utf8');

/**
 * Moves the finished temporary file to its name in one step, if that is still where it was found.
 * Returns the name it got, as a person calls it.
 */
export async function publish(
  temporary: string,
  place: Place,
  policy: OverwritePolicy,
): Promise<string> {
  if (policy === 'overwrite') {
    await place.checkReplaceable();
    await place.check();
    await rename(temporary, place.real);
    return place.path;
  }
  const { dir, base } = path.parse(place.path);
  for (let n = 1; n <= MOST_NAMES; n++) {
    const name = numberedName(base, n);
    await place.check();
    if (await moveUnlessExists(temporary, place.beside(name))) return path.join(dir, name);
  }
  throw engineError('output-unwritable', {
    message: phrase`No free name was found for ${base}.`,
    hint: phrase`Remove older results.`,
  });
}

/**
 * A hard link fails when the name is taken, which a rename would not; so two processes can't take
 * the same name.
 */
async function moveUnlessExists(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    // File systems without hard links (exFAT, some network shares): an exclusive copy keeps the
    // promise.
    try {
      await copyFile(from, to, constants.COPYFILE_EXCL);
    } catch (copyError) {
      if (systemCode(copyError) === 'EEXIST') return false;
      throw copyError;
    }
  }
  await unlink(from);
  return true;
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const real = (file: string): Promise<string> => realpath(file).catch(() => path.resolve(file));
  const [realA, realB] = await Promise.all([real(a), real(b)]);
  return realA === realB;
}
