/** The comparison's page in each state that a person may meet. */
import {
  INIT,
  ONE_DIAL,
  PAIR,
  type PanelHarness,
  PREVIEW,
  progress,
  RESULT,
  TWO_DIALS,
  type OpenOptions,
  type PanelPage,
} from './panelHarness';

/** What the extension answers a preview that fails. */
const failing =
  (code: string, hint = 'Close other programs.') =>
  async (panel: PanelPage): Promise<void> =>
    panel.error(await panel.called('preview'), { code, message: 'It did not work.', hint });

/** The panel in each of its states. */
export const STATES: Readonly<
  Record<
    string,
    Pick<OpenOptions, 'init' | 'answers'> & { readonly reach: (panel: PanelPage) => Promise<void> }
  >
> = {
  done: { reach: (panel) => panel.finish() },
  loading: { reach: async (panel) => panel.progress(await panel.called('preview'), progress(6)) },
  error: {
    reach: async (panel) =>
      panel.error(await panel.called('preview'), {
        code: 'inference-failed',
        message: 'WebGPU ran out of memory.',
        hint: 'Close other programs.',
      }),
  },
  cancelled: { reach: failing('cancelled') },
  'a picture that can’t be opened': { reach: failing('input-damaged') },
  'too large to be seen': { reach: failing('preview-too-large') },
  'no start': {
    answers: [],
    reach: async (panel) =>
      panel.error(await panel.called('init'), { code: 'internal', message: 'It did not work.' }),
  },
  'a draft, words that nothing reads yet': {
    init: { ...INIT, models: [{ ...TWO_DIALS, prompts: 'missing' }, ONE_DIAL] },
    reach: async (panel) => {
      await panel.finish(PREVIEW, { ...RESULT, exact: false, draft: true });
      await panel.called('exact');
    },
  },
  'left alone, its original gone': {
    init: { ...INIT, leftAlone: 'Its name says that it is enlarged already.' },
    reach: async (panel) => {
      await panel.finish();
      await panel.ask(900, 'sourceChanged', 'deleted');
    },
  },
  'saving, side by side': {
    reach: async (panel) => {
      await panel.finish();
      await panel.page.keyboard.press('2');
      await panel.page.click('#save');
      await panel.called('save');
    },
  },
  'not saved, difference, loupe': {
    reach: async (panel) => {
      await panel.finish();
      await panel.page.keyboard.press('4');
      await panel.page.click('#loupe');
      await panel.page.click('#save');
      await panel.error(await panel.called('save'), {
        code: 'disk-full',
        message: 'No space is left.',
        hint: 'Free some.',
      });
    },
  },
  'one dial': {
    init: { ...INIT, model: ONE_DIAL.id },
    reach: (panel) =>
      panel.finish({ ...PREVIEW, notes: ['A note.'] }, { ...RESULT, branches: ['pixel'] }),
  },
  'saved, pad open': {
    init: { ...INIT, missingModel: 'pisa-sr' },
    reach: async (panel) => {
      await panel.finish();
      await panel.openPad();
      await panel.page.click('#save');
      await panel.result(await panel.called('save'), { fileName: 'maple@4x.jpg' });
    },
  },
  'a result of before, words, a second model': {
    init: {
      ...INIT,
      result: PAIR.result,
      models: [{ ...TWO_DIALS, partners: ['one'], prompts: 'ready' }, ONE_DIAL],
    },
    reach: async (panel) => panel.progress(await panel.called('preview'), progress(6)),
  },
  'pair of several': {
    init: { ...PAIR, series: { at: 1, count: 12 } },
    reach: (panel) => panel.until(`document.body.getAttribute('aria-busy') === 'false'`),
  },
  pair: {
    init: PAIR,
    reach: (panel) => panel.until(`document.body.getAttribute('aria-busy') === 'false'`),
  },
  'a version of before': {
    init: {
      ...PAIR,
      names: { original: 'HEAD', upscaled: 'Now' },
      facts: 'HEAD, 1a2b3c4: 256×192, 40 kB · now: 1024×768, 310 kB',
    },
    reach: (panel) => panel.until(`document.body.getAttribute('aria-busy') === 'false'`),
  },
  'pinned, map, menu, banner': {
    reach: async (panel) => {
      await panel.finish();
      await panel.page.click('#pin');
      await panel.page.click('[data-preset=vivid]');
      await panel.page.keyboard.press('5');
      await panel.ask(900, 'sourceChanged', 'changed');
      await panel.page.click('#saveMore');
    },
  },
};

/** The panel in one of them. */
export async function openAt(
  harness: PanelHarness,
  name: string,
  more: OpenOptions = {},
): Promise<PanelPage> {
  const { reach, ...options } = STATES[name]!;
  const panel = await harness.open({ ...options, ...more });
  await reach(panel);
  await panel.leave();
  return panel;
}
