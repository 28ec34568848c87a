import { BlockList, isIP } from 'node:net';

const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  PRIVATE.addSubnet(network, prefix, 'ipv4');
PRIVATE.addAddress('::', 'ipv6');
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');

/** Only machines on the same wire; clouds hand out credentials at such an address. */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

/**
 * Whether a redirect leads to a place that the one who redirects can't mean well: from the internet
 * into this machine or its network, or from anywhere to a link-local address.
 */
export function leadsInside(from: URL, to: URL): boolean {
  if (from.hostname === to.hostname) return false;
  return isIn(LINK_LOCAL, to) || (isPrivate(to) && !isPrivate(from));
}

const isPrivate = (url: URL): boolean =>
  /(^|\.)localhost\.?$/i.test(url.hostname) || isIn(PRIVATE, url);

function isIn(list: BlockList, { hostname }: URL): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
