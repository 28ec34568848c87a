import { EnvHttpProxyAgent, ProxyAgent, type Dispatcher } from 'undici';
import { engineError } from '../errors';

/** Connections through a proxy, or through those that the environment names (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). Throws `proxy-invalid`. */
export function connections(proxy: string | undefined): Dispatcher {
  // Own time limits are kept (see `watched`). Many proxies allow tunnels only for https.
  const options = { headersTimeout: 0, bodyTimeout: 0, proxyTunnel: false };
  if (proxy !== undefined) return new ProxyAgent({ uri: checked(proxy, 'the setting "http.proxy" or the option --proxy'), ...options });
  for (const name of ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY']) {
    const value = process.env[name];
    if (value) checked(value, `the environment variable ${name}`);
  }
  return new EnvHttpProxyAgent(options);
}

function checked(address: string, source: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href;
  throw engineError('proxy-invalid', {
    message: `"${address.replace(/[^/@]*@/, '***@')}" is no address of a proxy.`,
    hint: `Correct ${source}: it looks like http://host:port.`,
  });
}
