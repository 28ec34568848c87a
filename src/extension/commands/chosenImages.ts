import * as vscode from 'vscode';
import { activeImage, pickImages, type ImageSizes } from './imagePicker';
import { chosenUris, splitSelection } from './selection';

export type ChosenImages = {
  readonly files: readonly vscode.Uri[];
  /** How many other things were chosen. */
  readonly ignored: number;
  /** They come from a menu, not from the active tab or a list. */
  readonly isChosen: boolean;
};

/**
 * The images that a command acts on: the clicked one, then the rest of the selection; else the
 * active tab's; else what the person picks.
 */
export async function chosenImages(
  clicked: unknown,
  selection: unknown,
  sizes: ImageSizes,
): Promise<ChosenImages> {
  const chosen = chosenUris(clicked, selection, (value) => value instanceof vscode.Uri);
  if (chosen.length === 0) {
    const active = activeImage();
    return { files: active ? [active] : await pickImages({ sizes }), ignored: 0, isChosen: false };
  }
  const { pictures, ignored } = splitSelection(chosen);
  const folders = await Promise.all(pictures.map(isFolder));
  const files = pictures.filter((_, index) => folders[index] !== true);
  const first = files.find(
    (file) => clicked instanceof vscode.Uri && file.toString() === clicked.toString(),
  );
  return {
    files: first ? [first, ...files.filter((file) => file !== first)] : files,
    ignored: ignored + pictures.length - files.length,
    isChosen: true,
  };
}

/** Folders can be named like pictures. What is missing is left to the engine, which says so. */
async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.Directory) !== 0;
  } catch {
    return false;
  }
}
