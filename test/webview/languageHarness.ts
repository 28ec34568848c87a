/** Both pages in the language that is spoken when they are opened. */
import path from 'node:path';
import { readWords } from '../../scripts/l10n/translations.mjs';
import { webviewShell } from '../../src/extension/ui/webviewShell';
import { PLACE } from './batchHarness';
import { PanelHarness } from './panelHarness';

const ROOT = path.resolve(__dirname, '../..');

let language = 'en';

/** The pages that are opened next speak it. */
export const speak = (next: string): void => {
  language = next;
};

/** Its words by the English ones; none for English. */
export const wordsNow = (): Record<string, string> =>
  language === 'en' ? {} : readWords(ROOT, `l10n/bundle.l10n.${language}.json`);

export const startPanels = (): Promise<PanelHarness> =>
  start('panel', path.join(__dirname, 'panelPage.ts'));
export const startBatches = (): Promise<PanelHarness> =>
  start('batch', path.resolve(__dirname, '../../src/webview/batch/main.tsx'));

const start = (page: 'panel' | 'batch', entry: string): Promise<PanelHarness> =>
  PanelHarness.start(entry, new Map(), false, (origin) =>
    webviewShell({
      cspSource: origin,
      nonce: 'test',
      scriptUri: `${origin}/panelPage.js`,
      styleUri: `${origin}/${page}.css`,
      codiconUri: `${origin}/codicon.css`,
      language,
      title: 'Page',
      state: page === 'panel' ? { kind: 'preview' } : { place: PLACE, folder: 'assets' },
      words: wordsNow(),
      connects: page === 'panel',
    }),
  );
