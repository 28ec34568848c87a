/** The batch's page in each state that a person may meet. */
import { REASONS } from '../../src/batch/types';
import type { BatchInit } from '../../src/shared/batchProtocol';
import { event, initOf, MIXED, row } from './batchHarness';
import type { PanelPage } from './panelHarness';

export const FULL = initOf(
  [
    ...MIXED.plan.rows,
    row(7, { status: 'skip', selected: false, reason: 'previous-output', message: 'Made before.' }),
  ],
  {
    settings: 'PiSA Compact ×4 · 4 times larger',
    interrupted: ['art/0@4x.png'],
    hasUnreadRecipe: true,
  },
);

/** Each state of the page that `FULL` opens, one reached from the other. */
export const STATES: Readonly<Record<string, (page: PanelPage) => Promise<unknown>>> = {
  'the plan with its notices': async () => undefined,
  'unfolded, sorted, a row with the focus': async (page) => {
    await page.page.click('#earlier');
    await page.page.click('#sort-name');
    await page.page.locator('.space .row').first().focus();
  },
  'a list that is open': (page) => page.page.click('#show'),
  'nothing that matches': async (page) => {
    await page.page.keyboard.press('Escape');
    await page.page.fill('#filter input', 'nothing');
  },
  'a run': async (page) => {
    await page.page.fill('#filter input', '');
    await page.page.click('#start');
    await page.result(await page.called('start'), undefined);
    await event(page, {
      kind: 'row',
      id: 'photos/s',
      state: 'failed',
      message: 'The disk is full.',
    });
    const current = [{ id: 'art/0@4x.png', share: 0.5, tile: 1, tiles: 4 }];
    await event(page, { kind: 'row', id: 'art/0@4x.png', state: 'running' });
    await event(page, {
      kind: 'standing',
      standing: { done: 0, total: 2, paused: false, current, secondsLeft: 5 },
    });
  },
  'its report': async (page) => {
    const report = { done: 1, failed: 1, skipped: 0, cancelled: false, seconds: 75 };
    await event(page, { kind: 'row', id: 'art/0@4x.png', state: 'done' });
    await event(page, { kind: 'report', report });
    await page.until(`document.body.dataset.phase === 'plan'`);
  },
  'a plan that is being made': async (page) => {
    await page.page.click('#newPlan');
    await page.called('replan');
  },
  'a problem': async (page) => {
    await page.error(await page.called('replan'), {
      code: 'recipe',
      message: 'rules must be a list.',
    });
    await page.page.locator('#problem').waitFor();
  },
};

/** Reasons for which nothing is made of a picture, and one that asks first. */
const REFUSALS = initOf(
  REASONS.map((reason, i) =>
    row(i, {
      id: `?${reason}`,
      input: `art/${reason}.png`,
      output: '',
      status: 'skip',
      selected: false,
      reason,
      message: `It is left alone: ${reason}.`,
    }),
  ),
  { hasRecipe: true, orphans: 2 },
);
const OTHER = initOf([row(0)], { other: { text: 'Another window is at it.', done: 3, total: 9 } });

/** Pages that begin otherwise, and how each goes on. */
export const OTHER_PAGES: Readonly<
  Record<
    string,
    { readonly init: BatchInit; readonly reach?: (page: PanelPage) => Promise<unknown> }
  >
> = {
  'nothing that is a picture': { init: initOf([]) },
  refusals: { init: REFUSALS },
  'another run in the way': { init: OTHER },
  'that run, seen from here': {
    init: OTHER,
    reach: async (page) => {
      await page.page.click('#wait');
      await page.result(await page.called('wait'), undefined);
      const other = { text: 'Another window is at it.', thenStarts: true };
      await event(page, {
        kind: 'standing',
        standing: { done: 3, total: 9, paused: false, current: [], other },
      });
    },
  },
  'a run that pauses': {
    init: MIXED,
    reach: async (page) => {
      await page.page.click('#start');
      await page.result(await page.called('start'), undefined);
      await event(page, {
        kind: 'standing',
        standing: { done: 1, total: 2, paused: true, current: [] },
      });
    },
  },
};
