import path from 'node:path';
import * as vscode from 'vscode';
import type { PanelPicture } from '../../shared/panelProtocol';
import { baseName } from './comparison';

/**
 * A file as the webview shows it. Its time is part of the address, or the browser would show what
 * it has in its cache.
 */
export async function panelPicture(
  file: vscode.Uri,
  webview: vscode.Webview,
): Promise<PanelPicture> {
  const fileName = baseName(file);
  const time = await vscode.workspace.fs.stat(file).then(
    ({ mtime }) => mtime,
    () => undefined,
  );
  const shown = { fileName, size: undefined };
  if (time === undefined)
    return {
      ...shown,
      address: undefined,
      problem: vscode.l10n.t('{0} is not there any more, or can not be read.', fileName),
    };
  if (/^\.tiff?$/i.test(path.extname(fileName))) {
    return {
      ...shown,
      address: undefined,
      problem: vscode.l10n.t(
        'The editor cannot show TIFF pictures. {0} itself is fine: open it with another program.',
        fileName,
      ),
    };
  }
  return {
    ...shown,
    address: webview
      .asWebviewUri(file)
      .with({ query: `v=${time}` })
      .toString(),
    problem: vscode.l10n.t('{0} could not be loaded.', fileName),
  };
}
