import * as vscode from 'vscode';
import { messageText, nameText } from '../../shared/safeText';

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
  const chosen = await vscode.window.showQuickPick(
    items.map((item) => worded(item)),
    {
      ...wordsOf(texts),
      ...SEARCHED,
    },
  );
  return chosen?.item;
}

/** What becomes known of items while they are shown, one after the other. */
export type LaterDetails<T> = {
  readonly of: readonly T[];
  /** Joined to the description; '' for nothing. */
  readonly detail: (item: T) => Promise<string>;
};

/** How often the list is drawn anew meanwhile. */
const REDRAW_MS = 400;

/**
 * The same with check boxes; undefined when the person changed their mind. Details that come later
 * leave marks, the cursor and what was typed as they are.
 */
export async function pickSeveral<T extends PickItem>(
  items: readonly T[],
  texts: PickTexts,
  later?: LaterDetails<T>,
): Promise<readonly T[] | undefined> {
  const pick = vscode.window.createQuickPick<Worded<T>>();
  const known = new Map<T, Worded<T>>(items.map((item) => [item, worded(item)]));
  const shown = (): Worded<T>[] => items.flatMap((item) => known.get(item) ?? []);
  const { title, placeHolder } = wordsOf(texts);
  Object.assign(pick, { title, placeholder: placeHolder, canSelectMany: true, ...SEARCHED });
  pick.keepScrollPosition = true;
  pick.items = shown();
  pick.selectedItems = shown().filter(({ item }) => item.picked === true);
  let isOpen = true;
  const redraw = (): void => {
    if (!isOpen) return;
    const now = ({ item }: Worded<T>): readonly Worded<T>[] => [known.get(item) ?? []].flat();
    const [active, selected] = [pick.activeItems.flatMap(now), pick.selectedItems.flatMap(now)];
    pick.items = shown();
    pick.selectedItems = selected;
    pick.activeItems = active;
  };
  const fill = async ({ of, detail }: LaterDetails<T>): Promise<void> => {
    pick.busy = true;
    let drawn = Date.now();
    for (const item of of) {
      if (!isOpen) return;
      const more = await detail(item).catch(() => '');
      const description = [more, item.description ?? ''].filter((text) => text !== '').join(' · ');
      known.set(item, worded({ ...item, description }, item));
      if (Date.now() - drawn < REDRAW_MS) continue;
      redraw();
      drawn = Date.now();
    }
    redraw();
    pick.busy = false;
  };
  try {
    return await new Promise((resolve) => {
      pick.onDidAccept(() => resolve(pick.selectedItems.map(({ item }) => item)));
      pick.onDidHide(() => resolve(undefined));
      pick.show();
      if (later) void fill(later);
    });
  } finally {
    isOpen = false;
    pick.dispose();
  }
}

/** An icon of VS Code's that does something at once; `title` is what it does. */
export type PickButton<A> = {
  readonly action: A;
  readonly icon: string;
  readonly title: string;
};

/** What the person chose: an item, or a button of an item's row or, without one, of the title. */
export type Picked<T, A> = { readonly item?: T; readonly action?: A };

/**
 * Lets the person choose one of the items, or press a button beside one or in the title. Texts are
 * only words. Undefined when they changed their mind.
 */
export async function pickOrPress<
  A,
  T extends PickItem & { readonly buttons: readonly PickButton<A>[] },
>(
  items: readonly T[],
  texts: PickTexts,
  inTitle: readonly PickButton<A>[],
): Promise<Picked<T, A> | undefined> {
  const pick = vscode.window.createQuickPick<Worded<T>>();
  const actions = new Map<vscode.QuickInputButton, A>();
  const shown = ({ action, icon, title }: PickButton<A>): vscode.QuickInputButton => {
    const button = { iconPath: new vscode.ThemeIcon(icon), tooltip: messageText(title) };
    actions.set(button, action);
    return button;
  };
  const { title, placeHolder } = wordsOf(texts);
  Object.assign(pick, {
    title,
    placeholder: placeHolder,
    ...SEARCHED,
    buttons: inTitle.map(shown),
    items: items.map((item) => ({ ...worded(item), buttons: item.buttons.map(shown) })),
  });
  const pressed = (button: vscode.QuickInputButton): { readonly action?: A } => {
    const action = actions.get(button);
    return action === undefined ? {} : { action };
  };
  try {
    return await new Promise((resolve) => {
      pick.onDidAccept(() => {
        const [chosen] = pick.selectedItems;
        if (chosen) resolve({ item: chosen.item });
      });
      pick.onDidTriggerItemButton(({ item: { item }, button }) =>
        resolve({ item, ...pressed(button) }),
      );
      pick.onDidTriggerButton((button) => resolve(pressed(button)));
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    pick.dispose();
  }
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

type Worded<T> = vscode.QuickPickItem & { readonly item: T };

/** An item as VS Code takes it. `of`: the item that it stands for, where its texts are others by now. */
function worded<T extends PickItem>(item: T, of = item): Worded<T> {
  const { label, description, detail, picked, kind } = item;
  return {
    item: of,
    label: nameText(label),
    ...(description === undefined ? {} : { description: nameText(description) }),
    ...(detail === undefined ? {} : { detail: messageText(detail) }),
    ...(picked === undefined ? {} : { picked }),
    ...(kind === undefined ? {} : { kind }),
  };
}

const wordsOf = ({ title, placeHolder }: PickTexts): vscode.QuickPickOptions => ({
  title: messageText(title),
  ...(placeHolder === undefined ? {} : { placeHolder: messageText(placeHolder) }),
});
