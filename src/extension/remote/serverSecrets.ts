import type * as vscode from 'vscode';
import type { RemoteSecrets } from '../../shared/remoteSettings';
import { Disposable } from '../disposable';

/** Fields of the secrets, so that what another version stored is no surprise. */
const TEXTS = ['token', 'certificate', 'key', 'authority'] as const;

/**
 * What proves to inference servers who asks, in the keychain that VS Code uses. Each server has its
 * own: another address never gets what was meant for this one.
 */
export class ServerSecrets extends Disposable {
  constructor(
    private readonly storage: Pick<
      vscode.SecretStorage,
      'get' | 'store' | 'delete' | 'onDidChange'
    >,
    onChange: () => void,
  ) {
    super();
    this.register(
      storage.onDidChange(({ key }) => {
        if (key.startsWith(PREFIX)) onChange();
      }),
    );
  }

  /** What is kept for a server; nothing for an address that is none. */
  async of(url: string): Promise<RemoteSecrets> {
    const key = keyOf(url);
    const text = key === undefined ? undefined : await this.storage.get(key);
    return text === undefined ? {} : parsed(text);
  }

  /** Keeps secrets beside those that are there. Resolves with whether the address is one. */
  async add(url: string, secrets: RemoteSecrets): Promise<boolean> {
    const key = keyOf(url);
    if (key === undefined) return false;
    const known = await this.of(url);
    const headers = { ...known.headers, ...secrets.headers };
    await this.storage.store(key, JSON.stringify({ ...known, ...secrets, headers }));
    return true;
  }

  async forget(url: string): Promise<void> {
    const key = keyOf(url);
    if (key !== undefined) await this.storage.delete(key);
  }
}

const PREFIX = 'pisaUpscale.remote ';

const keyOf = (url: string): string | undefined =>
  URL.canParse(url) ? PREFIX + new URL(url).origin : undefined;

function parsed(text: string): RemoteSecrets {
  try {
    const value = (JSON.parse(text) ?? {}) as Record<string, unknown>;
    const headers = value.headers;
    return {
      ...Object.fromEntries(
        TEXTS.flatMap((name) => (typeof value[name] === 'string' ? [[name, value[name]]] : [])),
      ),
      ...(typeof headers === 'object' && headers !== null
        ? { headers: headers as Record<string, string> }
        : {}),
    };
  } catch {
    return {};
  }
}
