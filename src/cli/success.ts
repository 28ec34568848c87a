import type { ErrorCode } from '../shared/errorCodes';

/**
 * How a command ended: all is there; something failed that will fail again; or `later`: only what a
 * later run may do, as while a server restarts or a disk is full.
 */
export type Success = boolean | 'later';

/** EX_TEMPFAIL of sysexits.h, by which schedulers tell that a job is to be put into the queue again. */
const TEMPORARY_FAILURE = 75;

const TEMPORARY: ReadonlySet<string> = new Set<ErrorCode>(['remote-failed', 'disk-full']);

/** How a run ended in which these errors were met; of an error without a code nothing is known. */
export const successOf = (codes: readonly (string | undefined)[]): Success =>
  codes.length === 0 || (codes.every((code) => TEMPORARY.has(code ?? '')) && 'later');

export const exitCode = (success: Success): number =>
  success === 'later' ? TEMPORARY_FAILURE : success ? 0 : 1;
