// Drives VS Code's workbench as a person does: palette, explorer, notifications, webviews.
import path from 'node:path';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

/** How long a test may take: longer than a slow and busy machine needs, so that only one that hangs ends by it. */
export const TEST_MS = 15 * 60_000;
/** States are waited for as long as a busy machine may need. */
export const STATE_MS = 300_000;
const START_TIMEOUT_MS = STATE_MS;
const COMMAND_TIMEOUT_MS = STATE_MS;
const TOAST_TIMEOUT_MS = STATE_MS;
const PALETTE_MS = 3_000;
const PALETTE_ROW_MS = 1_500;
const PREVIEW_MS = 3_000;
const MENU_TRIES = 6;
const MENU_MS = 20_000;
const MENU_ITEM_MS = 10_000;
/** VS Code's menus ignore the mouse for their first 100 ms; an instant click is lost. */
const MENU_DEAF_MS = 250;

const escapeRegExp = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const exactly = (text) => new RegExp(`^\\s*${escapeRegExp(text)}\\s*$`);

/** Opens a workspace's address and waits until its files are shown. */
export async function openWorkbench(page, url) {
  await page.goto(url);
  await page.locator('.monaco-workbench').waitFor({ timeout: START_TIMEOUT_MS });
  await page
    .locator('.explorer-folders-view .monaco-list-row')
    .first()
    .waitFor({ timeout: START_TIMEOUT_MS });
}

/** Beyond which a list has been seen whole, also one that is filled late. */
const MOST_PAGES = 50;

/** The rows of the open quick pick. */
export const quickPickRows = (page) => page.locator('.quick-input-list .monaco-list-row');

/** Chooses the first row that contains `text`; a list draws only what is in view, so it is scrolled. */
export async function chooseRow(page, text) {
  await quickPickRows(page).first().waitFor();
  const row = quickPickRows(page).filter({ hasText: text }).first();
  for (let pages = 0; pages < MOST_PAGES && (await row.count()) === 0; pages++) {
    await page.keyboard.press('PageDown');
    await page.waitForTimeout(200);
  }
  await row.click();
}

/** Ticks the first row that contains `text` in a quick pick with check boxes, and accepts. */
export async function tickAndAccept(page, text) {
  const row = quickPickRows(page).filter({ hasText: text }).first();
  await row.waitFor();
  await row.click();
  await page.keyboard.press('Enter');
}

/**
 * Runs a command by its full title through the palette. The palette's list is computed when it
 * opens: a command that comes later, because the extension host is still starting, is not in it. So
 * it is reopened until the command is there.
 */
export async function runCommand(page, title, timeout = COMMAND_TIMEOUT_MS) {
  const end = Date.now() + timeout;
  for (;;) {
    const row = await findInPalette(page, title);
    if (row) {
      await row.click();
      // Until then its rows are taken for those of the list that the command opens.
      await page.waitForFunction(isPaletteClosed);
      return;
    }
    if (Date.now() > end) throw new Error(`The command never appeared in the palette: ${title}`);
  }
}

/**
 * Waits until a command is in the palette; by then all extensions are registered, the picture
 * viewer of VS Code included.
 */
export async function waitForCommand(page, title, timeout = COMMAND_TIMEOUT_MS) {
  const end = Date.now() + timeout;
  while (!(await findInPalette(page, title))) {
    if (Date.now() > end) throw new Error(`The command never appeared in the palette: ${title}`);
  }
  await page.keyboard.press('Escape');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** In the page: whether what the palette is shown in is hidden, or shows something else. */
function isPaletteClosed() {
  const input = document.querySelector('.quick-input-widget .quick-input-box input');
  return !input || input.offsetParent === null || !input.value.startsWith('>');
}

/** The command's row in the palette; undefined where it is not there yet, or the palette is not. */
async function findInPalette(page, title) {
  await page.keyboard.press('F1');
  const input = page
    .locator('.quick-input-widget input[type="text"], .quick-input-widget .input')
    .first();
  // The key is lost where what has the focus is just being closed.
  if (!(await succeeds(input.fill(`>${title}`, { timeout: PALETTE_MS })))) return undefined;
  const row = quickPickRows(page).filter({ hasText: title }).first();
  if (await succeeds(row.waitFor({ timeout: PALETTE_ROW_MS }))) return row;
  await page.keyboard.press('Escape');
  return undefined;
}

const succeeds = (promise) =>
  promise.then(
    () => true,
    () => false,
  );

/** The explorer's row of exactly this file or folder. */
export const explorerRow = (page, name) =>
  page
    .locator('.explorer-folders-view .monaco-list-row')
    .filter({ has: page.locator('.label-name', { hasText: exactly(name) }) });

/**
 * Opens a picture in VS Code's image preview, as a double click does. While the extensions are
 * still starting, VS Code shows the picture as a binary file instead; then it is closed and opened
 * again.
 */
export async function openPicture(page, name, timeout = START_TIMEOUT_MS) {
  const end = Date.now() + timeout;
  const preview = page.locator('iframe.webview.ready');
  for (;;) {
    await explorerRow(page, name).dblclick();
    await editorTab(page, name).waitFor();
    if (await succeeds(preview.first().waitFor({ timeout: PREVIEW_MS }))) return;
    if (Date.now() > end) throw new Error(`The image preview never opened for ${name}`);
    await runCommand(page, 'View: Close All Editors');
    await editorTab(page, name).waitFor({ state: 'detached' });
  }
}

export const editorTab = (page, name) =>
  page.locator(`.tabs-container .tab[data-resource-name=${JSON.stringify(name)}]`);

/**
 * Selects files in the explorer, where nothing is selected yet. All with Ctrl: a plain click would
 * also open the file, and an editor that opens moves the explorer's selection to its file, whenever
 * it is ready.
 */
export async function selectInExplorer(page, names) {
  for (const name of names) {
    await explorerRow(page, name).click({ modifiers: ['ControlOrMeta'] });
    await page
      .locator('.explorer-folders-view .monaco-list-row.selected')
      .filter({ hasText: name })
      .waitFor();
  }
}

/**
 * Opens the context menu of a file, the last of `names` when several are selected. Close it with
 * Escape or by a click. While files come and go the explorer gives a row to another file, between
 * the look and the click; a menu of another file is closed again. A busy one may lose the click.
 */
export async function openExplorerMenu(page, names) {
  const list = Array.isArray(names) ? names : [names];
  if (list.length > 1) await selectInExplorer(page, list);
  const row = explorerRow(page, list.at(-1));
  for (let tries = MENU_TRIES; ; tries--) {
    await row.click({ button: 'right' });
    const menu = page.locator('.context-view .monaco-menu');
    if (!(await succeeds(menu.waitFor({ timeout: MENU_MS }))) && tries > 1) continue;
    await menu.waitFor();
    await page.waitForTimeout(MENU_DEAF_MS);
    if (await row.evaluate((element) => element.classList.contains('focused'))) return menu;
    if (tries <= 1) throw new Error(`The explorer opened the menu of another file: ${list.at(-1)}`);
    await closeMenus(page);
  }
}

/** The submenu in which all that the extension offers for a file lies. */
const SUBMENU = 'PiSA Upscale';

const menuItem = (menu, title) =>
  menu.locator('.action-item').filter({ has: menu.page().getByText(title, { exact: true }) });

/**
 * Picks an item of the extension's submenu of one file or of several selected ones. What the menu
 * holds is decided when it opens, and a busy explorer closes it; so it is opened again until the
 * item is there.
 */
export async function explorerMenu(page, names, item, { beforeClick } = {}) {
  for (let tries = MENU_TRIES; ; tries--) {
    const menu = await openExplorerMenu(page, names);
    await beforeClick?.();
    const limit = tries > 1 ? { timeout: MENU_ITEM_MS } : {};
    try {
      await menuItem(menu.first(), SUBMENU).first().hover(limit);
      const submenu = page.locator('.monaco-submenu .monaco-menu');
      await submenu.waitFor(limit);
      await page.waitForTimeout(MENU_DEAF_MS);
      await menuItem(submenu, item).click(limit);
      await menu.first().waitFor({ state: 'detached' });
      return;
    } catch (error) {
      if (tries <= 1) throw error;
      await closeMenus(page);
    }
  }
}

/** One Escape closes a submenu, the next the menu. */
async function closeMenus(page) {
  const menu = page.locator('.context-view .monaco-menu').first();
  while (await menu.isVisible()) {
    await page.keyboard.press('Escape');
    await page.waitForTimeout(MENU_DEAF_MS);
  }
}

/** The titles of the items of the extension's submenu of a file; none where it has no submenu. */
export async function explorerMenuItems(page, name) {
  const menu = await openExplorerMenu(page, name);
  const parent = menuItem(menu.first(), SUBMENU);
  let titles = [];
  if ((await parent.count()) > 0) {
    await parent.first().hover();
    const submenu = page.locator('.monaco-submenu .monaco-menu');
    await submenu.waitFor();
    titles = await submenu.locator('.action-item .action-label').allTextContents();
  }
  await closeMenus(page);
  return titles.map((title) => title.trim()).filter((title) => title !== '');
}

/** Toasts whose message contains `text`, a string or a regular expression. */
export const notification = (page, text) =>
  page
    .locator('.notifications-toasts .notification-list-item')
    .filter({ has: page.locator('.notification-list-item-message', { hasText: text }) });

/** @returns {Promise<Locator>} the toast, once it is shown */
export async function waitForNotification(page, text, timeout = TOAST_TIMEOUT_MS) {
  const toast = notification(page, text).first();
  await toast.waitFor({ timeout });
  return toast;
}

export const notificationMessage = (toast) =>
  toast.locator('.notification-list-item-message').innerText();

/** The titles of a toast's buttons. */
export const notificationButtons = async (toast) =>
  (await buttonsOf(toast).allInnerTexts()).map((title) => title.trim());

/**
 * Clicks a button of a toast; a running progress has one that is called Cancel. A toast moves when
 * another closes: a press that began on the button and ended beside it is no click, and is repeated.
 */
export async function clickNotificationButton(toast, title) {
  const button = buttonsOf(toast).filter({ hasText: exactly(title) });
  let wasClicked = false;
  while (!wasClicked) {
    // Of the document: the toast may draw its buttons anew meanwhile.
    const seen = await button.evaluateHandle(({ ownerDocument, textContent }) => {
      const clicks = { count: 0 };
      const isOne = (node) => node instanceof Element && node.textContent === textContent;
      ownerDocument.addEventListener(
        'click',
        ({ target }) => (clicks.count += isOne(target?.closest('.monaco-button')) ? 1 : 0),
        { capture: true },
      );
      return clicks;
    });
    await button.click();
    wasClicked = await seen.evaluate(({ count }) => count > 0);
  }
}

const buttonsOf = (toast) =>
  toast.locator('.notification-list-item-buttons-container .monaco-button');

/**
 * Inside of the visible webview: the outer frame is VS Code's, the inner one holds the extension's
 * page.
 */
export const webview = (page) =>
  page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');

/** Waits until what a webview was told has been drawn, for a screenshot of it. */
export const isDrawn = (view) =>
  view
    .locator('body')
    .evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );

/**
 * Drags files of the explorer onto the visible webview, with Shift held: without it VS Code keeps
 * drags to itself.
 */
export async function dropOntoWebview(page, name) {
  const target = await page.locator('iframe.webview.ready').boundingBox();
  const source = await explorerRow(page, name).boundingBox();
  const over = { x: target.x + target.width / 2, y: target.y + target.height / 2 };
  await page.mouse.move(source.x + 40, source.y + source.height / 2);
  await page.mouse.down();
  await page.mouse.move(source.x + 60, source.y + source.height / 2, { steps: 4 });
  await page.keyboard.down('Shift');
  // VS Code gives the drag up step by step: to its own target, then to the page below it.
  for (let tries = 0; !(await webview(page).locator('#drop').isVisible()); tries++) {
    if (tries > 100) throw new Error(`The drag of ${name} never reached the webview`);
    await page.mouse.move(over.x + (tries % 2) * 10, over.y, { steps: 4 });
  }
  await page.mouse.up();
  await page.keyboard.up('Shift');
}

/** The modal dialog that is open, once it shows `text`. */
export async function waitForDialog(page, text) {
  const dialog = page.locator('.monaco-dialog-box').filter({ hasText: text });
  await dialog.waitFor();
  return dialog;
}

/** Clicks a button of a modal dialog. */
export async function clickDialogButton(dialog, title) {
  await dialog
    .locator('.monaco-button')
    .filter({ hasText: exactly(title) })
    .click();
  await dialog.waitFor({ state: 'detached' });
}

/** Types a path into the file dialog that a remote VS Code shows, and accepts. */
export async function acceptPath(page, file) {
  const widget = page.locator('.quick-input-widget');
  const input = widget.locator('input[type="text"]').first();
  await input.waitFor();
  // The dialog fills in a folder of its own once it has read it, and later what it takes for the
  // rest of a name.
  const isRead = () =>
    widget.locator('.monaco-progress-container.done').waitFor({ state: 'attached' });
  while (!path.isAbsolute(await input.inputValue())) await page.waitForTimeout(50);
  await isRead();
  do {
    await input.fill(file);
    await page.waitForTimeout(500);
    await isRead();
  } while ((await input.inputValue()) !== file);
  await page
    .locator('.quick-input-widget .monaco-button')
    .filter({ hasText: /OK|Open|Import/ })
    .first()
    .click();
}
