import http from 'node:http';
import https from 'node:https';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { maskedAddress } from '../../shared/addresses';
import type { Remedy } from '../../shared/remedies';
import { changeSetting, engineError } from '../errors';
import { phrase, type Words } from '../../shared/phrase';

/** Connections that are kept for further requests, directly or through proxies. */
export class Connections {
  private readonly agents = new Map<string, http.Agent>();

  /**
   * Through `proxy`, or through those that the environment names (HTTPS_PROXY, HTTP_PROXY,
   * NO_PROXY). Throws `proxy-invalid`.
   */
  constructor(private readonly proxy: string | undefined) {
    if (proxy !== undefined) check(proxy, phrase`it`, [changeSetting('proxy')]);
    for (const name of ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY']) {
      const value = process.env[name];
      if (proxy === undefined && value) check(value, phrase`the environment variable ${name}`);
    }
  }

  /** The agent for requests to `url`. */
  agentFor(url: URL): http.Agent {
    const proxy = this.proxy ?? environmentProxy(url);
    const key = `${url.protocol} ${proxy}`;
    const agent = this.agents.get(key) ?? newAgent(url.protocol, proxy);
    this.agents.set(key, agent);
    return agent;
  }

  /** Closes all connections, those in use too. */
  close(): void {
    for (const agent of this.agents.values()) agent.destroy();
  }
}

/** Empty for none. HTTP_PROXY serves https too where no HTTPS_PROXY is set. */
function environmentProxy(url: URL): string {
  const asHttp = `http://${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`;
  // ALL_PROXY counts as well, but may name one that speaks SOCKS.
  return [url.href, asHttp].map(getProxyForUrl).find(isWebAddress) ?? '';
}

function newAgent(protocol: string, proxy: string): http.Agent {
  const options = { keepAlive: true };
  if (proxy === '')
    return protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
  // Many proxies allow tunnels only for https.
  return protocol === 'https:'
    ? new HttpsProxyAgent(proxy, options)
    : new HttpProxyAgent(proxy, options);
}

function check(address: string, source: Words, remedies: readonly Remedy[] = []): void {
  if (isWebAddress(address)) return;
  throw engineError('proxy-invalid', {
    message: phrase`"${maskedAddress(address)}" is not the address of a proxy.`,
    hint: phrase`Correct ${source}: an address looks like http://host:port.`,
    remedies,
  });
}

function isWebAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:';
}
