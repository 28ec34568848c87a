import path from 'node:path';
import { kindWords, NotAFileError } from '../../files/kinds';
import { wordsOf, type RpcError } from '../../shared/rpc';
import { engineError } from '../errors';
import { quoted } from './limits';
import { phrase, type Words, clause } from '../../shared/phrase';

/**
 * The error for a checkpoint that can't be read or must not be trusted. `why` completes "… can't be
 * used: …".
 */
export function damaged(file: string, why: Words): RpcError {
  return engineError('checkpoint-damaged', {
    message: phrase`${quoted(path.basename(file))} can't be used: ${why}.`,
    hint: phrase`Get the file again from its source, and check that the download was complete.`,
    detail: file,
  });
}

/**
 * The error for a file that is whole, but is something else than weights: another copy of it would
 * be no better.
 */
export function notWeights(file: string, why: Words): RpcError {
  return engineError('checkpoint-damaged', {
    message: phrase`${quoted(path.basename(file))} can't be used: ${why}.`,
    hint: phrase`Choose the file with the weights of an upscaling network.`,
    detail: file,
  });
}

/** Wraps whatever went wrong while reading `file`. */
export const damagedBy = (file: string, error: unknown): RpcError =>
  damaged(file, error instanceof NotAFileError ? kindWords(error.kind) : clause(wordsOf(error)));
