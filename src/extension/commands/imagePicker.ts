import path from 'node:path';
import * as vscode from 'vscode';
import { isImageName } from '../../shared/settings';
import { notify } from '../ui/notifications';
import { pickSeveral } from '../ui/quickPick';
import { imageGlob } from './selection';

const EXCLUDE = '**/node_modules/**';
const MAX_IMAGES = 5000;

/** The picture in the active tab, shown by whatever editor. */
export function activeImage(): vscode.Uri | undefined {
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (!(input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText))
    return undefined;
  return isImageName(path.posix.basename(input.uri.path)) ? input.uri : undefined;
}

export type PickOptions = {
  /** Marked already; also offered when they lie outside the workspace. */
  readonly marked?: readonly vscode.Uri[];
  /** Not offered. */
  readonly without?: vscode.Uri;
  readonly title?: string;
  readonly placeHolder?: string;
};

/**
 * Lets the person choose from the workspace's pictures; empty when there are none or nothing was
 * chosen.
 */
export async function pickImages({
  marked = [],
  without,
  title,
  placeHolder,
}: PickOptions = {}): Promise<readonly vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(imageGlob(), EXCLUDE, MAX_IMAGES);
  const images = [
    ...new Map([...marked, ...found].map((uri) => [uri.toString(), uri])).values(),
  ].filter((uri) => uri.toString() !== without?.toString());
  const isMarked = new Set(marked.map(String));
  if (images.length === 0) {
    void notify(
      'information',
      vscode.workspace.workspaceFolders
        ? vscode.l10n.t('There are no images in this workspace.')
        : vscode.l10n.t('Open an image or a folder with images first.'),
    );
    return [];
  }
  const items = images
    .map((uri) => ({
      uri,
      label: path.posix.basename(uri.path),
      description: vscode.workspace.asRelativePath(uri),
      picked: isMarked.has(uri.toString()),
    }))
    .sort((a, b) => a.description.localeCompare(b.description));
  const chosen = await pickSeveral(items, {
    title: title ?? vscode.l10n.t('Upscale Image'),
    placeHolder: placeHolder ?? vscode.l10n.t('Choose the images to upscale'),
  });
  return chosen?.map((item) => item.uri) ?? [];
}
