// Chromium, driven by Playwright. Nothing but this machine can be reached from its pages.
import { chromium } from 'playwright-core';
import { ensureChromium } from '../../scripts/setup-test-host.mjs';

/** A state is waited for as long as a busy machine may need; it is no promise of speed. */
export const STATE_MS = 120_000;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

export const BROWSER_ARGUMENTS = [
  '--no-sandbox', // the tests may run as root in a container
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
export const PAGE_OPTIONS = { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' };

/** @returns {Promise<import('playwright-core').Browser>} */
export function launchBrowser() {
  return chromium.launch({
    executablePath: ensureChromium(),
    headless: true,
    args: BROWSER_ARGUMENTS,
  });
}

/**
 * A page of its own (cookies, storage) whose requests to other machines are aborted at once:
 * without a network they would hang.
 * @param {import('playwright-core').Browser} browser
 * @param {string[]} [events] collects the page's console messages and errors, webviews included
 * @returns {Promise<import('playwright-core').Page>}
 */
export async function newPage(browser, events = []) {
  const context = await browser.newContext(PAGE_OPTIONS);
  await context.route(
    (url) => url.protocol.startsWith('http') && !LOOPBACK.has(url.hostname),
    (route) => {
      events.push(`[blocked] ${route.request().url()}`);
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.setDefaultTimeout(STATE_MS);
  listen(page, events);
  return page;
}

/** Collects a page's console messages and errors, webviews included. */
export function listen(page, events) {
  page.on('console', (message) =>
    events.push(
      `[console.${message.type()}] ${message.text().slice(0, 500)} @ ${message.location().url}`,
    ),
  );
  page.on('pageerror', (error) => events.push(`[pageerror] ${error.message}`));
}
