import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FIT,
  pan,
  placePicture,
  viewFrom,
  zoomOf,
  zoomStep,
  zoomTo,
  type Frame,
} from '../../../src/webview/viewTransform';

const frame: Frame = {
  picture: { width: 1000, height: 500 },
  pane: { width: 432, height: 632 },
  pixelRatio: 2,
};

test('fit shows the whole picture in the middle', () => {
  assert.equal(zoomOf(FIT, frame), 0.8);
  assert.deepEqual(placePicture(FIT, frame), { x: 16, y: 216, width: 400, height: 200 });
});

test('100 % is one pixel of the result on one pixel of the screen', () => {
  assert.equal(placePicture(zoomTo(FIT, 1, frame), frame).width, 500);
});

test('the point under the pointer stays there', () => {
  const view = { zoom: 4, x: 0.5, y: 0.5 };
  const anchor = { x: 100, y: 300 };
  const under = (v: typeof view): number[] => {
    const { x, y, width, height } = placePicture(v, frame);
    return [(anchor.x - x) / width, (anchor.y - y) / height].map(
      (value) => Math.round(value * 1000) / 1000,
    );
  };
  assert.deepEqual(under(zoomTo(view, 9, frame, anchor) as typeof view), under(view));
});

test('a large picture leaves no gap, a small one stays in the middle', () => {
  const moved = placePicture(pan({ zoom: 8, x: 0.5, y: 0.5 }, { x: 1e6, y: -1e6 }, frame), frame);
  assert.equal(moved.x, 0);
  assert.equal(moved.y + moved.height, frame.pane.height);
  const small = { zoom: 0.1, x: 0.5, y: 0.5 };
  assert.deepEqual(
    placePicture(pan(small, { x: 50, y: 50 }, frame), frame),
    placePicture(small, frame),
  );
});

test('steps go up and down and end', () => {
  assert.equal(zoomStep({ zoom: 1, x: 0.5, y: 0.5 }, 1, frame).zoom, 1.5);
  assert.equal(zoomStep({ zoom: 1, x: 0.5, y: 0.5 }, -1, frame).zoom, 0.75);
  assert.equal(zoomStep({ zoom: 32, x: 0.5, y: 0.5 }, 1, frame).zoom, 32);
});

test('a stored view is checked', () => {
  assert.deepEqual(viewFrom({ zoom: 2, x: 0.1, y: 0.2 }), { zoom: 2, x: 0.1, y: 0.2 });
  for (const wrong of [undefined, {}, { zoom: 'fit' }, { zoom: Number.NaN, x: 0, y: 0 }])
    assert.deepEqual(viewFrom(wrong), FIT);
});
