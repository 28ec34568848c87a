import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webviewShell } from '../../../src/extension/ui/webviewShell';

const SHELL = {
  cspSource: 'https://x',
  nonce: 'n0',
  scriptUri: 'https://x/batch.js',
  styleUri: 'https://x/batch.css',
  codiconUri: 'https://x/codicon.css',
  language: 'de',
  title: 'Upscale Images',
  state: { place: '/work' },
  words: {},
};
const HOSTILE = `"><img src=x onerror="x">&'</title><script>x</script>`;

const contentOf = (html: string, name: string): unknown => {
  const content = new RegExp(`<meta name="pisa-upscale-${name}" content="([^"]*)">`).exec(
    html,
  )?.[1];
  const entities = { quot: '"', amp: '&', lt: '<', gt: '>', '#39': "'" } as const;
  return JSON.parse(
    (content ?? '').replace(
      /&(quot|amp|lt|gt|#39);/g,
      (_, name: keyof typeof entities) => entities[name],
    ),
  );
};

test('whatever title, state and translation contain stays text and comes back whole', () => {
  const state = { name: HOSTILE, list: [HOSTILE], nothing: null };
  const words = { [HOSTILE]: HOSTILE };
  const html = webviewShell({ ...SHELL, title: HOSTILE, language: HOSTILE, state, words });
  assert.doesNotMatch(html, /<img|onerror="/);
  assert.equal([...html.matchAll(/<script/g)].length, 1);
  assert.deepEqual(contentOf(html, 'state'), state);
  assert.deepEqual(contentOf(html, 'words'), words);
  assert.equal(contentOf(webviewShell({ ...SHELL, state: undefined }), 'state'), null);
});

test('nothing is inline, and only what the page needs may load', () => {
  const policyOf = (connects: boolean): string =>
    /Content-Security-Policy" content="([^"]*)"/.exec(webviewShell({ ...SHELL, connects }))?.[1] ??
    '';
  const html = webviewShell(SHELL);
  assert.doesNotMatch(html, /\sstyle=|<style|\son\w+=|javascript:|unsafe/);
  assert.match(html, /<script type="module" nonce="n0" src="https:\/\/x\/batch\.js">/);
  assert.equal(
    policyOf(false),
    'default-src &#39;none&#39;; img-src https://x; font-src https://x; style-src https://x; ' +
      'script-src &#39;nonce-n0&#39;',
  );
  assert.equal(
    policyOf(true).replace(' connect-src https://x;', ''),
    policyOf(false),
    'fetching is all that is allowed in addition',
  );
});
