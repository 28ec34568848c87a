import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { THEMES } from '../../webview/panelThemes';

const FOLDER = path.resolve(__dirname, '../../../src/webview/styles');
const SHEETS = readdirSync(FOLDER)
  .filter((name) => /^panel.*\.css$/.test(name))
  .map((name) => ({
    name,
    text: readFileSync(path.join(FOLDER, name), 'utf8').replace(/\/\*[^]*?\*\//g, ''),
  }));

test('every colour is the theme’s', () => {
  assert.ok(SHEETS.length > 5);
  for (const { name, text } of SHEETS) {
    assert.deepEqual(
      text.match(/#[0-9a-f]{3,8}\b(?=[^{}]*[;}])|\b(?:rgba?|hsla?|oklch|lab)\(/gi),
      null,
      name,
    );
    for (const [, value = ''] of text.matchAll(
      /(?:color|background|border|fill|stroke|outline)[\w-]*:([^;}]*)/g,
    )) {
      assert.doesNotMatch(
        value.replace(/var\([^)]*\)?/g, ''),
        /\b(?:black|white|gr[ae]y|red|green|blue|yellow|orange)\b/,
        `${name}: ${value}`,
      );
    }
  }
});

test(
  'the tests’ themes have every colour that the panel asks for without another to fall ' +
    'back on',
  () => {
    const wanted = new Set(
      SHEETS.flatMap(({ text }) =>
        [...text.matchAll(/var\(--vscode-([\w-]+)\)/g)].map(([, variable]) => variable ?? ''),
      ),
    );
    // Set by high contrast only, and used there only; fonts are the harness's.
    const special = ['contrastBorder', 'contrastActiveBorder', 'font-family', 'editor-font-family'];
    for (const [theme, { colours }] of Object.entries(THEMES)) {
      assert.deepEqual(
        [...wanted].filter(
          (name) =>
            !(name in colours) && !special.includes(name) && !theme.startsWith('highContrast'),
        ),
        [],
        theme,
      );
    }
  },
);
