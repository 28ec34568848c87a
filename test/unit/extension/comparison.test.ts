import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareHtml } from '../../../src/extension/comparison/compareHtml';
import { isMadeBy, originalPane, resultPane } from '../../../src/extension/comparison/panes';
import { untranslated as t } from '../../../src/extension/translate';
import { isComparePictures } from '../../../src/shared/webviewProtocol';
import { resultOf } from './fakes';

test('the page has a strict policy and nothing inline', () => {
  const html = compareHtml({ cspSource: 'https://c', nonce: 'N0', scriptUri: 'https://c/s.js', styleUri: 'https://c/s.css?a=1&b="2"', language: 'en' }, t);
  assert.match(html, /content="default-src &#39;none&#39;; img-src https:\/\/c; style-src https:\/\/c; script-src &#39;nonce-N0&#39;"/);
  assert.match(html, /href="https:\/\/c\/s\.css\?a=1&amp;b=&quot;2&quot;"/);
  assert.doesNotMatch(html, /\sstyle=|\son\w+=|<style/);
  assert.deepEqual(html.match(/<script[^>]*>/g), ['<script nonce="N0" src="https://c/s.js">']);
});

test('both sides are labelled, the result with how it was made', () => {
  const original = originalPane({ fileName: 'hero.png', source: 'o' }, resultOf(), t);
  const result = resultPane({ fileName: 'hero@4x.png', source: 'r' }, resultOf(), t);
  assert.deepEqual([original.label, original.size], ['Original', { width: 256, height: 192 }]);
  assert.deepEqual([result.label, result.facts], ['Upscaled', '×4 · two-branch · λ_pix 1.00 · λ_sem 0.50']);
  assert.ok(isComparePictures({ original, result }));
});

test('TIFF gets a sentence instead of an address', () => {
  const pane = resultPane({ fileName: 'scan.TIF', source: 'r' }, undefined, t);
  assert.equal(pane.source, undefined);
  assert.match(pane.problem, /scan\.TIF/);
});

test('messages and arguments are checked', () => {
  assert.ok(isMadeBy(resultOf()));
  for (const wrong of [undefined, null, 4, {}, { ...resultOf(), guidance: 1 }, { ...resultOf(), scale: '4' }]) assert.ok(!isMadeBy(wrong));
  for (const wrong of [undefined, {}, { original: {}, result: {} }]) assert.ok(!isComparePictures(wrong));
});
