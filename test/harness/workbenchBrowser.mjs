// A browser for the windows of one VS Code. Its workbench is 15 MB of scripts: to fetch and compile
// them takes half of what a window costs, and only pages of one context share what is cached of them.
import { rmSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { ensureChromium } from '../../scripts/setup-test-host.mjs';
import { BROWSER_ARGUMENTS, listen, PAGE_OPTIONS, STATE_MS } from './browser.mjs';
import { makeTemporaryFolder } from './paths.mjs';

/** All but what is cached. */
const STORED = 'cookies,file_systems,indexeddb,local_storage,service_workers,cache_storage';

/**
 * In the page: VS Code shows what is at work by bars and rings that move, also to who prefers less
 * motion; drawn by the processor they take a third of a core.
 */
function keepStill() {
  if (window !== window.top) return;
  const still = new CSSStyleSheet();
  still.replaceSync('*, ::before, ::after { animation: none !important }');
  document.adoptedStyleSheets = [still];
}

/**
 * @typedef {object} WorkbenchBrowser
 * @property {(events?: string[]) => Promise<import('playwright-core').Page>} newPage a page; where it
 * is the only one it finds no cookies and nothing stored. `events` collects its console messages and
 * errors, webviews included
 * @property {() => Promise<void>} close
 */

/**
 * Nothing but this machine can be reached from its pages; routes, which would tell, turn the caches
 * off.
 * @param {string} url the server's
 * @returns {Promise<WorkbenchBrowser>}
 */
export async function launchWorkbenchBrowser(url) {
  const profile = makeTemporaryFolder();
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: ensureChromium(),
    headless: true,
    args: [
      ...BROWSER_ARGUMENTS,
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      '--js-flags=--no-script-streaming', // else what is cached of a module's code stays unread
    ],
    ...PAGE_OPTIONS,
  });
  const [blank] = context.pages();
  const browser = await context.newCDPSession(blank);
  return {
    async newPage(events = []) {
      if (context.pages().length === 1)
        await browser.send('Storage.clearDataForOrigin', { origin: url, storageTypes: STORED });
      const page = await context.newPage();
      page.setDefaultTimeout(STATE_MS);
      await page.addInitScript(keepStill);
      listen(page, events);
      return page;
    },

    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
