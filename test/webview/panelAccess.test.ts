import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  INIT,
  ONE_DIAL,
  PAIR,
  PanelHarness,
  PREVIEW,
  progress,
  RESULT,
  TWO_DIALS,
  type OpenOptions,
  type PanelPage,
} from './panelHarness';
import { THEMES, type ThemeName } from './panelThemes';

const axe = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** Accessibility trees as they should be. */
const TREES = path.join(__dirname, 'panelTrees.txt');

let harness: PanelHarness;

before(async () => {
  harness = await PanelHarness.start();
});
after(() => harness.close());

/** What the extension answers a preview that fails. */
const failing =
  (code: string, hint = 'Close other programs.') =>
  async (panel: PanelPage): Promise<void> =>
    panel.error(await panel.called('preview'), { code, message: 'It did not work.', hint });

/** The panel in each of its states. */
const STATES: Readonly<
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
      await panel.post({ type: 'call', id: 900, method: 'sourceChanged', params: 'deleted' });
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
      await panel.post({ type: 'call', id: 900, method: 'sourceChanged', params: 'changed' });
      await panel.page.click('#saveMore');
    },
  },
};

type Finding = {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly {
    readonly target: readonly string[];
    readonly failureSummary: string;
  }[];
};

/** The panel in one of them. */
async function openAt(name: string): Promise<PanelPage> {
  const { reach, ...options } = STATES[name]!;
  const panel = await harness.open(options);
  await reach(panel);
  return panel;
}

for (const name of Object.keys(STATES)) {
  test(`axe finds nothing serious in any theme: ${name}`, async () => {
    const panel = await openAt(name);
    await panel.page.evaluate(axe);
    for (const theme of Object.keys(THEMES) as ThemeName[]) {
      await panel.wear(theme);
      const { violations } = await panel.page.evaluate<{ violations: Finding[] }>(
        `axe.run(document, { resultTypes: ['violations'] })`,
      );
      const serious = violations.filter(
        ({ impact }) => impact === 'serious' || impact === 'critical',
      );
      assert.deepEqual(
        serious.map(
          ({ id, nodes }) =>
            `${id}: ` +
            nodes
              .map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary}`)
              .join('\n'),
        ),
        [],
        theme,
      );
    }
    assert.deepEqual(panel.problems, []);
    await panel.close();
  });
}

test('no text is cut off or reaches out of the page, at any width', async () => {
  for (const name of Object.keys(STATES)) {
    const panel = await openAt(name);
    for (const [width, height] of [
      [1280, 800],
      [1080, 800],
      [760, 900],
      [560, 900],
      [420, 900],
      [360, 700],
    ] as const) {
      await panel.page.setViewportSize({ width, height });
      await panel.frame();
      const found = await panel.page.evaluate(`[
        ...(document.documentElement.scrollWidth > innerWidth ? ['page'] : []),
        ...Array.from(document.querySelectorAll('button, label, h2, output, small, .tag, .chip, .link, .toolbar, .side, .scroll, .pane, .notice'))
          .filter((element) => element.getClientRects().length > 0 && !element.closest('.file, [aria-hidden=true]'))
          .filter((element) => {
            const { left, right } = element.getBoundingClientRect();
            return element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline' || left < -1 || right > innerWidth + 1;
          })
          .map((element) => element.id || element.className || element.textContent),
      ]`);
      assert.deepEqual(found, [], `${width} px, ${name}`);
    }
    await panel.close();
  }
});

test('at 1280 × 800 nothing needs scrolling', async () => {
  const panel = await harness.open();
  await panel.finish();
  assert.ok(
    await panel.page.evaluate(
      '(({ scrollHeight, clientHeight }) => scrollHeight <= ' +
        `clientHeight)(document.querySelector('.scroll'))`,
    ),
  );
  await panel.close();
});

test('what a screen reader is told, in every state', async () => {
  const told: string[] = [];
  for (const name of Object.keys(STATES)) {
    const panel = await openAt(name);
    await panel.until(
      `document.querySelector('.side').offsetParent === null || ` +
        `document.querySelector('#outputFile').textContent !== '–'`,
    );
    await panel.frame();
    told.push(`# ${name}\n${await panel.page.locator('body').ariaSnapshot()}\n`);
    await panel.close();
  }
  if (process.env.UPDATE_SNAPSHOTS) writeFileSync(TREES, told.join('\n'));
  assert.equal(
    told.join('\n'),
    readFileSync(TREES, 'utf8'),
    'The accessibility tree changed. If that is meant: UPDATE_SNAPSHOTS=1, and look at the ' +
      'difference.',
  );
});

test('progress is announced at the start, half way and at the end only', async () => {
  const panel = await harness.open();
  const call = await panel.called('preview');
  await panel.page.evaluate(`
    window.said = [document.querySelector('#announcements').textContent];
    new MutationObserver(() => window.said.push(document.querySelector('#announcements').textContent)).observe(document.querySelector('#announcements'), { childList: true, characterData: true, subtree: true });
  `);
  for (let done = 1; done <= 16; done++) await panel.progress(call, progress(done));
  await panel.result(call, PREVIEW);
  await panel.frame();
  assert.deepEqual(await panel.page.evaluate('window.said'), [
    'Upscaling has started',
    'Half done',
    'Done in 0.42 s on WebGPU',
  ]);
  // What changes at each tile is in no live region.
  assert.deepEqual(
    await panel.page.evaluate(
      `['#chip', '#tagRight', '#progress'].filter((id) => ` +
        `document.querySelector(id).closest('[aria-live], [role=status], [role=alert]'))`,
    ),
    [],
  );
  await panel.close();
});

test('the policy holds: what it forbids is noticed here, and nothing of the panel does it', async () => {
  const panel = await harness.open();
  await panel.finish();
  assert.equal(panel.problems.length, 0, panel.problems.join('\n'));
  await panel.page.evaluate(`
    document.body.setAttribute('style', 'color: red');
    document.body.append(Object.assign(document.createElement('img'), { src: 'https://example.com/x.png' }), Object.assign(document.createElement('script'), { textContent: 'window.ran = true' }));
  `);
  await panel.frame();
  for (const directive of ['style-src', 'img-src', 'script-src'])
    assert.ok(
      panel.problems.some((problem) => problem.startsWith(`policy: ${directive}`)),
      `${directive} in ${panel.problems.join('\n')}`,
    );
  assert.equal(await panel.page.evaluate('window.ran'), undefined);
  await panel.close();
});

test('nothing moves by itself for those who asked for that', async () => {
  const panel = await harness.open();
  await panel.called('preview');
  await panel.frame();
  const moving =
    `Array.from(document.querySelectorAll('*')).flatMap((element) => ` +
    `[undefined, '::before', '::after'].map((part) => ` +
    'getComputedStyle(element, part))).filter(({ transitionDuration, ' +
    'animationName }) => parseFloat(transitionDuration) > 0 || animationName ' +
    `!== 'none').length`;
  assert.equal(await panel.page.evaluate(moving), 0);
  await panel.page.emulateMedia({ reducedMotion: 'no-preference' });
  assert.notEqual(await panel.page.evaluate(moving), 0, 'else this would test nothing');
  await panel.close();
});

test('every control is reached by Tab, and shows that it has the focus', async () => {
  const panel = await harness.open();
  await panel.finish();
  await panel.page.click('#pin');
  await panel.openPad();
  await panel.page.evaluate('document.activeElement.blur()');
  const reached = new Set<string>();
  for (let i = 0; i < 50; i++) {
    await panel.page.keyboard.press('Tab');
    const { id, outlined } = await panel.page.evaluate<{ id: string; outlined: boolean }>(`(() => {
      const element = document.activeElement;
      const styles = [getComputedStyle(element), getComputedStyle(element, '::-webkit-slider-thumb'), ...Array.from(element.children).map((child) => getComputedStyle(child))];
      const focusBorder = document.createElement('i');
      focusBorder.style.color = 'var(--vscode-focusBorder)';
      document.body.append(focusBorder);
      const border = getComputedStyle(focusBorder).color;
      focusBorder.remove();
      const inside = Array.from(element.shadowRoot?.querySelectorAll('*') ?? [], (part) => getComputedStyle(part));
      return { id: element === document.body ? 'body' : element.id || element.dataset.mode || element.dataset.preset || element.dataset.with || element.className, outlined: element.type === 'range' || [...styles, ...inside].some(({ outlineStyle }) => outlineStyle !== 'none') || inside.some(({ borderTopColor }) => borderTopColor === border) };
    })()`);
    if (id === 'body') continue;
    assert.ok(outlined, id);
    reached.add(id);
  }
  for (const id of [
    'divider',
    'zoomOut',
    'zoomIn',
    'zoomFit',
    'zoomActual',
    'checkerboard',
    'originalPixels',
    'loupe',
    'chip',
    'save',
    'saveMore',
    'stage',
    'padFoldTitle',
    'aboutPad',
    'pad',
    'pixelNumber',
    'pixelSlider',
    'semanticNumber',
    'semanticSlider',
    'full',
    'consistency',
    'invented',
    'model',
    'scale',
    'format',
    'quality',
    'pixelArt',
    'outputFile',
    'A',
    'swap',
    'unpin',
    'applyToOthers',
  ]) {
    assert.ok(reached.has(id), id);
  }
  await panel.close();
});

test('the views have words wherever these fit, and are icons where they do not', async () => {
  const panel = await harness.open();
  await panel.finish();
  const widthOfLabel = (): Promise<number> =>
    panel.page.evaluate(`document.querySelector('.modes .label').getBoundingClientRect().width`);
  const shown: number[] = [];
  for (const width of [1400, 1280, 1050, 900, 780, 500]) {
    await panel.page.setViewportSize({ width, height: 800 });
    await panel.frame();
    if ((await widthOfLabel()) > 1) shown.push(width);
  }
  assert.ok(shown.includes(1050), 'a window of 1400 pixels with the explorer open');
  assert.ok(!shown.includes(780) && !shown.includes(500));
  // The widest that was refused and came back.
  await panel.page.setViewportSize({ width: 1400, height: 800 });
  await panel.frame();
  assert.ok((await widthOfLabel()) > 1);
  await panel.close();
});
