import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ExactPicture } from '../../src/webview/render/exactPicture';
import { FrameScheduler } from '../../src/webview/render/frameScheduler';
import { heatAt, heatLegend } from '../../src/webview/render/heat';
import { LayerSet } from '../../src/webview/render/layerSet';
import {
  dividerAt,
  dividerPlace,
  layoutPanes,
  locate,
  placePanes,
  type Placing,
} from '../../src/webview/render/layout';
import { PixelStore } from '../../src/webview/render/pixelStore';
import { axisTaps, samplingOf } from '../../src/webview/render/sampling';

/** What the renderer calculates without a browser. */

const placing = (partial: Partial<Placing>): Placing => {
  const stage = partial.stage ?? { width: 400, height: 300 };
  return {
    view: { zoom: 1, x: 0.5, y: 0.5 },
    stage,
    panes: layoutPanes('divider', stage, 10),
    pixelRatio: 1,
    ...partial,
  };
};

describe('layout', () => {
  test('two panes lie beside each other, or below each other on a tall stage', () => {
    assert.deepEqual(layoutPanes('side', { width: 410, height: 300 }, 10), [
      { x: 0, y: 0, width: 200, height: 300 },
      { x: 210, y: 0, width: 200, height: 300 },
    ]);
    assert.deepEqual(layoutPanes('side', { width: 300, height: 410 }, 10), [
      { x: 0, y: 0, width: 300, height: 200 },
      { x: 0, y: 210, width: 300, height: 200 },
    ]);
  });

  test('at 100 % the picture begins on a whole screen pixel at any pixel ratio', () => {
    for (const pixelRatio of [1, 1.25, 1.5, 2]) {
      for (const width of [100, 101, 3001]) {
        const [placed] = placePanes(
          { width, height: 77 },
          placing({ pixelRatio, view: { zoom: 1, x: 0.37, y: 0.5 } }),
        );
        assert.ok(Number.isInteger(placed!.x) && Number.isInteger(placed!.y));
        assert.equal(placed!.visible.width, Math.min(width, 400 * pixelRatio));
      }
    }
  });

  test(
    'the divider’s handle and its position are each other’s inverse, over what is seen ' +
      'of the picture',
    () => {
      for (const [picture, pixelRatio] of [
        [{ width: 200, height: 100 }, 1],
        [{ width: 900, height: 100 }, 2],
        [{ width: 2000, height: 2000 }, 1.5],
      ] as const) {
        const at = placing({ pixelRatio });
        for (const divider of [0, 0.25, 0.6, 1]) {
          const { x } = dividerPlace(picture, at, divider);
          assert.ok(
            Math.abs(dividerAt(picture, at, x) - divider) <=
              1 / Math.min(picture.width, 400 * pixelRatio),
          );
        }
      }
      assert.deepEqual(dividerPlace({ width: 200, height: 100 }, placing({}), 0.25), {
        x: 150,
        y: 100,
        height: 100,
      });
      assert.equal(dividerAt({ width: 200, height: 100 }, placing({}), -50), 0);
    },
  );

  test('a point is found in either pane, and beside the picture not', () => {
    const stage = { width: 410, height: 300 };
    const at = placing({
      stage,
      panes: layoutPanes('side', stage, 10),
      view: { zoom: 2, x: 0.5, y: 0.5 },
    });
    const picture = { width: 80, height: 60 };
    assert.deepEqual(locate(picture, at, { x: 20, y: 90 }), { pane: 0, x: 0, y: 0 });
    assert.deepEqual(locate(picture, at, { x: 389.9, y: 209.9 }), { pane: 1, x: 79, y: 59 });
    assert.equal(locate(picture, at, { x: 205, y: 150 }), undefined);
    assert.equal(locate(picture, at, { x: 19, y: 150 }), undefined);
  });
});

describe('sampling', () => {
  const source = { size: { width: 4096, height: 4096 }, bits: 9 };

  test('the footprint is 1–2 pixels of the level that is read', () => {
    for (const zoom of [0.99, 0.51, 0.5, 0.49, 0.25, 0.2, 0.06]) {
      const { level, footprintX } = samplingOf(source, source.size, zoom, false);
      assert.ok(
        footprintX >= 0.999 && footprintX <= 2.001,
        `${zoom}: ${footprintX} at level ${level}`,
      );
    }
    assert.equal(samplingOf(source, source.size, 2, false).footprintX, 1);
    assert.equal(samplingOf(source, source.size, 4, false).footprintX, 0.25);
  });

  test('weights add up to one, and at whole zooms single pixels are read', () => {
    for (const [perPixel, footprint] of [
      [0.7, 1],
      [1.3, 1.3],
      [1 / 3, 1 / 3],
      [1, 1],
    ] as const) {
      const { taps, first, weights } = axisTaps(16_000, 50, perPixel, footprint);
      for (let i = 0; i < first.length; i++) {
        const row = [...weights.subarray(i * taps, (i + 1) * taps)];
        assert.ok(Math.abs(row.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-6);
        if (perPixel === footprint && perPixel <= 1 && perPixel !== 0.7)
          assert.equal(row.filter((weight) => weight > 0).length, 1, `${i}: ${row.join()}`);
      }
    }
  });
});

describe('stores', () => {
  test('blocks fit every WebGL 2, and small pictures get small ones', () => {
    for (const [width, height] of [
      [1, 1],
      [64, 48],
      [5000, 4000],
      [16_000, 12_000],
      [32_000, 30_000],
    ] as const) {
      const { blockSide, columns, rows } = new PixelStore({ width, height }, 3, {
        coverage: 0,
        alpha: 1,
      });
      assert.ok(
        blockSide <= 2048 &&
          columns * rows <= 256 &&
          columns * blockSide >= width &&
          rows * blockSide >= height,
        `${width}×${height}: ${blockSide}`,
      );
    }
    assert.equal(
      new PixelStore({ width: 40, height: 30 }, 3, { coverage: 0, alpha: 1 }).blockSide,
      64,
    );
    assert.throws(
      () => new PixelStore({ width: 200_000, height: 200_000 }, 3, { coverage: 0, alpha: 1 }),
      /too large/,
    );
  });

  test('a tile that does not fit is refused', () => {
    const layers = new LayerSet({ width: 20, height: 10 }, 2);
    assert.throws(
      () => layers.addTile({ x: 10, y: 0, width: 11, height: 10 }, new Uint8Array(11 * 10 * 6)),
      /outside/,
    );
    assert.throws(
      () => layers.addTile({ x: 0, y: 0, width: 20, height: 10 }, new Uint8Array(20 * 10 * 9)),
      /1800 bytes/,
    );
    assert.throws(() => layers.setAlpha(new Uint8Array(199)), /199 bytes/);
    const guidance = { pixel: 1, semantic: 1 };
    assert.throws(
      () =>
        new ExactPicture(
          layers,
          { x: 0, y: 1, width: 20, height: 10 },
          guidance,
          new Uint8Array(600),
        ),
      /outside/,
    );
    assert.throws(
      () =>
        new ExactPicture(
          layers,
          { x: 0, y: 0, width: 20, height: 10 },
          guidance,
          new Uint8Array(500),
        ),
      /500 bytes/,
    );
    assert.equal(layers.complete, false);
    for (let i = 0; i < 2; i++)
      layers.addTile({ x: 0, y: 0, width: 20, height: 10 }, new Uint8Array(20 * 10 * 6));
    assert.equal(layers.complete, true, 'a tile that comes twice counts once');
  });
});

test('the legend’s stops are the map’s ramp', () => {
  const stops = heatLegend({ heatLow: [200, 0, 0], heatHigh: [200, 100, 0] });
  for (const { at, colour, opacity } of stops) {
    const heat = heatAt(at);
    assert.ok(
      Math.abs(heat.opacity - opacity) < 1e-9 && Math.abs(colour[1] - 100 * heat.mix) < 1e-9,
    );
  }
  assert.equal(heatAt(3).opacity, heatAt(1).opacity);
  assert.equal(heatAt(0.05).opacity, 0);
});

test('the scheduler draws once for many requests, and again for one made while drawing', () => {
  const frames: (() => void)[] = [];
  let now = 0;
  let draws = 0;
  const scheduler = new FrameScheduler(
    () => {
      now += 5;
      if (++draws === 1) scheduler.request();
    },
    {
      now: () => now,
      nextFrame: (draw) => frames.push(draw),
      cancel: (handle) => frames.splice(handle - 1, 1),
    },
  );
  scheduler.request();
  now = 3;
  scheduler.request();
  assert.equal(frames.length, 1);
  now = 10;
  frames.shift()!();
  assert.deepEqual(scheduler.lastFrame, { requested: 0, started: 10, finished: 15 });
  assert.equal(frames.length, 1);
  scheduler.cancel();
  assert.equal(frames.length, 0);
  assert.equal(draws, 1);
});
