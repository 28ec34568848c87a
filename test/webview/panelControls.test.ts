import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { zoomOf } from '../../src/webview/viewTransform';
import {
  INIT,
  ONE_DIAL,
  PanelHarness,
  PREVIEW,
  RESULT,
  TWO_DIALS,
  type PanelPage,
} from './panelHarness';

let harness: PanelHarness;
let panel: PanelPage;

before(async () => {
  harness = await PanelHarness.start();
});
after(() => harness.close());
afterEach(async () => {
  const problems = [...panel.problems];
  await panel.close();
  assert.deepEqual(problems, []);
});

/** A panel whose preview is finished. */
async function ready(options: Parameters<PanelHarness['open']>[0] = {}): Promise<void> {
  panel = await harness.open(options);
  await panel.finish();
}

const guidance = async (): Promise<readonly [number, number]> => {
  const { pixel, semantic } = (await panel.scene()).guidance;
  return [pixel, semantic];
};
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await panel.page.keyboard.press(key);
  await panel.frame();
};
const click = async (selector: string): Promise<void> => {
  await panel.page.click(selector);
  await panel.frame();
};
const checked = (group: string): Promise<string | null> =>
  panel.page.locator(`${group} [aria-checked=true]`).textContent();

test('modes by mouse, by number and by arrow keys', async () => {
  await ready();
  assert.equal((await panel.scene()).mode, 'divider');
  for (const [index, mode] of ['divider', 'side', 'hold', 'difference', 'map'].entries()) {
    await press(String(index + 1));
    assert.equal((await panel.scene()).mode, mode);
    assert.equal(await panel.attribute(`[data-mode=${mode}][role=radio]`, 'aria-checked'), 'true');
  }
  await click('[data-mode=side]');
  await press('ArrowRight');
  assert.equal((await panel.scene()).mode, 'hold');
  assert.equal(await panel.page.evaluate('document.activeElement.dataset.mode'), 'hold');
  await press('ArrowLeft', 'ArrowLeft', 'ArrowLeft');
  assert.equal((await panel.scene()).mode, 'map');
  assert.equal((await panel.stored()).mode, 'map');
  await press('Home');
  assert.equal((await panel.scene()).mode, 'divider');
  await press('End');
  assert.equal((await panel.scene()).mode, 'map');
});

test('zoom by buttons, keys, Ctrl and wheel, and double-click; the wheel alone, arrow and page keys move', async () => {
  await ready();
  const zoom = async (): Promise<number | 'fit'> => (await panel.scene()).view.zoom;
  await click('#zoomActual');
  assert.equal(await zoom(), 1);
  assert.equal(await panel.text('#zoomValue'), '100%');
  assert.equal(await panel.attribute('#zoomActual', 'aria-pressed'), 'true');
  await click('#zoomIn');
  assert.equal(await zoom(), 1.5);
  await press('+', '-', '-');
  assert.equal(await zoom(), 1);
  await click('#zoomOut');
  await click('#zoomFit');
  assert.equal(await zoom(), 'fit');
  await press('+', '0');
  assert.equal(await zoom(), 'fit');

  await panel.page.mouse.move(300, 300);
  const under = async (): Promise<readonly [number, number]> => {
    const { view, stage, panes } = await panel.scene();
    const scale = zoomOf(view, { picture: RESULT.size, pane: panes[0], pixelRatio: 1 });
    const { y } = (await panel.page.locator('#stage').boundingBox())!;
    return [
      view.x * RESULT.size.width + (300 - stage.width / 2) / scale,
      view.y * RESULT.size.height + (300 - y - stage.height / 2) / scale,
    ];
  };
  // A fitted picture has nowhere to go: a wheel alone neither moves nor enlarges it.
  await panel.page.mouse.wheel(0, -300);
  await panel.frame();
  assert.equal(await zoom(), 'fit');
  const anchor = await under();
  await panel.page.keyboard.down('Control');
  await panel.page.mouse.wheel(0, -300);
  await panel.page.keyboard.up('Control');
  await panel.until('window.scene.view.zoom !== "fit" && window.scene.view.zoom > 2');
  for (const [index, value] of (await under()).entries())
    assert.ok(Math.abs(value - anchor[index]!) < 1, 'what is under the pointer stays there');
  const before = (await panel.scene()).view;
  await panel.page.keyboard.down('Shift');
  await panel.page.mouse.wheel(0, 120);
  await panel.page.keyboard.up('Shift');
  await panel.until(`window.scene.view.x > ${before.x}`);
  await panel.page.mouse.wheel(-120, 0);
  await panel.until(`window.scene.view.x < ${before.x} + 1e-6`);
  // Two fingers move it in both directions at once.
  await panel.page.mouse.wheel(60, 60);
  await panel.until(`window.scene.view.x > ${before.x} && window.scene.view.y > ${before.y}`);
  await panel.page.mouse.wheel(-60, -60);
  await panel.until(`window.scene.view.y < ${before.y} + 1e-6`);
  assert.equal((await panel.scene()).view.zoom, before.zoom);
  await panel.page.focus('#stage');
  await press('ArrowLeft', 'PageUp');
  const moved = (await panel.scene()).view;
  assert.ok(moved.x < before.x && moved.y < before.y);
  await press('PageDown');
  assert.ok((await panel.scene()).view.y > moved.y);
  await panel.page.mouse.dblclick(300, 300);
  await panel.frame();
  assert.equal(await zoom(), 'fit');
});

test('dragging moves an enlarged picture', async () => {
  await ready({ stored: { view: { zoom: 4, x: 0.5, y: 0.5 } } });
  const before = (await panel.scene()).view;
  await panel.page.mouse.move(300, 300);
  await panel.page.mouse.down();
  await panel.page.mouse.move(340, 320, { steps: 3 });
  await panel.page.mouse.up();
  await panel.frame();
  const { x, y } = (await panel.scene()).view;
  assert.deepEqual(
    [Math.round((before.x - x) * 1024 * 4), Math.round((before.y - y) * 768 * 4)],
    [40, 20],
  );
});

test('the divider by mouse and keys', async () => {
  await ready();
  const at = async (): Promise<number> => (await panel.scene()).divider;
  await panel.page.focus('#divider');
  await press('ArrowRight');
  assert.equal(await at(), 0.51);
  await press('Shift+ArrowLeft');
  assert.equal(await at(), 0.41);
  assert.equal(await panel.attribute('#divider', 'aria-valuetext'), '41% Original, 59% Upscaled');
  await press('Home');
  assert.equal(await at(), 0);
  await press('PageUp', 'PageUp', 'PageDown');
  assert.equal(await at(), 0.1);
  await press('End');
  assert.equal(await at(), 1);
  assert.ok((await panel.attribute('#tagRight', 'class'))?.includes('faded'));
  await panel.page.locator('#divider .knob').dblclick();
  await panel.frame();
  assert.equal(await at(), 0.5);
  const knob = (await panel.page.locator('#divider').boundingBox())!;
  await panel.page.mouse.move(knob.x + 12, knob.y + 50);
  await panel.page.mouse.down();
  await panel.page.mouse.move(knob.x + 112, knob.y + 50, { steps: 4 });
  await panel.page.mouse.up();
  await panel.frame();
  const picture = (await panel.page.locator('#frame').boundingBox())!;
  assert.ok(Math.abs((await at()) - (knob.x + 112 - picture.x) / picture.width) < 0.002);
  assert.equal((await panel.stored()).divider, await at());
});

test('hold to compare: Space and the mouse button', async () => {
  await ready();
  await press('3');
  await panel.page.focus('#stage');
  await panel.page.keyboard.down(' ');
  await panel.frame();
  assert.equal((await panel.scene()).held, true);
  assert.match(await panel.text('#tagRight'), /^Original/);
  await panel.page.keyboard.up(' ');
  await panel.frame();
  assert.equal((await panel.scene()).held, false);
  await panel.page.mouse.move(400, 400);
  await panel.page.mouse.down();
  await panel.frame();
  assert.equal((await panel.scene()).held, true);
  await panel.page.mouse.up();
  await panel.frame();
  assert.equal((await panel.scene()).held, false);
  assert.match(await panel.text('#hint'), /Space/);
  // Also right after the mode, a preset or a slider was used; what Space presses it goes on to
  // press.
  for (const [selector, held] of [
    ['[data-mode=hold]', true],
    ['[data-preset=full]', true],
    ['#pixelSlider', true],
    ['#loupe', false],
  ] as const) {
    await panel.page.focus(selector);
    await panel.page.keyboard.down(' ');
    await panel.frame();
    assert.equal((await panel.scene()).held, held, selector);
    await panel.page.keyboard.up(' ');
    await panel.frame();
    assert.equal((await panel.scene()).held, false, selector);
  }
  assert.deepEqual(
    [(await panel.scene()).mode, await panel.attribute('#loupe', 'aria-pressed')],
    ['hold', 'true'],
  );
});

test('checkerboard, real pixels, loupe', async () => {
  await ready();
  // What is transparent is seen at once; behind what is opaque the board changes nothing.
  assert.equal((await panel.scene()).checkerboard, true);
  for (const [name, pressed] of [
    ['checkerboard', false],
    ['originalPixels', true],
    ['loupe', true],
  ] as const) {
    await click(`#${name}`);
    assert.equal(await panel.attribute(`#${name}`, 'aria-pressed'), String(pressed));
    assert.equal((await panel.stored())[name], pressed);
  }
  const { checkerboard, originalPixels } = await panel.scene();
  assert.deepEqual([checkerboard, originalPixels], [false, true]);
  await panel.page.mouse.move(400, 300);
  await panel.frame();
  assert.equal(await panel.text('#loupeAt'), 'x 400, y 260');
  assert.deepEqual(await panel.page.locator('#loupeBox output').allInnerTexts(), [
    '120 98 77 128',
    '130 101 80',
  ]);
  assert.deepEqual((await panel.renderer('drawLoupe')).map(([, side]) => side).slice(-2), [
    'compare',
    'result',
  ]);
  await panel.page.mouse.move(1200, 20);
  await panel.frame();
  assert.ok(await panel.page.locator('#loupeBox').isHidden());
  // By keyboard it reads the middle of what is seen.
  await panel.page.focus('#loupe');
  for (
    let i = 0;
    i < 40 && (await panel.page.evaluate('document.activeElement.id')) !== 'stage';
    i++
  )
    await press('Tab');
  assert.equal(await panel.text('#loupeAt'), 'x 500, y 380');
  await press('Tab');
  assert.ok(await panel.page.locator('#loupeBox').isHidden());
});

test('the pad by keys, by mouse, and what it says', async () => {
  await ready();
  await panel.openPad();
  await panel.page.focus('#pad');
  await press('ArrowLeft', 'ArrowUp');
  assert.deepEqual(await guidance(), [0.95, 1.05]);
  await press('Shift+ArrowLeft', 'Alt+ArrowDown');
  assert.deepEqual(await guidance(), [0.7, 1.04]);
  assert.equal(
    await panel.attribute('#pad', 'aria-valuetext'),
    'Pixel fidelity 0.70, semantic detail 1.04',
  );
  await press('Home');
  assert.deepEqual(await guidance(), [1, 1]);
  await press('PageDown');
  assert.deepEqual(await guidance(), [1, 0.75]);
  await press('PageUp', 'PageUp', 'PageUp', 'PageUp');
  assert.deepEqual(await guidance(), [1, 1.5]);
  await press('End', 'ArrowRight');
  assert.deepEqual(await guidance(), [1.5, 1.5]);
  await press('Home');
  const box = (await panel.page.locator('#pad').boundingBox())!;
  const at = (pixel: number, semantic: number): [number, number] => [
    box.x + (pixel / 1.5) * box.width,
    box.y + box.height - (semantic / 1.5) * box.height,
  ];
  await panel.page.mouse.move(...at(0.3, 0.3));
  await panel.page.mouse.down();
  await panel.page.mouse.move(...at(0.6, 0.8), { steps: 5 });
  await panel.page.mouse.move(...at(0.51, 1.24), { steps: 5 });
  await panel.page.mouse.up();
  await panel.frame();
  const [pixel, semantic] = await guidance();
  assert.equal(pixel, 0.5, 'snaps near a half');
  assert.ok(Math.abs(semantic - 1.24) < 0.02);
  await press('Control+z');
  assert.deepEqual(await guidance(), [1, 1], 'a drag is one step');
  await press('Control+Shift+Z');
  assert.deepEqual(await guidance(), [pixel, semantic]);
  await panel.page.mouse.dblclick(...at(0.2, 0.2));
  await panel.frame();
  assert.deepEqual(await guidance(), [1, 1]);
});

test('sliders, numbers and the pad agree', async () => {
  await ready();
  await panel.page.focus('#semanticSlider');
  for (const [id, attribute, value] of ['pixel', 'semantic'].flatMap((name) =>
    [`#${name}Slider`, `#${name}Number`].flatMap(
      (id) =>
        [
          [id, 'min', '0'],
          [id, 'max', '1.5'],
          [id, 'step', '0.05'],
        ] as const,
    ),
  )) {
    assert.equal(await panel.attribute(id, attribute), value, `${id} ${attribute}`);
  }
  await press('ArrowLeft', 'ArrowLeft');
  assert.deepEqual(await guidance(), [1, 0.9]);
  await press('PageDown', 'Shift+ArrowLeft', 'ArrowUp', 'ArrowDown');
  assert.deepEqual(await guidance(), [1, 0.4]);
  await press('Home');
  assert.deepEqual(await guidance(), [1, 0]);
  await press('PageUp', 'End');
  assert.deepEqual(await guidance(), [1, 1.5]);
  await press('Control+z', 'Control+z', 'Control+z');
  assert.deepEqual(await guidance(), [1, 0.4]);
  await press('Alt+ArrowRight', 'Alt+ArrowRight');
  assert.deepEqual(await guidance(), [1, 0.42]);
  assert.deepEqual(
    [
      await panel.page.inputValue('#semanticNumber'),
      await panel.page.inputValue('#semanticSlider'),
    ],
    ['0.42', '0.42'],
  );
  assert.equal(await panel.attribute('#semanticSlider', 'aria-valuetext'), '0.42');
  await panel.page.fill('#pixelNumber', '0.4');
  await press('Enter');
  assert.deepEqual(await guidance(), [0.4, 0.42]);
  assert.equal(await panel.page.inputValue('#pixelSlider'), '0.4');
  assert.match((await panel.attribute('#pad', 'style')) ?? '', /--x: 26\.6+/);
  await panel.page.fill('#pixelNumber', '7');
  await press('Tab');
  assert.equal(await panel.page.inputValue('#pixelNumber'), '1.50');
  await panel.page.fill('#pixelNumber', '');
  await press('Tab');
  assert.deepEqual(
    [await guidance(), await panel.page.inputValue('#pixelNumber')],
    [[1.5, 0.42], '1.50'],
  );
  await panel.page.dblclick('#pixelSlider');
  await panel.frame();
  assert.deepEqual(await guidance(), [1, 0.42]);
  // A digit in a number field is a digit, not a mode.
  await panel.page.focus('#pixelNumber');
  await press('2');
  assert.equal((await panel.scene()).mode, 'divider');
});

test('a slider’s drag is undone in one step, with buttons too', async () => {
  await ready();
  const box = (await panel.page.locator('#pixelSlider').boundingBox())!;
  await panel.page.mouse.move(box.x + box.width * 0.66, box.y + 9);
  await panel.page.mouse.down();
  for (const share of [0.5, 0.4, 0.3, 0.2])
    await panel.page.mouse.move(box.x + box.width * share, box.y + 9);
  await panel.page.mouse.up();
  await panel.frame();
  const [dragged] = await guidance();
  assert.ok(dragged < 0.4);
  assert.equal(dragged, Math.round(dragged * 20) / 20, 'a slider is dragged in steps of 0.05');
  await click('#undo');
  assert.deepEqual(await guidance(), [1, 1]);
  assert.ok(await panel.page.locator('#undo').isDisabled());
  assert.equal(
    await panel.page.evaluate('document.activeElement.id'),
    'redo',
    'the focus is not lost',
  );
  await press('Control+z', 'Control+y');
  assert.deepEqual((await guidance())[0], dragged);
  await click('#undo');
  await click('#redo');
  assert.deepEqual((await guidance())[0], dragged);
  await click('#reset');
  assert.deepEqual(await guidance(), [1, 1]);
  assert.ok(await panel.page.locator('#reset').isDisabled());
});

test('the default point is the settings’: on the pad, for Reset, Home and a double-click', async () => {
  await ready({ init: { ...INIT, guidance: { pixel: 0.9, semantic: 0.3 } } });
  assert.deepEqual(await guidance(), [0.9, 0.3]);
  assert.ok(await panel.page.locator('#reset').isDisabled());
  await panel.openPad();
  const [pad, ring] = [
    (await panel.page.locator('#pad').boundingBox())!,
    (await panel.page.locator('.ring').boundingBox())!,
  ];
  assert.ok(Math.abs((ring.x + ring.width / 2 - pad.x) / pad.width - 0.9 / 1.5) < 0.01);
  assert.ok(
    Math.abs((pad.y + pad.height - ring.y - ring.height / 2) / pad.height - 0.3 / 1.5) < 0.01,
  );
  const toDefault = {
    Home: () => press('Home'),
    Reset: () => click('#reset'),
    'a double-click': () => panel.page.mouse.dblclick(pad.x + 30, pad.y + 30),
  };
  for (const [name, act] of Object.entries(toDefault)) {
    await panel.page.focus('#pad');
    await press('PageUp');
    assert.notDeepEqual(await guidance(), [0.9, 0.3]);
    await act();
    await panel.frame();
    assert.deepEqual(await guidance(), [0.9, 0.3], name);
  }
  assert.match((await panel.attribute('#reset', 'aria-description')) ?? '', /0\.90 · 0\.30/);
});

test('presets, and Auto as the extension chose it', async () => {
  await ready();
  for (const [name, pixel, semantic] of [
    ['faithful', 1, 0],
    ['balanced', 1, 0.5],
    ['vivid', 1, 1.3],
    ['auto', 1.1, 0.7],
    ['full', 1, 1],
  ] as const) {
    await click(`[data-preset=${name}]`);
    assert.deepEqual(await guidance(), [pixel, semantic]);
    assert.equal(await panel.attribute(`[data-preset=${name}]`, 'aria-checked'), 'true');
  }
  await press('ArrowLeft');
  assert.deepEqual(await guidance(), [1, 0.5]);
  await click('[data-preset=auto]');
  await panel.openPad();
  await panel.page.focus('#pad');
  await press('ArrowRight');
  assert.equal(await panel.page.locator('#presets [aria-checked=true]').count(), 0);
  assert.match(
    (await panel.attribute('[data-preset=auto]', 'aria-description')) ?? '',
    /1\.10 · 0\.70/,
  );
});

test('presets say what they do, and serve a model with any of the dials', async () => {
  const invents = { ...TWO_DIALS, id: 'invents', name: 'Invents', branches: ['semantic'] } as const;
  for (const [model, branches, usable] of [
    [TWO_DIALS, ['pixel', 'semantic'], ['faithful', 'balanced', 'full', 'vivid', 'auto']],
    [ONE_DIAL, ['pixel'], ['faithful', 'auto']],
    [invents, ['semantic'], ['faithful', 'balanced', 'full', 'vivid', 'auto']],
  ] as const) {
    panel = await harness.open({ init: { ...INIT, models: [model], model: model.id } });
    await panel.finish(PREVIEW, { ...RESULT, branches });
    const enabled = await panel.page.evaluate<string[]>(
      `Array.from(document.querySelectorAll('[data-preset]:enabled'), ({ dataset }) => dataset.preset)`,
    );
    assert.deepEqual(enabled, usable, model.name);
    for (const preset of enabled) {
      await click(`[data-preset=${preset}]`);
      assert.equal(
        await panel.attribute(`[data-preset=${preset}]`, 'aria-checked'),
        'true',
        preset,
      );
    }
    if (model !== invents) {
      await panel.close();
      continue;
    }
    await click('[data-preset=balanced]');
    assert.deepEqual(await guidance(), [0, 0.5]);
    assert.equal(
      await panel.attribute('[data-preset=balanced]', 'aria-description'),
      'Semantic detail 0.50',
    );
  }
  assert.match(await panel.text('[data-preset=faithful]'), /Faithful\s+invents nothing/);
  assert.match(await panel.text('[data-preset=vivid]'), /Vivid\s+invents a lot/);
});

test('the sliders come first; the pad is folded, and stays as it was left', async () => {
  await ready();
  assert.ok(await panel.page.locator('#pad').isHidden());
  const top = async (selector: string): Promise<number> =>
    (await panel.page.locator(selector).boundingBox())!.y;
  assert.ok((await top('#pixelSlider')) < (await top('#padFold')));
  await panel.page.focus('#padFold summary');
  await press('Enter');
  assert.ok(await panel.page.locator('#pad').isVisible());
  const stored = await panel.stored();
  await panel.close();
  await ready({ stored });
  assert.ok(await panel.page.locator('#pad').isVisible());
});

test('quality and detail stand beside the format, where they say something', async () => {
  await ready();
  const shown = async (): Promise<string> =>
    (await Promise.all(['lossless', 'quality'].map((id) => panel.page.locator(`#${id}`).count())))
      .map(String)
      .join(' ');
  // maple.jpg, as original.
  assert.equal(await shown(), '0 1');
  await panel.page.focus('#quality');
  await press('ArrowLeft', 'ArrowLeft');
  assert.equal(await panel.text('output[for=quality]'), '88');
  for (const [format, expected] of [
    ['png', '0 0'],
    ['tiff', '0 0'],
    ['jpeg', '0 1'],
    ['avif', '1 1'],
    ['webp', '1 1'],
  ] as const) {
    await panel.choose('#format', format);
    assert.equal(await shown(), expected, format);
  }
  assert.deepEqual(await panel.options('#lossless'), ['Without loss', 'With loss, smaller']);
  await panel.choose('#lossless', 'always');
  assert.equal(await shown(), '1 0');
  await press('Control+s');
  const { params } = await panel.called('save');
  assert.deepEqual([params?.format, params?.quality, params?.lossless], ['webp', 88, 'always']);
  await panel.close();
  await ready({
    // Its bytes decide, not what it is called.
    init: { ...INIT, original: { ...INIT.original, fileName: 'maple.jpg', format: 'webp' } },
  });
  assert.deepEqual(await panel.options('#lossless'), [
    'As original',
    'Without loss',
    'With loss, smaller',
  ]);
  assert.equal(await panel.chosen('#lossless'), 'auto');
});

test('figures follow the dials, and warn in words', async () => {
  await ready();
  assert.deepEqual(
    [await panel.text('#consistencyValue'), await panel.text('#consistencyWord')],
    ['31.4 dB', 'same picture'],
  );
  assert.deepEqual(
    [await panel.text('#inventedValue'), await panel.text('#inventedWord')],
    ['8.0%', 'of all pixels'],
  );
  await click('[data-preset=vivid]');
  assert.deepEqual(
    [await panel.text('#inventedValue'), await panel.text('#inventedWord')],
    ['12.0%', 'a lot'],
  );
  assert.ok((await panel.attribute('#invented', 'class'))?.includes('warns'));
  await click('[data-preset=faithful]');
  assert.deepEqual(
    [await panel.text('#inventedValue'), await panel.text('#inventedWord')],
    ['0.0%', 'nothing invented'],
  );
  assert.equal(
    await panel.attribute('#inventedMeter', 'aria-valuetext'),
    '0.0 percent of pixels, nothing invented',
  );
  await panel.openPad();
  assert.ok(await panel.page.locator('#zone').isVisible());
});

test('a figure that reads the same has the same word', async () => {
  panel = await harness.open();
  // 10.02 % of all pixels: read as 10.0%, which is not more than a tenth.
  const inventedLuma = Array.from({ length: 13 }, (_, level) =>
    level === 3 ? 8998 : level === 12 ? 1002 : 0,
  );
  await panel.finish({ ...PREVIEW, figures: { ...PREVIEW.figures, inventedLuma } });
  assert.deepEqual(
    [await panel.text('#inventedValue'), await panel.text('#inventedWord')],
    ['10.0%', 'of all pixels'],
  );
});

test('the views have their words in a window of usual width, with the explorer beside', async () => {
  await ready({ width: 1040, height: 800 });
  await panel.page.locator('.toolbar[data-words]').waitFor();
  for (const [mode, word] of [
    ['hold', 'Hold'],
    ['map', 'Invention map'],
  ] as const) {
    const label = panel.page.locator(`[data-mode=${mode}] .label`);
    assert.equal(await label.innerText(), word);
    assert.ok(((await label.boundingBox())?.width ?? 0) > 20);
  }
});

test('one dial: the pad keeps to its axis, and what is unknown is not called 0 %', async () => {
  panel = await harness.open({ init: { ...INIT, model: ONE_DIAL.id } });
  await panel.finish(
    { ...PREVIEW, figures: { ...PREVIEW.figures, inventedLuma: [] } },
    { ...RESULT, branches: ['pixel'] },
  );
  assert.deepEqual(await guidance(), [1, 0]);
  await panel.openPad();
  await panel.page.focus('#pad');
  await press('ArrowUp', 'ArrowLeft');
  assert.deepEqual(await guidance(), [0.95, 0]);
  assert.equal(await panel.attribute('#pad', 'aria-valuetext'), 'Pixel fidelity 0.95');
  assert.ok(await panel.page.locator('#semanticSlider').isDisabled());
  assert.equal(await panel.text('#semanticMissing'), 'Not in this model: it has one dial only.');
  assert.deepEqual(
    [await panel.text('#inventedValue'), await panel.text('#inventedWord')],
    ['–', 'one dial: unknown'],
  );
  for (const name of ['balanced', 'full', 'vivid'])
    assert.ok(await panel.page.locator(`[data-preset=${name}]`).isDisabled());
  assert.ok(await panel.page.locator('[data-mode=map]').isDisabled());
  await press('5');
  assert.equal((await panel.scene()).mode, 'divider');
  // The missing dial's value comes back with a model that has it.
  await panel.choose('#model', 'two');
  await panel.finish(PREVIEW, RESULT, 1);
  assert.deepEqual(await guidance(), [0.95, 1]);
});

test('A is pinned, compared with, swapped and unpinned', async () => {
  await ready();
  await click('#pin');
  assert.deepEqual(await panel.renderer('pin'), [['pin', { pixel: 1, semantic: 1 }]]);
  assert.equal(await panel.page.evaluate('document.activeElement.dataset.with'), 'A');
  assert.equal((await panel.scene()).compareWith, 'A');
  await click('[data-preset=faithful]');
  assert.equal(await panel.text('#tagLeft'), 'A 1.00 · 1.00');
  await click('[data-with=original]');
  assert.equal((await panel.scene()).compareWith, 'original');
  await press('ArrowRight');
  assert.equal((await panel.scene()).compareWith, 'A');
  await click('#swap');
  assert.deepEqual(await guidance(), [1, 1]);
  assert.deepEqual((await panel.stored()).pinned, {
    model: 'two',
    guidance: { pixel: 1, semantic: 0 },
    prompt: '',
  });
  assert.equal(await checked('#compareWith'), 'A 1.00 · 0.00');
  await click('#unpin');
  assert.ok(await panel.page.locator('#pin').isVisible());
  assert.equal(await panel.page.evaluate('document.activeElement.id'), 'pin');
  assert.equal((await panel.scene()).compareWith, 'original');
});

test('A of another model stays while it is shown, and swapping computes its model again', async () => {
  await ready();
  await click('#pin');
  await panel.choose('#model', 'one');
  await panel.finish(
    { ...PREVIEW, figures: { ...PREVIEW.figures, inventedLuma: [] } },
    { ...RESULT, branches: ['pixel'] },
    1,
  );
  assert.equal((await panel.scene()).compareWith, 'A');
  assert.match(await panel.text('#tagLeft'), /PiSA Compact/);
  await click('#swap');
  const call = await panel.called('preview', 2);
  assert.equal(call.params?.model, 'two');
  assert.deepEqual((await panel.stored()).pinned, {
    model: 'one',
    guidance: { pixel: 1, semantic: 0 },
    prompt: '',
  });
});

test('a restorer runs first: it is chosen, computed with, pinned, swapped and saved', async () => {
  const clean = { ...ONE_DIAL, id: 'clean', name: 'Clean', scale: 1 };
  await ready();
  assert.equal(await panel.page.locator('#restore').count(), 0, 'nothing to choose from');
  await panel.close();
  await ready({ init: { ...INIT, models: [...INIT.models, clean] } });
  assert.ok(await panel.page.getByRole('combobox', { name: 'Restore' }).isVisible());
  assert.deepEqual(await panel.options('#restore'), ['Nothing first', 'Clean']);
  await click('#pin');
  await panel.choose('#restore', 'clean');
  const second = await panel.called('preview', 1);
  assert.equal(second.params?.restore, 'clean');
  await panel.finish(PREVIEW, RESULT, 1);
  // A keeps the layers that it was pinned of.
  assert.equal((await panel.renderer('pin')).length, 1);
  assert.equal(await panel.text('#tagLeft'), 'A 1.00 · 1.00 · not restored');
  await press('Control+s');
  const save = await panel.called('save');
  assert.deepEqual([save.params?.model, save.params?.restore], ['two', 'clean']);
  await panel.result(save, { fileName: '' });
  await click('#swap');
  assert.equal((await panel.called('preview', 2)).params?.restore, undefined);
  assert.equal(await panel.chosen('#restore'), '-');
  assert.deepEqual((await panel.stored()).pinned, {
    model: 'two',
    guidance: { pixel: 1, semantic: 1 },
    prompt: '',
    restore: 'clean',
  });
});

/** A drag over the page, as VS Code lets one in: with these data, and Shift held or not. */
const drag = async (
  type: 'dragenter' | 'dragover' | 'dragleave' | 'drop',
  data: Readonly<Record<string, string>>,
  { shiftKey = true, files = [] as readonly string[] } = {},
): Promise<boolean> => {
  const taken = await panel.page.evaluate<boolean>(`(() => {
    const data = new DataTransfer();
    for (const [type, value] of Object.entries(${JSON.stringify(data)})) data.setData(type, value);
    for (const name of ${JSON.stringify(files)}) data.items.add(new File(['x'], name));
    const event = new DragEvent('${type}', { dataTransfer: data, shiftKey: ${shiftKey}, bubbles: true, cancelable: true });
    return !document.querySelector('#stage').dispatchEvent(event);
  })()`);
  await panel.frame();
  return taken;
};

test('a second model adds the texture: chosen, computed with, kept where it fits, saved', async () => {
  const clean = { ...ONE_DIAL, id: 'clean', name: 'Clean', scale: 4 };
  const texture = { ...ONE_DIAL, id: 'texture', name: 'Texture', scale: 4 };
  const models = [
    { ...TWO_DIALS, partners: ['texture'] },
    { ...clean, partners: ['texture'] },
    texture,
    ONE_DIAL,
  ];
  await ready({ init: { ...INIT, models } });
  assert.deepEqual(await panel.options('#partner'), ['Of the same model', 'Texture']);
  assert.equal(await panel.chosen('#partner'), '-', 'an empty value shows nothing');
  await panel.choose('#partner', 'texture');
  const second = await panel.called('preview', 1);
  assert.equal(second.params?.model, 'two+texture');
  await panel.result(second, PREVIEW);
  assert.equal(await panel.chosen('#model'), 'two');
  assert.equal(await panel.chosen('#partner'), 'texture');
  assert.ok(await panel.page.locator('#semanticSlider').isEnabled());
  await panel.choose('#model', 'clean');
  const third = await panel.called('preview', 2);
  assert.equal(third.params?.model, 'clean+texture');
  await panel.result(third, PREVIEW);
  await click('#save');
  assert.equal((await panel.called('save')).params?.model, 'clean+texture');
  await panel.result(await panel.called('save'), { fileName: 'a.png' });
  await panel.choose('#model', 'one');
  const fourth = await panel.called('preview', 3);
  assert.equal(fourth.params?.model, 'one', 'what does not fit is left out');
  assert.equal(await panel.page.locator('#partner').count(), 0);
});

test('words for a model that takes them: computed once they are finished, saved, and got', async () => {
  const speaking = { ...ONE_DIAL, id: 'speaking', name: 'Speaking', prompts: 'ready' };
  const deaf = { ...ONE_DIAL, id: 'deaf', name: 'Deaf', prompts: 'missing' };
  const output = { ...INIT.output, prompt: 'a cat' };
  await ready({ init: { ...INIT, models: [TWO_DIALS, speaking, deaf], output } });
  assert.equal((await panel.called('preview')).params?.prompt, '', 'it takes none');
  assert.equal(await panel.page.locator('#prompt').count(), 0);
  await panel.choose('#model', 'speaking');
  const second = await panel.called('preview', 1);
  assert.equal(second.params?.prompt, 'a cat');
  await panel.result(second, PREVIEW);
  const field = panel.page.locator('#prompt input');
  await field.fill('a dog, 1');
  await panel.frame();
  assert.equal((await panel.sent('preview')).length, 2, 'not at each key');
  await press('Enter');
  const third = await panel.called('preview', 2);
  assert.equal(third.params?.prompt, 'a dog, 1');
  await panel.result(third, PREVIEW);
  await field.fill('nothing');
  await press('Escape');
  assert.equal(await field.inputValue(), 'a dog, 1');
  await click('#save');
  assert.equal((await panel.called('save')).params?.prompt, 'a dog, 1');
  await panel.result(await panel.called('save'), { fileName: 'a.png' });
  await panel.choose('#model', 'deaf');
  const fourth = await panel.called('preview', 3);
  assert.equal(fourth.params?.prompt, '', 'nothing could read it');
  await panel.result(fourth, PREVIEW);
  await click('#installPrompts');
  const asked = await panel.called('installPrompts');
  assert.deepEqual(asked.params, { model: 'deaf' });
  const models = [TWO_DIALS, speaking, { ...deaf, prompts: 'ready' }];
  await panel.result(asked, { models, model: 'deaf' });
  const fifth = await panel.called('preview', 4);
  assert.equal(fifth.params?.prompt, 'a dog, 1', 'it is computed with the words at once');
  assert.equal(await field.inputValue(), 'a dog, 1');
});

test('a dropped model is asked for, and used at once', async () => {
  await ready();
  const list = {
    'application/vnd.code.uri-list': 'file:///m/a.pth\r\n# a comment\r\nfile:///m/b.onnx',
    'text/uri-list': 'file:///m/a.pth',
  };
  assert.equal(await drag('dragenter', list), true);
  assert.equal(await panel.text('#drop'), 'Drop a picture to compare it, or a model to use it');
  await drag('dragleave', list);
  assert.equal(await panel.page.locator('#drop').isVisible(), false);
  await drag('dragover', list);
  assert.equal(await drag('drop', list), true);
  assert.equal(await panel.page.locator('#drop').isVisible(), false);
  const asked = await panel.called('dropped');
  assert.deepEqual(asked.params, {
    addresses: ['file:///m/a.pth', 'file:///m/b.onnx'],
    elsewhere: false,
  });
  const added = { ...ONE_DIAL, id: 'b', name: 'Dropped' };
  await panel.result(asked, { models: [...INIT.models, added], model: 'b' });
  assert.equal((await panel.called('preview', 1)).params?.model, 'b');
  assert.equal(await panel.chosen('#model'), 'b');
  assert.equal(await panel.text('#model .text'), 'Dropped');
});

test('what is dropped from another program has no address; a picture changes nothing here', async () => {
  await ready();
  // VS Code takes the drag away unless Shift is held: so that is what is said.
  assert.equal(await drag('dragenter', {}, { shiftKey: false, files: ['c.pth'] }), false);
  assert.equal(await panel.text('#drop'), 'Hold Shift to drop a picture or a model here');
  await panel.page.mouse.move(40, 200);
  await panel.until(`document.querySelector('#drop').hidden`);
  await drag('drop', {}, { files: ['c.pth'] });
  assert.deepEqual((await panel.called('dropped')).params, { addresses: [], elsewhere: true });
  await panel.result(await panel.called('dropped'), null);
  assert.equal((await panel.sent('preview')).length, 1);
  // Text is no file.
  assert.equal(await drag('drop', { 'text/plain': 'file:///m/a.pth' }), false);
  assert.equal((await panel.sent('dropped')).length, 1);
});

test('a drop that fails is told; one while saving changes no model', async () => {
  await ready();
  const list = { 'text/uri-list': 'file:///m/a.pth' };
  await drag('drop', list);
  await panel.error(await panel.called('dropped'), { code: 'io', message: 'No such file.' });
  assert.match(await panel.text('#noticePlace'), /No such file/);
  await click('[data-action=dismiss]');
  await click('#save');
  await drag('drop', list);
  await panel.result(await panel.called('dropped', 1), { models: INIT.models, model: 'one' });
  assert.equal(await panel.chosen('#model'), 'two');
});

test('a model that restores keeps the size: the scale is told, and cannot be another', async () => {
  const clean = { ...ONE_DIAL, id: 'clean', name: 'Clean', scale: 1 };
  await ready({ init: { ...INIT, models: [...INIT.models, clean] } });
  await panel.choose('#model', 'clean');
  await panel.frame();
  assert.equal(await panel.page.inputValue('#scale input'), '1');
  assert.ok(await panel.page.locator('#scale input').isDisabled());
  await panel.choose('#model', 'two');
  await panel.frame();
  assert.equal(await panel.page.inputValue('#scale input'), '4');
  assert.ok(await panel.page.locator('#scale input').isEnabled());
});

test('the output’s name and size are the extension’s; a scale that cannot be is told, not repaired', async () => {
  await ready();
  await panel.until(`document.querySelector('#outputFile').textContent === 'maple@4x.jpg'`);
  await panel.page.fill('#scale input', '2.5');
  await press('Tab');
  await panel.choose('#format', 'webp');
  await panel.until(`document.querySelector('#outputFile').textContent === 'maple@2.5x.webp'`);
  assert.equal(await panel.text('#outputSize'), '640 × 480');
  await panel.finish(PREVIEW, RESULT, 1);
  // A shortcut saves what stands in the field.
  await panel.page.fill('#scale input', '3');
  await press('Control+s');
  const save = await panel.called('save');
  assert.equal(save.params?.scale, 3);
  await panel.result(save, { fileName: '' });
  await panel.until(`document.querySelector('#outputFile').textContent === 'maple@3x.webp'`);
  for (const typed of ['50', '', '0', '-2', '8.01', '0.99']) {
    await panel.page.fill('#scale input', typed);
    await press('Tab');
    assert.equal(await panel.page.inputValue('#scale input'), typed);
    assert.equal(await panel.text('#scaleProblem'), 'A number from 1 to 8.', typed);
    assert.equal(await panel.attribute('#scale input', 'aria-invalid'), 'true');
    assert.equal(await panel.text('#outputSize'), '–');
    for (const id of ['save', 'saveMore', 'applyToOthers'])
      assert.ok(await panel.page.locator(`#${id}`).isDisabled(), id);
    await press('Control+s');
  }
  assert.equal((await panel.sent('save')).length, 1);
  const asked = (await panel.sent('outputName')).map(({ params }) => params?.scale);
  assert.deepEqual([...new Set(asked)], [4, 2.5, 3]);
  await panel.page.fill('#scale input', '8');
  await panel.frame();
  assert.equal(await panel.text('#scaleProblem'), '');
  // What is saved is seen before.
  await panel.until(`window.sent.some((m) => m.method === 'preview' && m.params.scale === 8)`);
  await panel.finish(PREVIEW, RESULT, (await panel.sent('preview')).length - 1);
  assert.ok(await panel.page.locator('#save').isEnabled());
  // Escape takes back what is being typed.
  await panel.page.fill('#scale input', '77');
  await press('Escape');
  assert.equal(await panel.page.inputValue('#scale input'), '8');
  assert.equal(await panel.text('#scaleProblem'), '');
});

test('what was chosen is there again when the panel comes back; nonsense is not', async () => {
  await ready({ init: { ...INIT, session: 'a7' } });
  await click('[data-preset=vivid]');
  await click('#pin');
  await panel.page.focus('#divider');
  await press('ArrowRight', '2', '+');
  await panel.choose('#format', 'avif');
  await panel.frame();
  const stored = await panel.stored();
  await panel.close();
  await ready({ stored });
  const { mode, view, compareWith, divider } = await panel.scene();
  assert.deepEqual(
    [mode, view, compareWith, divider, await guidance()],
    ['side', stored.view, 'A', 0.51, [1, 1.3]],
  );
  assert.equal(stored.session, 'a7', 'what the extension finds the pictures by');
  assert.equal(await panel.chosen('#format'), 'avif');
  assert.deepEqual((await panel.renderer('pin')).at(-1), ['pin', { pixel: 1, semantic: 1.3 }]);
  await panel.close();
  await ready({
    stored: { mode: 'x', guidance: 'y', divider: -1, pinned: [], model: 'gone', view: 3 },
  });
  assert.deepEqual([(await panel.scene()).mode, await guidance()], ['divider', [1, 1]]);
});

test('commands of the editor do what the keys do, and nothing that cannot be done now', async () => {
  panel = await harness.open();
  let id = 900;
  const run = async (command: string): Promise<void> => {
    await panel.ask(id++, 'command', command);
    await panel.frame();
  };
  await panel.called('preview');
  for (const early of ['save', 'pin', 'swap', 'undo']) await run(early);
  assert.equal((await panel.sent('save')).length, 0);
  assert.equal((await panel.stored()).pinned, undefined);
  await panel.finish();
  for (const mode of ['side', 'hold', 'difference', 'map', 'divider']) {
    await run(mode);
    assert.equal((await panel.scene()).mode, mode);
  }
  await run('zoomActual');
  assert.equal((await panel.scene()).view.zoom, 1);
  await run('zoomIn');
  await run('zoomOut');
  assert.equal((await panel.scene()).view.zoom, 1);
  await run('zoomFit');
  assert.equal((await panel.scene()).view.zoom, 'fit');
  for (const toggle of ['checkerboard', 'originalPixels', 'loupe'] as const) {
    const before = (await panel.stored())[toggle];
    await run(toggle);
    assert.equal((await panel.stored())[toggle], before !== true);
  }
  await click('[data-preset=vivid]');
  await run('undo');
  assert.deepEqual(await guidance(), [1, 1]);
  await run('redo');
  assert.deepEqual(await guidance(), [1, 1.3]);
  await run('pin');
  assert.deepEqual((await panel.stored()).pinned, {
    model: 'two',
    guidance: { pixel: 1, semantic: 1.3 },
    prompt: '',
  });
  await click('[data-preset=faithful]');
  await run('swap');
  assert.deepEqual(await guidance(), [1, 1.3]);
  await run('copySettings');
  await panel.result(await panel.called('copySettings'), undefined);
  for (const [index, how] of (['save', 'saveAs', 'overwrite'] as const).entries()) {
    await run(how);
    const call = await panel.called('save', index);
    assert.equal(call.params?.how, how);
    await panel.result(call, { fileName: '' });
  }
  await run('format the disk');
  const answers = await panel.page.evaluate<
    { type: string; id: number; error?: { code: string } }[]
  >('window.sent.filter(({ type }) => type === "error")');
  assert.deepEqual(
    answers.map((answer) => [answer.id, answer.error?.code]),
    [[id - 1, 'invalid-request']],
  );
});

test('tooltips come for the keyboard at once, and go with Escape', async () => {
  await ready();
  await panel.page.focus('#zoomIn');
  await press('Tab');
  assert.equal(await panel.text('#tip'), 'Fit to window (0)');
  await panel.page.setViewportSize({ width: 1000, height: 700 });
  await panel.page.waitForSelector('#tip', { state: 'hidden' });
  await panel.page.setViewportSize({ width: 1280, height: 800 });
  await panel.frame();
  await press('Escape');
  assert.ok(await panel.page.locator('#tip').isHidden());
  await panel.page.focus('#semanticNumber');
  await press('Tab');
  assert.match(await panel.text('#tip'), /^Invents/);
  await press('ArrowLeft');
  assert.ok(await panel.page.locator('#tip').isHidden(), 'it does not cover what is being set');
  await panel.openPad();
  await panel.page.hover('.why');
  await panel.page.waitForSelector('#tip:not([hidden])');
  assert.match(await panel.text('#tip'), /^Right: cleaner/);
});

test('a tooltip goes with the pointer, also where that leaves the page', async () => {
  const panel = await harness.open({ init: INIT });
  await panel.finish();
  await panel.page.hover('#save');
  await panel.page.waitForSelector('#tip:not([hidden])');
  await panel.leave();
  assert.deepEqual(panel.problems, []);
  await panel.close();
});

test('a tooltip of the toolbar lies below all its rows, in a window of any width', async () => {
  await ready();
  for (const width of [320, 500, 780, 1280]) {
    await panel.page.setViewportSize({ width, height: 640 });
    await panel.page.mouse.move(5, 630);
    await panel.page.hover('#modes [data-mode=side]');
    await panel.page.waitForSelector('#tip:not([hidden])');
    const [tip, bar] = await Promise.all(
      ['#tip', '.toolbar'].map((one) => panel.page.locator(one).boundingBox()),
    );
    assert.ok(tip!.y >= bar!.y + bar!.height, `${width} px`);
  }
});
