import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { OutputFormat } from '../../shared/settings';
import { freeBytes } from '../download/freeSpace';
import { changeSetting, engineError, messageOf } from '../errors';
import { phrase } from '../../shared/phrase';

/** A disk with fewer bytes left is full. */
const LEAST_FREE = 2 ** 16;

/** Why a result could not be written: the disk, the folder, or what the encoder says of it. */
export async function encodeError(
  output: string,
  format: OutputFormat,
  error: unknown,
): Promise<Error> {
  const detail = messageOf(error);
  const folder = path.dirname(output);
  const isFull =
    /no space|ENOSPC|disk full|quota/i.test(detail) ||
    (await freeBytes(folder).catch(() => Infinity)) < LEAST_FREE;
  if (isFull)
    return engineError('disk-full', {
      message: phrase`The result could not be written to ${folder}: the disk is full.`,
      remedies: [{ kind: 'free-space', folder }],
      detail,
    });
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable)
    return engineError('output-unwritable', {
      message: phrase`The result could not be written to ${folder}.`,
      hint: phrase`Check the folder and its permissions.`,
      detail,
    });
  const said = detail.split('\n')[0]?.slice(0, 160) ?? '';
  return engineError('output-unwritable', {
    message: phrase`The result could not be encoded as ${format.toUpperCase()} ("${said}").`,
    hint: phrase`Choose another output format, or another size.`,
    remedies: [changeSetting('outputFormat')],
    detail,
  });
}
