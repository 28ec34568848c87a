// What a window needs between the tests that share it.
import { runCommand } from './workbench.mjs';

const CLOSING_MS = 2_000;
const REFRESH_MS = 5_000;
const REFRESHES = 5;

/**
 * Closes what an earlier test may have left open: lists, dialogs, toasts, editors. Some of it may
 * come while it is closed.
 */
export async function closeEverything(page) {
  await page.keyboard.press('Escape');
  for (const [open, command] of [
    ['.notifications-toasts .notification-list-item', 'Notifications: Clear All Notifications'],
    ['.tabs-container .tab', 'View: Close All Editors'],
  ])
    while ((await page.locator(open).count()) > 0) {
      await runCommand(page, command);
      await page
        .locator(open)
        .first()
        .waitFor({ state: 'detached', timeout: CLOSING_MS })
        .catch(() => undefined);
    }
}

/**
 * Waits until the explorer shows exactly these files and folders at its top, nothing unfolded. What
 * changes while it reads a folder may escape it; then it is told to look again.
 */
export async function waitForFiles(page, names) {
  const wanted = JSON.stringify([...names].sort());
  const areShown = (timeout) =>
    page.waitForFunction(
      (all) => {
        const rows = document.querySelectorAll(
          '.explorer-folders-view .monaco-list-row[aria-level="1"] .label-name',
        );
        return JSON.stringify([...rows].map((row) => row.textContent).sort()) === all;
      },
      wanted,
      { timeout },
    );
  for (let tries = REFRESHES; tries > 0; tries--) {
    const shown = await areShown(REFRESH_MS).then(
      () => true,
      () => false,
    );
    if (shown) return;
    await runCommand(page, 'Refresh Explorer');
  }
  await areShown();
}
