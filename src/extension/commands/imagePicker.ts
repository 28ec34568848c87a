import path from 'node:path';
import * as vscode from 'vscode';
import { IMAGE_EXTENSIONS, isImageName } from '../../shared/settings';
import { notify } from '../ui/notifications';
import { pickSeveral, type PickItem } from '../ui/quickPick';
import { imageGlob } from './selection';

const EXCLUDE = '**/node_modules/**';
const MAX_IMAGES = 5000;
/** Nobody scrolls further; a filter shortens the list. */
const MOST_SIZES = 500;

/** The picture in the active tab, shown by whatever editor. */
export const activeImage = (): vscode.Uri | undefined =>
  imageOf(vscode.window.tabGroups.activeTabGroup.activeTab);

/** Pictures in all tabs. */
const openImages = (): readonly vscode.Uri[] =>
  vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.flatMap((tab) => imageOf(tab) ?? []));

function imageOf(tab: vscode.Tab | undefined): vscode.Uri | undefined {
  const input: unknown = tab?.input;
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
  /** Tells of an image how many pixels it has, as they become known. */
  readonly sizes?: ImageSizes;
};

/** In words; undefined for what can't be read. */
export type ImageSizes = (image: vscode.Uri) => Promise<string | undefined>;

type ImageItem = PickItem & { readonly uri: vscode.Uri; readonly id: string };

/**
 * Lets the person choose from the workspace's pictures; empty when there are none or nothing was
 * chosen.
 */
export async function pickImages({
  marked = [],
  without,
  title,
  placeHolder,
  sizes,
}: PickOptions = {}): Promise<readonly vscode.Uri[]> {
  const open = openImages();
  const found = await vscode.workspace.findFiles(imageGlob(), EXCLUDE, MAX_IMAGES);
  const images = [
    ...new Map([...marked, ...open, ...found].map((uri) => [uri.toString(), uri])).values(),
  ].filter((uri) => uri.toString() !== without?.toString());
  // Where one is open, perhaps behind a walkthrough, that is probably meant.
  const isMarked = new Set(
    [...marked, ...(marked.length === 0 && open.length === 1 ? open : [])].map(String),
  );
  if (images.length === 0) return askForImages();
  const inTabs = new Set(open.map(String));
  const items = images
    .map((uri) => ({
      uri,
      id: uri.toString(),
      label: path.posix.basename(uri.path),
      description: folderOf(uri),
      picked: isMarked.has(uri.toString()),
    }))
    .sort(
      (a, b) => byName.compare(a.description, b.description) || byName.compare(a.label, b.label),
    );
  const isFirst = ({ id, picked }: (typeof items)[number]): boolean => picked || inTabs.has(id);
  const groups = [
    { label: vscode.l10n.t('Open or selected'), items: items.filter(isFirst) },
    { label: vscode.l10n.t('Workspace'), items: items.filter((item) => !isFirst(item)) },
  ].filter((group) => group.items.length > 0);
  const chosen = await pickSeveral(
    groups.length > 1 ? groups.flatMap((group) => [heading(group.label), ...group.items]) : items,
    {
      title: title ?? vscode.l10n.t('Upscale Image'),
      placeHolder: placeHolder ?? vscode.l10n.t('Choose the images to upscale'),
    },
    sizes && {
      of: items.slice(0, MOST_SIZES),
      detail: async (item) => (await sizes(item.uri)) ?? '',
    },
  );
  return chosen?.map((item) => item.uri) ?? [];
}

/** Natural order, as in the explorer: icon2 before icon10. */
const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

const heading = (label: string): ImageItem => ({
  uri: vscode.Uri.file('/'),
  id: '',
  label,
  description: '',
  kind: vscode.QuickPickItemKind.Separator,
});

/** The folder as the workspace calls it; '' for that of the workspace itself. */
function folderOf(uri: vscode.Uri): string {
  const folder = path.posix.dirname(vscode.workspace.asRelativePath(uri));
  return folder === '.' ? '' : folder;
}

/** Where there is nothing to choose from, files or a folder can be opened. */
async function askForImages(): Promise<readonly vscode.Uri[]> {
  const files = vscode.l10n.t('Choose Images…');
  const folder = vscode.l10n.t('Open Folder…');
  const hasFolder = vscode.workspace.workspaceFolders !== undefined;
  const chosen = await notify(
    'information',
    hasFolder
      ? vscode.l10n.t('There are no images in this workspace.')
      : vscode.l10n.t('No image and no folder with images is open yet.'),
    ...(hasFolder ? [files] : [files, folder]),
  );
  if (chosen === folder) await vscode.commands.executeCommand('vscode.openFolder');
  if (chosen !== files) return [];
  const opened = await vscode.window.showOpenDialog({
    canSelectMany: true,
    title: vscode.l10n.t('Upscale Image'),
    openLabel: vscode.l10n.t('Choose'),
    filters: { [vscode.l10n.t('Images')]: [...IMAGE_EXTENSIONS] },
  });
  return opened ?? [];
}
