import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { loadAxe, violationsInThemes } from './axe';
import { PanelHarness, PREVIEW, progress } from './panelHarness';
import { openAt, STATES } from './panelStates';

/** Accessibility trees as they should be. */
const TREES = path.join(__dirname, 'panelTrees.txt');

let harness: PanelHarness;

before(async () => {
  harness = await PanelHarness.start();
});
after(() => harness.close());

const told = new Map<string, string>();
after(() => {
  if (process.env.UPDATE_SNAPSHOTS) writeFileSync(TREES, [...told.values()].join('\n'));
});

for (const name of Object.keys(STATES)) {
  test(`${name}: what a screen reader is told; axe finds nothing serious in any theme`, async () => {
    const panel = await openAt(harness, name);
    await panel.until(
      `document.querySelector('.side').offsetParent === null || ` +
        `document.querySelector('#outputFile').textContent !== '–'`,
    );
    await panel.frame();
    const tree = `# ${name}\n${await panel.page.locator('body').ariaSnapshot()}\n`;
    told.set(name, tree);
    if (!process.env.UPDATE_SNAPSHOTS)
      assert.equal(
        tree,
        readTrees().get(name),
        'The accessibility tree changed. If that is meant: UPDATE_SNAPSHOTS=1, and look at the ' +
          'difference.',
      );
    await loadAxe(panel);
    assert.deepEqual(await violationsInThemes(panel), []);
    assert.deepEqual(panel.problems, []);
    await panel.close();
  });
}

/** Trees by the state's name. */
const readTrees = (): Map<string, string> =>
  new Map(
    readFileSync(TREES, 'utf8')
      .split(/\n(?=# )/)
      .map((tree) => [/^# (.*)/.exec(tree)![1]!, tree] as const),
  );

test('no tree is left of a state that is no more', () => {
  assert.deepEqual([...readTrees().keys()], Object.keys(STATES));
});

test('axe would find a color that can’t be read, in the theme that has it', async () => {
  const panel = await harness.open();
  await panel.finish();
  await loadAxe(panel);
  await panel.page.evaluate(`{
    const faint = Object.assign(document.createElement('p'), { textContent: 'Faint', id: 'faint' });
    faint.style.cssText = 'position: fixed; inset: 0 auto auto 0; z-index: 99; background: #ddd; color: var(--vscode-editor-foreground)';
    document.body.prepend(faint);
  }`);
  const found = await violationsInThemes(panel);
  const themes = new Set(found.map((violation) => violation.split(':')[0]));
  assert.deepEqual([...themes], ['dark', 'highContrast'], found.join('\n'));
  assert.match(found[0]!, /color-contrast: #faint/);
  await panel.close();
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

test('the focus begins at the picture, which says what it is, and stays where somebody put it', async () => {
  const panel = await harness.open();
  const focused = (): Promise<string> => panel.page.evaluate('document.activeElement.id');
  assert.equal(await focused(), 'stage');
  await panel.finish();
  assert.equal(await focused(), 'stage');
  await panel.page.keyboard.press('Tab');
  const next = await focused();
  assert.notEqual(next, 'stage');
  await panel.page.evaluate(`window.dispatchEvent(new Event('focus'))`);
  assert.equal(await focused(), next, 'who comes back is where they were');
  await panel.page.evaluate(
    `document.activeElement.blur(), window.dispatchEvent(new Event('focus'))`,
  );
  assert.equal(await focused(), 'stage');
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
