import { createHash } from 'node:crypto';
import { maskedAddress, unencryptedAddresses } from '../../shared/addresses';
import { changeSetting, engineError } from '../errors';
import { phrase } from '../../shared/phrase';

/**
 * The address of a file on a mirror: `{path}` stands for the file's path, each segment encoded,
 * `{name}` for the last of them; without either the path is appended after a "/". Throws `bad-setting` for anything but http and
 * https.
 */
export function addressOf(mirror: string, path: string): URL {
  const segments = path.split('/').map(encodeURIComponent);
  const encoded = segments.join('/');
  const text = /\{(path|name)\}/.test(mirror)
    ? mirror.replaceAll('{path}', () => encoded).replaceAll('{name}', () => segments.at(-1) ?? '')
    : `${mirror.replace(/\/+$/, '')}/${encoded}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw engineError('bad-setting', {
    message: phrase`"${maskedAddress(mirror)}" is not the address of a mirror.`,
    hint: phrase`Give an address that begins with https://, with {path} where the file's path belongs.`,
    remedies: [changeSetting('pisaSrMirrors')],
  });
}

/** Tells mirrors apart in a file on disk without naming them: an address may hold a password. */
export const mirrorId = (mirror: string): string =>
  createHash('sha256').update(mirror).digest('hex');

/**
 * Throws `mirror-unencrypted` when a mirror would be asked over plain http and the person did not
 * agree to that.
 */
export function refuseUnencrypted(mirrors: readonly string[], allowed: boolean): void {
  const [first, ...more] = unencryptedAddresses(mirrors);
  if (allowed || first === undefined) return;
  throw engineError('mirror-unencrypted', {
    message: phrase`${[first, ...more].join(', ')} would be asked over plain http: whoever is on the way can read and change what is sent.`,
    hint: phrase`Give an address that begins with https://.`,
    remedies: [changeSetting('pisaSrMirrors')],
  });
}
