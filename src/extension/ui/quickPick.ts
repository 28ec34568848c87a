import * as vscode from 'vscode';
import { messageText, shownText } from '../../shared/safeText';

export type PickItem = {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly picked?: boolean;
  /** A heading between the items. */
  readonly kind?: vscode.QuickPickItemKind;
};

export type PickTexts = { readonly title: string; readonly placeHolder?: string };

const SEARCHED = { matchOnDescription: true, matchOnDetail: true } as const;

/** Lets the person choose one of the items, whose texts are only words. */
export async function pickOne<T extends PickItem>(
  items: readonly T[],
  texts: PickTexts,
): Promise<T | undefined> {
  const chosen = await vscode.window.showQuickPick(items.map(worded), {
    ...wordsOf(texts),
    ...SEARCHED,
  });
  return chosen?.item;
}

/** The same with check boxes; undefined when the person changed their mind. */
export async function pickSeveral<T extends PickItem>(
  items: readonly T[],
  texts: PickTexts,
): Promise<readonly T[] | undefined> {
  const chosen = await vscode.window.showQuickPick(items.map(worded), {
    ...wordsOf(texts),
    ...SEARCHED,
    canPickMany: true,
  });
  return chosen?.map(({ item }) => item);
}

/** Asks for a line of text. `complaint` says what is wrong with it, if anything is. */
export async function askForText(
  texts: PickTexts,
  complaint: (value: string) => string | undefined,
): Promise<string | undefined> {
  return vscode.window.showInputBox({
    ...wordsOf(texts),
    validateInput: (value) => {
      const text = complaint(value);
      return text === undefined ? undefined : messageText(text);
    },
  });
}

/** Asks for a text that is not shown while it is typed; undefined when nothing was given. */
export async function askForSecret(title: string): Promise<string | undefined> {
  const value = await vscode.window.showInputBox({ ...wordsOf({ title }), password: true });
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function worded<T extends PickItem>(item: T): vscode.QuickPickItem & { readonly item: T } {
  const { label, description, detail, picked, kind } = item;
  return {
    item,
    label: shownText(label),
    ...(description === undefined ? {} : { description: shownText(description) }),
    ...(detail === undefined ? {} : { detail: messageText(detail) }),
    ...(picked === undefined ? {} : { picked }),
    ...(kind === undefined ? {} : { kind }),
  };
}

const wordsOf = ({ title, placeHolder }: PickTexts): vscode.QuickPickOptions => ({
  title: messageText(title),
  ...(placeHolder === undefined ? {} : { placeHolder: messageText(placeHolder) }),
});
