import * as vscode from 'vscode';
import { placesOf, referenceAt } from './imageReferences';

/** A picture of the workspace that a document names. */
export type NamedImage = { readonly uri: vscode.Uri; readonly range: vscode.Range };

/** The picture whose path is at a position; undefined where there is none, or no such file. */
export async function imageAt(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<NamedImage | undefined> {
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  const found = referenceAt(document.lineAt(position.line).text, position.character);
  if (!folder || !found) return undefined;
  const places = placesOf(
    found.path,
    vscode.Uri.joinPath(document.uri, '..').path,
    folder.uri.path,
  );
  for (const path of places) {
    const uri = folder.uri.with({ path });
    if (await isFile(uri)) {
      const { line } = position;
      return { uri, range: new vscode.Range(line, found.start, line, found.end) };
    }
  }
  return undefined;
}

export const isFile = (uri: vscode.Uri): Promise<boolean> =>
  Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    ({ type }) => (type & vscode.FileType.File) !== 0,
    () => false,
  );
