import * as vscode from 'vscode';
import { unencryptedAddresses } from '../../shared/addresses';
import type { Consent } from '../../shared/modelProtocol';
import { RpcError } from '../../shared/rpc';
import { unverifiedIn, type UnverifiedFile } from '../../shared/unverifiedFiles';
import { ask } from '../ui/notifications';

/** Asks whether mirrors may be asked over plain http. True when none would be. */
export async function agreesToHttp(mirrors: readonly string[]): Promise<boolean> {
  const open = unencryptedAddresses(mirrors);
  if (open.length === 0) return true;
  const go = vscode.l10n.t('Use Plain HTTP');
  const chosen = await ask('warning', {
    text: vscode.l10n.t('Download over an unencrypted connection?'),
    detail: vscode.l10n.t(
      '{0} would be asked over plain http: whoever is on the way can read and change what is sent.',
      open.join(', '),
    ),
    buttons: [go],
  });
  return chosen === go;
}

/**
 * Does work that may find files which nothing vouches for: then it asks, and does it again when the
 * person agrees. Resolves with undefined when they don't; rejects as the work does.
 */
export async function withConsent<T>(
  work: (consent: Consent) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work({});
  } catch (error) {
    const failure = RpcError.from(error);
    const files = failure.code === 'weights-unverified' ? unverifiedIn(failure.detail) : [];
    if (files.length === 0) throw failure;
    if (!(await agreesToFiles(files))) return undefined;
    return work({ acceptUnverified: files.map(({ sha256 }) => sha256) });
  }
}

async function agreesToFiles(files: readonly UnverifiedFile[]): Promise<boolean> {
  const use = vscode.l10n.t('Use Them');
  const lines = files.map(({ path, sha256 }) => `${path}\nSHA-256 ${sha256}`);
  const chosen = await ask('warning', {
    text: vscode.l10n.t('These files could not be verified. Do you trust where they come from?'),
    detail: [
      ...lines,
      vscode.l10n.t(
        'Nobody published what these files should be. Weights run no code, but wrong ones make wrong pictures.',
      ),
    ].join('\n\n'),
    buttons: [use],
  });
  return chosen === use;
}
