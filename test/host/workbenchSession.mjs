// One server and one browser for all UI tests of a file; a page and a workspace of its own for each
// test.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { launchBrowser, newPage } from '../harness/browser.mjs';
import { startServer } from '../harness/codeServer.mjs';
import { makeTemporaryFolder, REPOSITORY, screenshotPath, TEST_MODELS } from '../harness/paths.mjs';
import { openWorkbench, waitForCommand } from '../harness/workbench.mjs';

export const UPSCALE = 'PiSA Upscale: Upscale Image';

/**
 * Noise of VS Code itself: code-server lacks its licence check, its sign-in may start late on a
 * busy machine, and it comments on its own frames.
 */
const EXPECTED_EVENTS =
  /vsda|Timed out waiting for authentication provider 'github'|\[console\.(log|info|debug|warning)\]|\[blocked\]/;

/**
 * @typedef {object} Session
 * @property {import('playwright-core').Page} page
 * @property {string} folder the open workspace
 * @property {string[]} events what the page and its webviews reported
 * @property {() => Promise<import('playwright-core').Page>} openWindow another window of the same
 * workspace
 */

/**
 * @param {{ vsix?: string, extension?: string, settings?: Record<string, unknown>,
 * machineSettings?: Record<string, unknown>, restricted?: boolean }} [options] `vsix`: a packaged
 * extension, `extension`: the folder of one, instead of the working tree; `restricted`: folders are
 * not trusted, as when a person has not answered VS Code's question
 */
export async function startWorkbench({
  vsix,
  extension = REPOSITORY,
  settings,
  machineSettings,
  restricted = false,
} = {}) {
  const server = await startServer({
    settings: {
      'pisaUpscale.model': 'one-layer-4x',
      ...(restricted
        ? {
            'security.workspace.trust.enabled': true,
            'security.workspace.trust.startupPrompt': 'never',
          }
        : {}),
      ...settings,
    },
    machineSettings: {
      'pisaUpscale.device': 'cpu',
      'pisaUpscale.modelFolders': [TEST_MODELS],
      ...machineSettings,
    },
    // Installed in place, as a person has it: VS Code's test driver, which a development path
    // needs, hides all toasts.
    ...(vsix ? { vsix } : { unpackedExtension: extension }),
  });
  const browser = await launchBrowser().catch(async (error) => {
    await server.stop();
    throw error;
  });

  return {
    /** The server's own files; extensions' storage is among them. */
    state: server.root,
    /** The file of the user's settings. */
    userSettings: server.userSettings,

    async stop() {
      await browser.close();
      await server.stop();
    },

    /**
     * Opens a new workspace and runs `body` in it. `fill` puts files into the folder first. A
     * screenshot is kept on failure.
     * @param {{ name: string, fill: (folder: string) => Promise<unknown>, settings?: Record<string,
     * unknown>, below?: string }} setup `below`: the workspace lies so deep in a folder of its own
     * @param {(session: Session) => Promise<void>} body
     */
    async inWorkspace({ name, fill, settings, below = '.' }, body) {
      const outer = makeTemporaryFolder();
      const folder = path.join(outer, below);
      const events = [];
      const page = await newPage(browser, events);
      const windows = [page];
      try {
        await mkdir(folder, { recursive: true });
        await fill(folder);
        if (settings) await writeWorkspaceSettings(folder, settings);
        await openWorkbench(page, server.workspaceUrl(folder));
        await waitForCommand(page, UPSCALE);
        const openWindow = async () => {
          const another = await newPage(browser, events);
          windows.push(another);
          await openWorkbench(another, server.workspaceUrl(folder));
          await waitForCommand(another, UPSCALE);
          return another;
        };
        await body({ page, folder, events, openWindow });
      } catch (error) {
        for (const [i, window] of windows.entries())
          await window.screenshot({ path: screenshotPath(`failed-${name}${i || ''}`) });
        console.error(unexpectedEvents(events).join('\n'));
        throw error;
      } finally {
        for (const window of windows) await window.context().close();
        await rm(outer, { recursive: true, force: true });
      }
    },
  };
}

/** Errors that the page or a webview reported, without VS Code's own. */
export const unexpectedEvents = (events) => events.filter((event) => !EXPECTED_EVENTS.test(event));

async function writeWorkspaceSettings(folder, settings) {
  await mkdir(path.join(folder, '.vscode'), { recursive: true });
  await writeFile(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
}
