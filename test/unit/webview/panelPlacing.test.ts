import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameOf, layoutPanes, type Placing } from '../../../src/webview/render/layout';
import { contains, seenPart, type Placed } from '../../../src/webview/panel/stagePlacing';

const picture = { width: 400, height: 300 };

function placed(zoom: number | 'fit', x = 0.5, y = 0.5): Placed {
  const stage = { width: 200, height: 100 };
  const placing: Placing = {
    view: { zoom, x, y },
    stage,
    panes: layoutPanes('divider', stage, 1),
    pixelRatio: 1,
  };
  return {
    picture,
    placing,
    frame: frameOf(picture, placing),
    seen: [{ x: 0, y: 0, ...stage }],
    zoom: zoom === 'fit' ? 1 : zoom,
  };
}

test('the part that is seen, in the result’s pixels', () => {
  assert.deepEqual(seenPart(placed('fit')), { x: 0, y: 0, ...picture });
  assert.deepEqual(seenPart(placed(1)), { x: 100, y: 100, width: 200, height: 100 });
  assert.deepEqual(seenPart(placed(2, 0, 0)), { x: 0, y: 0, width: 100, height: 50 });
  // Half a pixel is a pixel that is seen.
  const { x, width } = seenPart(placed(3, 0.5, 0.5));
  assert.ok(x <= 200 - 200 / 6 && x + width >= 200 + 200 / 6 && width <= 68);
});

test('what contains what', () => {
  const outer = { x: 10, y: 10, width: 20, height: 20 };
  assert.equal(contains(outer, outer), true);
  assert.equal(contains(outer, { x: 10, y: 10, width: 21, height: 5 }), false);
  assert.equal(contains(outer, { x: 9, y: 10, width: 5, height: 5 }), false);
});
