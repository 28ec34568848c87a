import * as vscode from 'vscode';
import { byteText } from '../../shared/byteText';
import type { ImportResult } from '../../shared/modelProtocol';
import { diffusionName } from './diffusionNames';
import type { Config } from '../config';
import type { Log } from '../log';
import { notify } from '../ui/notifications';
import { sentences } from '../../shared/sentences';

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
  const name = diffusionName(id);
  const use = vscode.l10n.t('Use {0}', name);
  const text = sentences([vscode.l10n.t('{0} is ready ({1}).', name, byteText(bytes)), ...notes]);
  if ((await notify('information', text, use)) === use) await config.useModel(id);
}
