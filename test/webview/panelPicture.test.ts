import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import type { PanelResult } from '../../src/shared/panelProtocol';
import { INIT, PAIR, PanelHarness, PREVIEW, progress, type PanelPage } from './panelHarness';

/** The panel as it is shipped, with the real renderer: what is fetched is what is seen. */

const SIZE = { width: 64, height: 48 };
const RESULT: PanelResult = {
  size: SIZE,
  sourceSize: { width: 16, height: 12 },
  branches: ['pixel', 'semantic'],
  hasAlpha: false,
  way: 'model',
  exact: false,
  draft: false,
};
const GREY = {
  original: [90, 90, 90],
  base: [100, 100, 100],
  pixel: [120, 120, 120],
  semantic: [160, 160, 160],
  exact: [30, 200, 30],
  result: [200, 60, 60],
} as const;

/**
 * What the page's script is, and whether the browser has WebGL 2. In tests that is emulated, and so
 * not taken unasked.
 */
const WAYS = [
  {
    name: 'as shipped, in software',
    entry: path.resolve(__dirname, '../../src/webview/panel/main.ts'),
    webgl: false,
    renderer: {},
  },
  {
    name: 'WebGL 2',
    entry: path.join(__dirname, 'panelRealPage.ts'),
    webgl: true,
    renderer: { force: 'webgl2' },
  },
] as const;

let files: ReadonlyMap<string, Buffer>;

before(async () => {
  const flat = (colour: readonly number[], size = SIZE): Buffer =>
    Buffer.from(Array.from({ length: size.width * size.height }, () => colour).flat());
  const png = (
    colour: readonly number[],
    size: { width: number; height: number },
  ): Promise<Buffer> =>
    sharp(flat(colour, size), { raw: { ...size, channels: 3 } })
      .png()
      .toBuffer();
  files = new Map([
    ['/original.png', await png(GREY.original, { width: 16, height: 12 })],
    ['/result.png', await png(GREY.result, SIZE)],
    ['/tile', Buffer.concat([flat(GREY.base), flat(GREY.pixel), flat(GREY.semantic)])],
    ['/exact', flat(GREY.exact)],
  ]);
});

/** The colour of the page at a point: a share of the stage. */
async function colourAt(panel: PanelPage, x: number, y: number): Promise<readonly number[]> {
  await panel.frame();
  await panel.frame();
  const stage = (await panel.page.locator('#stage').boundingBox())!;
  const clip = {
    x: Math.round(stage.x + stage.width * x),
    y: Math.round(stage.y + stage.height * y),
    width: 1,
    height: 1,
  };
  const { data } = await sharp(await panel.page.screenshot({ clip }))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [...data];
}

for (const { name, entry, webgl, renderer } of WAYS) {
  describe(name, () => {
    let harness: PanelHarness;
    before(async () => {
      harness = await PanelHarness.start(entry, files, webgl);
    });
    after(() => harness.close());

    test(
      'tiles are blended by the dials, A is compared with, and an exact part replaces ' +
        'the blend',
      async () => {
        const init = {
          ...INIT,
          original: { ...INIT.original, address: 'original.png', size: { width: 16, height: 12 } },
        };
        const panel = await harness.open({ init, renderer });
        const call = await panel.called('preview');
        await panel.progress(
          call,
          progress(1, {
            total: 1,
            tile: { rect: { x: 0, y: 0, ...SIZE }, address: 'tile' },
            picture: RESULT,
          }),
        );
        await panel.result(call, PREVIEW);
        await panel.until(`document.body.getAttribute('aria-busy') === 'false'`);
        assert.deepEqual(await colourAt(panel, 0.6, 0.3), GREY.semantic);
        assert.deepEqual(await colourAt(panel, 0.4, 0.3), GREY.base, 'the original, enlarged');
        await panel.page.click('#originalPixels');
        assert.deepEqual(await colourAt(panel, 0.4, 0.3), GREY.original);
        await panel.page.click('[data-preset=balanced]');
        assert.deepEqual(await colourAt(panel, 0.6, 0.3), [140, 140, 140]);
        await panel.page.click('#pin');
        await panel.page.click('[data-preset=faithful]');
        assert.deepEqual(
          [await colourAt(panel, 0.4, 0.3), await colourAt(panel, 0.6, 0.3)],
          [[140, 140, 140], GREY.pixel],
        );
        const calls = await panel.called('exact');
        assert.ok(calls.id > 0);
        await panel.until(
          `window.sent.filter((m) => m.method === 'exact' && m.params.guidance.semantic === ` +
            '0).length === 1',
        );
        const exact = (await panel.sent('exact')).at(-1)!;
        await panel.result(exact, { rect: { x: 0, y: 0, ...SIZE }, address: 'exact' });
        await panel.until(`document.querySelector('#badge').textContent === ''`);
        assert.deepEqual(await colourAt(panel, 0.6, 0.3), GREY.exact);
        await panel.page.click('#loupe');
        const stage = (await panel.page.locator('#stage').boundingBox())!;
        await panel.page.mouse.move(stage.x + stage.width * 0.6, stage.y + stage.height * 0.3);
        await panel.frame();
        assert.deepEqual(await panel.page.locator('#loupeBox output').allInnerTexts(), [
          '140 140 140',
          '30 200 30',
        ]);
        assert.deepEqual(panel.problems, []);
        await panel.close();
      },
    );

    test('a pair is shown as it is', async () => {
      const init = {
        ...PAIR,
        original: { ...PAIR.original, address: 'original.png', size: undefined },
        result: { ...PAIR.result!, address: 'result.png', size: undefined },
      };
      const panel = await harness.open({ init, renderer });
      await panel.until(`document.body.getAttribute('aria-busy') === 'false'`);
      assert.deepEqual(
        [await colourAt(panel, 0.4, 0.3), await colourAt(panel, 0.6, 0.3)],
        [GREY.original, GREY.result],
      );
      assert.match(await panel.text('#facts'), /Original 16×12 · Upscaled 64×48/);
      assert.deepEqual(panel.problems, []);
      await panel.close();
    });

    test('a picture that does not load is replaced by words', async () => {
      const init = {
        ...PAIR,
        original: { ...PAIR.original, address: 'original.png' },
        result: { ...PAIR.result!, address: 'missing.png' },
      };
      const panel = await harness.open({ init, renderer });
      await panel.until(`document.querySelector('#problem').textContent !== ''`);
      assert.equal(await panel.text('#problem'), 'maple@4x.jpg could not be loaded.');
      await panel.close();
    });
  });
}
