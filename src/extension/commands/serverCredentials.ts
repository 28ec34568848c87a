import * as vscode from 'vscode';
import { readSmallText } from '../../files/readSmall';
import type { RemoteSecrets } from '../../shared/remoteSettings';
import { RpcError } from '../../shared/rpc';
import type { Config } from '../config';
import { showFailure } from '../errors/showFailure';
import type { Log } from '../log';
import type { ServerSecrets } from '../remote/serverSecrets';
import { notify } from '../ui/notifications';
import { askForSecret, askForText, pickOne } from '../ui/quickPick';

export type CredentialServices = {
  readonly config: Config;
  readonly secrets: ServerSecrets;
  readonly log: Log;
};

/** A certificate is no longer than that. */
const PEM_LIMIT = 1024 * 1024;

/**
 * Asks for what the inference server of the settings wants to see, and keeps it in the keychain.
 * Resolves with whether anything changed.
 */
export async function serverCredentials({
  config,
  secrets,
  log,
}: CredentialServices): Promise<boolean> {
  const url = config.server()?.url;
  if (url === undefined) {
    void notify(
      'information',
      vscode.l10n.t('Name the inference server first: the setting "Remote: Url".'),
    );
    return false;
  }
  try {
    const title = vscode.l10n.t('Credentials of the inference server');
    const chosen = await pickOne(choices(), { title, placeHolder: url });
    if (!chosen) return false;
    if (chosen.ask === undefined) await secrets.forget(url);
    else {
      const given = await chosen.ask(title);
      if (!given) return false;
      if (!(await secrets.add(url, given))) return false;
    }
    log.info(`credentials of the inference server: ${chosen.label}`);
    void notify('information', vscode.l10n.t('The credentials are kept in the keychain.'));
    return true;
  } catch (error) {
    log.error('credentials', error);
    void showFailure(RpcError.from(error), {
      again: () => void serverCredentials({ config, secrets, log }),
    }).catch((caught: unknown) => log.error('credentials', caught));
    return false;
  }
}

type Choice = {
  readonly label: string;
  readonly detail: string;
  readonly ask?: (title: string) => Promise<RemoteSecrets | undefined>;
};

const choices = (): readonly Choice[] => [
  {
    label: vscode.l10n.t('Token'),
    detail: vscode.l10n.t('Sent as "Authorization: Bearer …".'),
    ask: async (title) => {
      const token = await askForSecret(title);
      return token === undefined ? undefined : { token };
    },
  },
  {
    label: vscode.l10n.t('Secret Header'),
    detail: vscode.l10n.t('A header whose value nobody should see, such as a key.'),
    ask: async (title) => {
      const placeHolder = vscode.l10n.t('Name of the header');
      const name = await askForText({ title, placeHolder }, (value) =>
        /^[\w-]+$/.test(value) ? undefined : vscode.l10n.t('Letters, digits and "-".'),
      );
      const value = name === undefined ? undefined : await askForSecret(title);
      return name === undefined || value === undefined ? undefined : { headers: { [name]: value } };
    },
  },
  {
    label: vscode.l10n.t('Client Certificate'),
    detail: vscode.l10n.t('Two PEM files: the certificate, then its key.'),
    ask: async () => {
      const certificate = await pemFile(vscode.l10n.t('Certificate'));
      const key = certificate === undefined ? undefined : await pemFile(vscode.l10n.t('Key'));
      return certificate === undefined || key === undefined ? undefined : { certificate, key };
    },
  },
  {
    label: vscode.l10n.t('Certificate Authority'),
    detail: vscode.l10n.t("A PEM file with who signed the server's certificate."),
    ask: async () => {
      const authority = await pemFile(vscode.l10n.t('Certificate Authority'));
      return authority === undefined ? undefined : { authority };
    },
  },
  {
    label: vscode.l10n.t('Remove All'),
    detail: vscode.l10n.t('Forgets what is kept for this server.'),
  },
];

async function pemFile(title: string): Promise<string | undefined> {
  const [file] = (await vscode.window.showOpenDialog({ title })) ?? [];
  if (!file) return undefined;
  const pem = await readSmallText(file.fsPath, { limit: PEM_LIMIT, followLinks: true });
  if (pem.includes('-----BEGIN ')) return pem;
  throw new RpcError({
    code: 'bad-setting',
    message: vscode.l10n.t('{0} is not a PEM file.', file.fsPath),
  });
}
