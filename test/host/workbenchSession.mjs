// One server, one browser and, where a test does not need its own, one window for all UI tests of a
// file; each test finds a workspace that only its own files are in.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readWords } from '../../scripts/l10n/translations.mjs';
import { QUIET_SETTINGS, startServer } from '../harness/codeServer.mjs';
import { makeTemporaryFolder, REPOSITORY, screenshotPath, TEST_MODELS } from '../harness/paths.mjs';
import { closeEverything, waitForFiles } from '../harness/sharedWindow.mjs';
import { openWorkbench, waitForCommand, webview } from '../harness/workbench.mjs';
import { launchWorkbenchBrowser } from '../harness/workbenchBrowser.mjs';

export const UPSCALE = 'PiSA Upscale: Upscale (Enlarge) Image';
const SETTINGS_FOLDER = '.vscode';

/**
 * Noise of VS Code itself: code-server lacks its license check, on a busy machine its sign-in may
 * start late, its terminals wait in vain and settings be saved before the extension host has answered, it looks in the
 * marketplace for translations of its own extensions, and it comments on its own frames.
 */
const EXPECTED_EVENTS =
  /vsda|getBuiltInExtensionTranslationsUri|Aborted onWillSaveTextDocument-event|Timed out waiting for authentication provider 'github'|Request \d+ timed out \(15000ms\)|\[console\.(log|info|debug|verbose|warning)\]|\[blocked\]/;

/**
 * @typedef {object} Session
 * @property {import('playwright-core').Page} page
 * @property {string} folder the open workspace
 * @property {string[]} events what the page and its webviews reported
 * @property {() => Promise<import('playwright-core').Page>} openWindow another window of the same
 * workspace
 */

/** What runs by what only a start decides, and who uses it. */
const running = new Map();

/**
 * Files that run in one process share a workbench that their options allow to share: to start one
 * costs more than most tests do in it. Where the settings are others, a new window reads them.
 * @param {{ vsix?: string, extension?: string, settings?: Record<string, unknown>,
 * machineSettings?: Record<string, unknown>, restricted?: boolean, below?: string,
 * languagePack?: import('../harness/codeServer.mjs').ServerOptions['languagePack'] }} [options]
 * `vsix`: a packaged extension, `extension`: the folder of one, instead of the working tree;
 * `restricted`: folders are not trusted, as when a person has not answered VS Code's question;
 * `below`: the workspace lies so deep in a folder of its own; `languagePack`: its language is the
 * display language
 */
export async function startWorkbench({
  vsix,
  extension = REPOSITORY,
  languagePack,
  ...options
} = {}) {
  const key = JSON.stringify([vsix, extension, languagePack]);
  const known = running.get(key) ?? { started: start({ vsix, extension, languagePack }), users: 0 };
  running.set(key, known);
  known.users++;
  const workbench = await known.started;
  return {
    ...workbench.sessionWith(options),
    async stop() {
      if (--known.users > 0) return;
      running.delete(key);
      await workbench.stop();
    },
  };
}

/** The settings of a session's user and of its machine. */
const settingsOf = ({ settings, machineSettings, restricted = false }) => ({
  user: {
    ...QUIET_SETTINGS,
    'pisaUpscale.model': 'one-layer-4x',
    ...(restricted
      ? {
          'security.workspace.trust.enabled': true,
          'security.workspace.trust.startupPrompt': 'never',
        }
      : {}),
    ...settings,
  },
  machine: {
    'pisaUpscale.device': 'cpu',
    'pisaUpscale.modelFolders': [TEST_MODELS],
    ...machineSettings,
  },
});

async function start({ vsix, extension, languagePack }) {
  const server = await startServer({
    languagePack,
    // Installed in place, as a person has it: VS Code's test driver, which a development path
    // needs, hides all toasts.
    ...(vsix ? { vsix } : { unpackedExtension: extension }),
  });
  const browser = await launchWorkbenchBrowser(server.url).catch(async (error) => {
    await server.stop();
    throw error;
  });
  const upscaleTitle = languagePack
    ? readWords(REPOSITORY, `package.nls.${languagePack.language}.json`)['command.upscaleImage']
    : UPSCALE;
  /** The window that tests of one session share; a window costs more than most tests do in it. */
  let shared;

  const newWindow = async (folder, events) => {
    const page = await browser.newPage(events);
    await openWorkbench(page, server.workspaceUrl(folder));
    await waitForCommand(page, upscaleTitle);
    return page;
  };

  /** A window on a workspace that `fill` has filled. */
  async function open({ below = '.', ...options }, fill, settings) {
    const outer = makeTemporaryFolder();
    const folder = path.join(outer, below);
    const events = [];
    await mkdir(folder, { recursive: true });
    await fill(folder);
    await writeWorkspaceSettings(folder, settings);
    const { user, machine } = settingsOf(options);
    await writeFile(server.userSettings, JSON.stringify(user));
    await writeFile(server.machineSettings, JSON.stringify(machine));
    return { outer, folder, events, page: await newWindow(folder, events) };
  }

  /** The same window with other files and settings in its workspace. */
  async function reuse(window, fill, settings) {
    const { outer, folder, events, page } = window;
    await closeEverything(page);
    // Removed and seen to be: a row of the same name would keep the explorer's selection.
    await removeAllBut(outer, folder);
    await waitForFiles(page, [SETTINGS_FOLDER]);
    await fill(folder);
    const mark = await writeWorkspaceSettings(folder, settings);
    await page.waitForFunction((title) => document.title.includes(title), mark);
    await waitForFiles(page, await readdir(folder));
    events.length = 0;
  }

  async function close(window) {
    // Left first, as by a person: a page that is only gone may come back, so its extension host would
    // wait for it.
    await window.page.goto('about:blank');
    await window.page.close();
    await rm(window.outer, { recursive: true, force: true });
  }

  const sessionWith = (options) => ({
    /** The server's own files; extensions' storage is among them. */
    state: server.root,
    /** The file of the user's settings. */
    userSettings: server.userSettings,

    /** Changes settings of machine scope. VS Code reads them soon; nothing tells when. */
    changeMachineSettings: (changed) =>
      writeFile(
        server.machineSettings,
        JSON.stringify({ ...settingsOf(options).machine, ...changed }),
      ),

    /**
     * Runs `body` in a workspace that `fill` has filled: in the window of the test before, unless
     * that failed or had other options. A screenshot is kept on failure.
     * @param {{ name: string, fill: (folder: string) => Promise<unknown>, settings?: Record<string,
     * unknown> }} setup
     * @param {(session: Session) => Promise<void>} body
     */
    async inWorkspace({ name, fill, settings }, body) {
      const key = JSON.stringify(options);
      const before = shared?.key === key ? shared.window : undefined;
      if (shared && !before) await close(shared.window);
      shared = undefined;
      const window = before ?? (await open(options, fill, settings));
      const { page, folder, events } = window;
      const others = [];
      const openWindow = async () => {
        const another = await newWindow(folder, events);
        others.push(another);
        return another;
      };
      try {
        if (before) await reuse(window, fill, settings);
        await body({ page, folder, events, openWindow });
        shared = { key, window };
      } catch (error) {
        for (const [i, one] of [page, ...others].entries())
          await one.screenshot({ path: screenshotPath(`failed-${name}${i || ''}`) });
        console.error(unexpectedEvents(events).join('\n'));
        console.error(await wordsOnScreen(page));
        await close(window);
        throw error;
      } finally {
        for (const another of others) await another.close();
      }
    },
  });

  return {
    sessionWith,
    async stop() {
      if (shared) await close(shared.window);
      await browser.close();
      await server.stop();
    },
  };
}

/** Errors that the page or a webview reported, without VS Code's own. */
export const unexpectedEvents = (events) => events.filter((event) => !EXPECTED_EVENTS.test(event));

/** What notifications, dialogs and the page in front say, for a failure that nobody saw. */
async function wordsOnScreen(page) {
  const found = await Promise.all([
    ...['.notifications-toasts', '.monaco-dialog-box', '.statusbar'].map((selector) =>
      page.locator(selector).allInnerTexts(),
    ),
    webview(page)
      .locator('body')
      .innerText({ timeout: 2000 })
      .catch(() => ''),
  ]);
  return found
    .flat()
    .join('\n')
    .replaceAll(/\n{2,}/g, '\n');
}

let written = 0;

/** @returns {Promise<string>} what stands in the window's title once VS Code has read them */
async function writeWorkspaceSettings(folder, settings) {
  const mark = `settings ${++written}`;
  await mkdir(path.join(folder, SETTINGS_FOLDER), { recursive: true });
  await writeFile(
    path.join(folder, SETTINGS_FOLDER, 'settings.json'),
    JSON.stringify({ 'window.title': mark, ...settings }),
  );
  return mark;
}

/** Empties `outer`, but for the way to `folder` and the settings in it. */
async function removeAllBut(outer, folder) {
  const kept = path.join(folder, SETTINGS_FOLDER);
  for (const name of await readdir(outer)) {
    const entry = path.join(outer, name);
    if (entry === kept) continue;
    if (kept.startsWith(entry + path.sep)) await removeAllBut(entry, folder);
    else await rm(entry, { recursive: true, force: true });
  }
}
