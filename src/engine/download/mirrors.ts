import { engineError } from '../errors';

/**
 * The address of a file on a mirror: `{path}` stands for the file's path, each segment encoded;
 * without it the path is appended after a "/". Throws `bad-setting` for anything but http and
 * https.
 */
export function addressOf(mirror: string, path: string): URL {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  const text = mirror.includes('{path}')
    ? mirror.replaceAll('{path}', () => encoded)
    : `${mirror.replace(/\/+$/, '')}/${encoded}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw engineError('bad-setting', {
    message: `"${mirror}" is no address of a mirror.`,
    hint: 'Give an address that begins with https://, with {path} where the file’s path belongs.',
  });
}
