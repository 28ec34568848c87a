import { constants } from 'node:fs';
import {
  access,
  copyFile,
  link,
  mkdir,
  realpath,
  rename,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import type { UpscaleRequest } from '../../shared/engineProtocol';
import { expandNamePattern, formatFromName, numberedName } from '../../shared/naming';
import { BESIDE_TARGET, temporaryName } from '../../shared/temporaryFiles';
import type { OutputFormat, OverwritePolicy } from '../../shared/settings';
import { changeSetting, engineError, messageOf, systemCode } from '../errors';

const MOST_NAMES = 10_000;

/**
 * The format to write: as asked; else by the extension of a named file; else the source's; else
 * PNG.
 */
export function outputFormat(
  request: UpscaleRequest,
  source: OutputFormat | undefined,
): OutputFormat {
  if (request.format !== 'source') return request.format;
  if (request.target.kind === 'file') {
    const named = formatFromName(request.target.path);
    if (!named) {
      throw engineError('bad-setting', {
        message:
          `${path.basename(request.target.path)} has no extension of a format that ` +
          'can be written.',
        hint: 'End the name in .png, .jpg, .webp, .avif or .tiff, or give the format.',
      });
    }
    return named;
  }
  return source ?? 'png';
}

/** The absolute path that a request asks for, before it is known whether the name is free. */
export function wantedPath(request: UpscaleRequest, format: OutputFormat): string {
  const { target, input } = request;
  if (target.kind === 'file') return path.resolve(target.path);
  const extension = path.extname(input);
  try {
    const name = expandNamePattern(target.pattern, {
      name: path.basename(input, extension),
      sourceExtension: extension.slice(1),
      format,
      scale: request.scale,
      model: request.model,
      pixel: request.guidance.pixel,
      semantic: request.guidance.semantic,
    });
    return path.join(target.directory, ...name.split('/'));
  } catch (error) {
    throw engineError('bad-setting', {
      message: messageOf(error),
      remedies: [changeSetting('namePattern')],
    });
  }
}

/**
 * Makes the output's folder if need be and checks, before any work, that a file can be created in
 * it.
 */
export async function prepareFolder(output: string): Promise<void> {
  const folder = path.dirname(output);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw engineError('output-unwritable', {
      message: `No file can be written to ${folder}.`,
      hint: 'Check the permissions of the folder, or choose another one.',
      detail: messageOf(error),
    });
  }
}

/**
 * Decides, before any work, what the overwrite policy means here. The source itself is replaced
 * only when the person named it as the output file and allowed overwriting.
 */
export async function checkTarget(
  output: string,
  request: UpscaleRequest,
): Promise<'write' | 'skip'> {
  if (await isSameFile(output, request.input)) {
    const asked = request.target.kind === 'file' && request.overwrite === 'overwrite';
    if (!asked && request.overwrite !== 'nextFreeName') {
      throw engineError('output-is-source', {
        message: `The result would replace its own source, ${path.basename(request.input)}.`,
        hint:
          'Use a name pattern that differs from the source’s name, such as ' +
          '{name}@{scale}x.{ext}.',
        remedies: [changeSetting('namePattern')],
      });
    }
    return 'write';
  }
  return request.overwrite === 'skip' && (await exists(output)) ? 'skip' : 'write';
}

/** A hidden name beside the target for the file that is being encoded. */
export const temporaryPath = (output: string, jobId: string): string =>
  path.join(path.dirname(output), temporaryName(jobId));

/**
 * Leaves word of a temporary file beside the target, for whoever cleans up after a process that was
 * killed. See `sweepStaleScratch`.
 */
export const announceTemporary = (scratch: string, temporary: string): Promise<void> =>
  writeFile(path.join(scratch, BESIDE_TARGET), temporary, 'utf8');

/** Moves the finished temporary file to its name in one step. Returns the name it got. */
export async function publish(
  temporary: string,
  output: string,
  policy: OverwritePolicy,
): Promise<string> {
  if (policy === 'overwrite') {
    await rename(temporary, output);
    return output;
  }
  for (let n = 1; n <= MOST_NAMES; n++) {
    const candidate = path.join(path.dirname(output), numberedName(path.basename(output), n));
    if (await moveUnlessExists(temporary, candidate)) return candidate;
  }
  throw engineError('output-unwritable', {
    message: `No free name was found for ${path.basename(output)}.`,
    hint: 'Remove older results.',
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

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const real = (file: string): Promise<string> => realpath(file).catch(() => path.resolve(file));
  return (await real(a)) === (await real(b));
}
