import * as vscode from 'vscode';
import { byteText } from '../../shared/byteText';
import type { ImportResult } from '../../shared/modelProtocol';
import type { Config } from '../config';
import type { Log } from '../log';
import { notify } from '../ui/notifications';

/**
 * Says that a model is ready and offers to use it. Don't wait for it: the notification stays until
 * it is closed.
 */
export async function showImport(
  { id, folder, bytes, files, notes }: ImportResult,
  config: Config,
  log: Log,
): Promise<void> {
  log.info(`${id}: ${folder}`);
  for (const file of files) log.info(`  ${file.path}  ${byteText(file.bytes)}  ${file.how}`);
  for (const note of notes) log.warn(`${id}: ${note}`);
  const use = vscode.l10n.t('Use PiSA-SR');
  const text = [vscode.l10n.t('PiSA-SR is ready ({0}).', byteText(bytes)), ...notes].join(' ');
  if ((await notify('information', text, use)) === use) await config.useModel(id);
}
