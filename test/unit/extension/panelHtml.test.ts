import assert from 'node:assert/strict';
import { test } from 'node:test';
import { panelHtml } from '../../../src/extension/comparison/panelHtml';
import { panelStrings } from '../../../src/extension/comparison/panelStrings';
import { untranslated } from '../../../src/extension/translate';

const INPUT = {
  cspSource: 'https://x',
  nonce: 'n',
  scriptUri: 'https://x/panel.js',
  styleUri: 'https://x/panel.css',
  language: 'en',
  kind: 'preview',
} as const;

test('whatever a translation contains stays text', () => {
  const html = panelHtml({
    ...INPUT,
    strings: panelStrings((message) => `<img src=x onerror="x">&'${message}`),
  });
  assert.doesNotMatch(html, /<img/);
  assert.doesNotMatch(html, /="[^"]*<img/);
});

test('nothing is inline, and only what the panel needs may load', () => {
  const html = panelHtml({ ...INPUT, strings: panelStrings(untranslated) });
  assert.doesNotMatch(html, /\sstyle=|<style|\son\w+=|javascript:/);
  assert.equal([...html.matchAll(/<script/g)].length, 1);
  assert.match(html, /default-src &#39;none&#39;/);
  assert.doesNotMatch(html, /unsafe/);
});

test('identifiers are unique, and every label points to something', () => {
  const html = panelHtml({ ...INPUT, strings: panelStrings(untranslated) });
  const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const [, target] of html.matchAll(/(?:for|aria-labelledby|aria-controls)="([^"]+)"/g))
    assert.ok(ids.includes(target), target);
});

test('every text is translated', () => {
  for (const [key, text] of Object.entries(panelStrings((message) => `«${message}»`)))
    assert.match(text, /^«.+»$/, key);
});
