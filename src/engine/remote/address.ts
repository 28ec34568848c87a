import { isLoopback, maskedAddress } from '../../shared/addresses';
import type { RemoteSettings } from '../../shared/remoteSettings';
import { changeSetting, engineError } from '../errors';
import { phrase, type Words } from '../../shared/phrase';

/** An error for an address that pictures are not sent to. `what` completes "The address …". */
const refused = (url: string, what: Words, hint: Words): Error =>
  engineError('bad-setting', {
    message: phrase`The address ${maskedAddress(url)} of the inference server ${what}.`,
    hint,
    remedies: [changeSetting('remote.url')],
  });

/**
 * The address of a server, checked: the web, no password in it, encrypted unless it is this machine
 * or the person allowed otherwise; never a token in the open. Throws `bad-setting`.
 */
export function serverAddress({ url, allowHttp, secrets }: RemoteSettings): URL {
  if (!URL.canParse(url))
    throw refused(
      url,
      phrase`is not an address`,
      phrase`It looks like https://host:8000 or http://localhost:8000.`,
    );
  const address = new URL(url);
  if (!(address.protocol in IS_OPEN))
    throw refused(
      url,
      phrase`begins with "${address.protocol}"`,
      phrase`It must begin with https: or http:, or for gRPC with grpcs: or grpc:.`,
    );
  if (isGrpc(address) && address.pathname !== '' && address.pathname !== '/')
    throw refused(
      url,
      phrase`has a path, which gRPC does not allow`,
      phrase`Leave out what follows the port.`,
    );
  if (address.username !== '' || address.password !== '')
    throw refused(
      url,
      phrase`holds a user name or a password`,
      phrase`Give a token or a header instead.`,
    );
  if (address.search !== '' || address.hash !== '')
    throw refused(url, phrase`has a query`, phrase`Leave out what follows "?" or "#".`);
  if (IS_OPEN[address.protocol] === true && !isLoopback(address)) {
    if (!allowHttp)
      throw refused(
        url,
        phrase`is not encrypted, and pictures would be sent to another machine`,
        phrase`Use https or grpcs, or allow http for a network that you trust.`,
      );
    if (secrets.token !== undefined || secrets.tokenFile !== undefined || secrets.headers)
      throw refused(
        url,
        phrase`is not encrypted, so no token is sent there`,
        phrase`Use https or grpcs.`,
      );
  }
  return address;
}

/** Whether whoever is on the way can read it. */
const IS_OPEN: Readonly<Record<string, boolean>> = {
  'https:': false,
  'http:': true,
  'grpcs:': false,
  'grpc:': true,
};

/** Whether the server speaks gRPC at an address. */
export const isGrpc = ({ protocol }: URL): boolean => protocol.startsWith('grpc');

/** `path` below the address, which may have a path itself. */
export function below(address: URL, path: string): URL {
  const url = new URL(address);
  url.pathname = `${address.pathname.replace(/\/+$/, '')}/${path}`;
  return url;
}
