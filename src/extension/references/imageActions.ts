import path from 'node:path';
import * as vscode from 'vscode';
import { messageText } from '../../shared/safeText';
import { isVectorName } from '../../shared/settings';
import {
  OPEN_COMPARISON_COMMAND,
  UPSCALE_IMAGE_AS_COMMAND,
  UPSCALE_IMAGE_COMMAND,
} from '../commands/commandIds';
import { baseName } from '../comparison/comparison';
import { IMAGE_ACTION } from './imageActionKind';
import { imageAt, isFile } from './imageAt';

/** Offers what can be made of the picture whose path the cursor is in. */
export class ImageActions {
  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<readonly vscode.CodeAction[]> {
    const image = await imageAt(document, range.start);
    if (!image || token.isCancellationRequested) return [];
    const { uri } = image;
    const name = messageText(baseName(uri));
    const actions = [action(vscode.l10n.t('Upscale {0}', name), UPSCALE_IMAGE_COMMAND, uri)];
    if (!isVectorName(baseName(uri)))
      actions.push(action(vscode.l10n.t('Compare {0}', name), OPEN_COMPARISON_COMMAND, uri));
    if (await lacksDensities(uri))
      actions.push(
        action(
          vscode.l10n.t('Make @2x and @3x of {0}, and copy the srcset', name),
          UPSCALE_IMAGE_AS_COMMAND,
          uri,
          [],
          'web',
        ),
      );
    return actions;
  }
}

function action(title: string, command: string, ...args: readonly unknown[]): vscode.CodeAction {
  const made = new vscode.CodeAction(title, IMAGE_ACTION);
  made.command = { title, command, arguments: [...args] };
  return made;
}

/** Whether a picture of one density has no other beside it. */
async function lacksDensities(uri: vscode.Uri): Promise<boolean> {
  const { name, ext } = path.posix.parse(uri.path);
  if (isVectorName(baseName(uri)) || /@\d+(?:\.\d+)?x$/i.test(name)) return false;
  const others = ['@2x', '@3x'].map((density) =>
    isFile(vscode.Uri.joinPath(uri, '..', `${name}${density}${ext}`)),
  );
  return !(await Promise.all(others)).includes(true);
}
