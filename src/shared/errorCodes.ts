import type { PlainRemedy } from './plainRemedies';

/**
 * Codes of the errors that reach a person, and what can be done about each unless the error says
 * more. Both front ends have words for every remedy, and buttons or options that carry it out.
 */
export const REMEDIES_BY_CODE = {
  cancelled: [],
  internal: ['show-log'],
  'input-missing': [],
  'input-unreadable': [],
  'input-empty': [],
  'input-lfs-pointer': [],
  'input-not-an-image': [],
  'input-damaged': [],
  'input-unsupported': [],
  'input-too-large': [],
  'input-too-slow': [],
  'output-unwritable': [],
  'output-name': [],
  'output-outside': [],
  'output-is-source': [],
  'output-too-large-for-format': [],
  'output-too-large': [],
  'name-too-long': [],
  'bad-setting': [],
  'mirror-unencrypted': ['allow-http'],
  'weights-unverified': ['accept-unverified'],
  'model-missing': ['manage-models'],
  'model-damaged': ['manage-models'],
  'device-unavailable': ['use-cpu', 'show-devices'],
  'inference-failed': ['use-cpu', 'show-log'],
  /** The server is not there, too slow or too busy now. */
  'remote-failed': ['retry', 'use-cpu', 'show-log'],
  /** It answered, and will answer the same again. */
  'remote-refused': ['show-devices', 'use-cpu', 'show-log'],
  'runtime-missing': ['reinstall', 'show-log'],
  'disk-full': [],
  'folder-read-only': [],
  'checkpoint-damaged': ['show-details'],
  'checkpoint-incomplete': ['show-details'],
  'licence-not-accepted': ['accept-licences'],
  'model-not-installed': ['install-model', 'import-model'],
  'model-unsupported': [],
  'model-busy': ['retry'],
  'download-failed': ['retry', 'import-model', 'show-log'],
  'download-corrupt': ['retry', 'show-log'],
  'proxy-invalid': [],
  'engine-died': ['retry', 'use-cpu', 'show-log'],
  'engine-keeps-crashing': ['use-cpu', 'show-log'],
} as const satisfies Record<string, readonly PlainRemedy[]>;

export type ErrorCode = keyof typeof REMEDIES_BY_CODE;

export const isErrorCode = (code: string): code is ErrorCode =>
  Object.hasOwn(REMEDIES_BY_CODE, code);
