/**
 * An address as it may be shown, logged or stored: without user name, password and query, which may
 * be secrets. What is no address is masked up to its last "@" as well.
 */
export function maskedAddress(text: string): string {
  return text
    .replace(/^(https?:\/*|[a-z][a-z0-9+.-]*:\/+)?.*@/is, '$1***@')
    .replace(/([?#]).*$/s, '$1***');
}

/**
 * The addresses that would be asked over plain http, where whoever is on the way can read and change
 * what is sent; masked, each once.
 */
export function unencryptedAddresses(addresses: readonly string[]): readonly string[] {
  return [...new Set(addresses.filter((text) => /^\s*http:/i.test(text)).map(maskedAddress))];
}

/** Whether an address is this machine's own. */
export const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
