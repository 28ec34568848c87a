import path from 'node:path';
import { webviewShell } from '../../src/extension/ui/webviewShell';
import type { BatchInit, BatchRow } from '../../src/shared/batchProtocol';
import { SHOWN, type Shown } from '../../src/webview/batch/batchModel';
import { PanelHarness, type OpenOptions, type PanelPage } from './panelHarness';

const ENTRY = path.resolve(__dirname, '../../src/webview/batch/main.tsx');
export const PLACE = { root: '/work/assets', inputs: ['/work/assets'] };

export const row = (i: number, part: Partial<BatchRow> = {}): BatchRow => ({
  id: `art/${i}@4x.png`,
  input: `art/${i}.png`,
  output: `art/${i}@4x.png`,
  bytes: 3000,
  size: { width: 30, height: 20 },
  outputSize: { width: 120, height: 80 },
  frames: 1,
  status: 'todo',
  selected: true,
  picture: '',
  ...part,
});

export function initOf(
  rows: readonly BatchRow[],
  part: Partial<BatchInit['plan']> = {},
): BatchInit {
  return {
    plan: {
      folder: 'assets',
      rows,
      otherFiles: 3,
      hasRecipe: false,
      orphans: 0,
      secondsPerPixel: 1e-5,
      device: 'CPU',
      interrupted: [],
      ...part,
    },
    states: {},
  };
}

export const MIXED = initOf([
  row(0),
  row(1, {
    input: 'photos/Sommer & Strand.JPG',
    id: 'photos/s',
    output: 'photos/Sommer & Strand@4x.JPG',
    size: { width: 300, height: 200 },
    outputSize: { width: 1200, height: 800 },
  }),
  row(2, {
    selected: false,
    reason: 'hand-edited',
    message: 'The output was changed by hand since it was made.',
  }),
  row(3, {
    id: '?art/3.png',
    status: 'skip',
    selected: false,
    output: '',
    reason: 'not-readable',
    message: '3.png is damaged or incomplete. <b>Restore</b> it.',
  }),
  row(4, { status: 'done', selected: false, reason: 'up-to-date' }),
]);

/** A browser with the page as the extension sends it. */
export const startBatch = (
  words: { readonly [message: string]: string } = {},
): Promise<PanelHarness> =>
  PanelHarness.start(ENTRY, new Map(), false, (origin) =>
    webviewShell({
      cspSource: origin,
      nonce: 'test',
      scriptUri: `${origin}/panelPage.js`,
      styleUri: `${origin}/batch.css`,
      codiconUri: `${origin}/codicon.css`,
      language: 'en',
      title: 'Upscale Images',
      state: { place: PLACE, folder: 'assets' },
      words,
    }),
  );

/** The page with a plan that has been drawn. */
export async function openBatch(
  harness: PanelHarness,
  { init = MIXED, ...options }: OpenOptions & { readonly init?: BatchInit } = {},
): Promise<PanelPage> {
  const page = await harness.open({ init, ...options });
  await page.until(`document.body.dataset.phase === 'plan'`);
  await page.frame();
  return page;
}

export const totals = (page: PanelPage): Promise<string> =>
  page.page.locator('#totals').innerText();
/** Chooses an option of a list by its place, as a person does. */
export async function choose(page: PanelPage, list: string, option: string): Promise<void> {
  await page.page.locator(list).click();
  await page.page
    .locator(`${list} li`)
    .nth(SHOWN.indexOf(option as Shown))
    .click();
}
export const event = (page: PanelPage, params: unknown): Promise<void> =>
  page.ask(900, 'event', params);
