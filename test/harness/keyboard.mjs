// Finds the way through VS Code and its webviews by keys alone, as a person without a mouse does.

/** More than any way is long. */
const MOST_STEPS = 60;
/** How often, in milliseconds, and how many times it is looked whether a key has done its work. */
const LOOK = { every: 50, times: 40 };

/**
 * Presses a key, again and again, until what has the focus is called `wanted`.
 * @param {import('playwright-core').Page} page
 * @param {string} key
 * @param {() => Promise<string>} focused what has the focus, by its name
 * @param {string} wanted
 */
export async function pressUntil(page, key, focused, wanted) {
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const before = await focused();
    if (before === wanted) return;
    await page.keyboard.press(key);
    for (let i = 0; i < LOOK.times && (await focused()) === before; i++)
      await page.waitForTimeout(LOOK.every);
  }
  throw new Error(`${key} never leads to ${wanted}; the focus is on ${await focused()}`);
}

/** The text of the last element that matches now; empty for none. */
export const textOf = (page, selector) => async () =>
  (await page.locator(selector).allTextContents()).at(-1)?.trim() ?? '';
