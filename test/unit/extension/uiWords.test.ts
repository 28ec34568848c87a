// Every way in which the extension shows text × every kind of text that somebody else may write.
// The files of src/extension/ui run as they are, with a stand-in for VS Code that keeps what it is
// given; what VS Code itself makes of it is tested in test/host.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as logs from '../../../src/extension/log';
import type * as lineTerminal from '../../../src/extension/ui/lineTerminal';
import type * as markdown from '../../../src/extension/ui/markdown';
import type * as notifications from '../../../src/extension/ui/notifications';
import type * as panels from '../../../src/extension/ui/panels';
import type * as progress from '../../../src/extension/ui/progress';
import type * as quickPick from '../../../src/extension/ui/quickPick';
import type * as statusBar from '../../../src/extension/ui/statusBar';
import type * as rpc from '../../../src/shared/rpc';
import { CI_COMMAND, HOSTILE_TEXTS, ICON, LINK, UNSEEN } from '../hostileTexts';
import type { Told } from './fakeVscode';
import { withFakeVscode } from './withFakeVscode';

type Ui = typeof notifications &
  typeof progress &
  typeof quickPick &
  typeof statusBar &
  typeof markdown &
  typeof panels &
  typeof lineTerminal &
  typeof logs &
  typeof rpc & { readonly told: Told[] };

const MODULES = [
  ...[
    'notifications',
    'progress',
    'quickPick',
    'statusBar',
    'markdown',
    'panels',
    'lineTerminal',
  ].map((name) => `extension/ui/${name}`),
  'extension/log',
  'shared/rpc',
];
let ui: Ui;

before(async () => {
  ui = await withFakeVscode<Ui>(MODULES);
});

/** Each front end shows the text wherever it can. */
const FRONT_ENDS: Readonly<Record<string, (text: string) => Promise<unknown>>> = {
  notification: async (text) => {
    for (const severity of ['information', 'warning', 'error'] as const)
      assert.equal(await ui.notify(severity, text, text, 'Other'), text);
  },
  'modal dialog': (text) => ui.ask('warning', { text, detail: text, buttons: [text] }),
  'progress in a notification': (text) =>
    ui.withProgress({ where: 'notification', title: text }, async (report) =>
      report({ message: text, increment: 1 }),
    ),
  'progress in the status bar': (text) =>
    ui.withProgress({ where: 'statusBar', title: text }, async (report) =>
      report({ message: text }),
    ),
  'quick pick': async (text) => {
    const items = [{ label: text, description: text, detail: text }];
    assert.equal(await ui.pickOne(items, { title: text, placeHolder: text }), items[0]);
  },
  'quick pick with buttons': async (text) => {
    const buttons = [{ action: 'do', icon: 'check', title: text }];
    const items = [{ label: text, description: text, detail: text, buttons }];
    const chosen = await ui.pickOrPress(items, { title: text, placeHolder: text }, buttons);
    assert.deepEqual(chosen, { item: items[0] });
  },
  'quick pick of several': async (text) => {
    const items = [{ label: text, description: text, detail: text }];
    assert.deepEqual(await ui.pickSeveral(items, { title: text, placeHolder: text }), items);
    const later = { of: items, detail: async (): Promise<string> => text };
    assert.deepEqual(await ui.pickSeveral(items, { title: text }, later), items);
  },
  'input box': (text) => ui.askForText({ title: text, placeHolder: text }, () => text),
  'status bar': async (text) => {
    ui.passingStatus('circle-slash', text);
    const entry = new ui.StatusEntry('id', text, 'command');
    entry.show('sync~spin', text, text);
    entry.dispose();
  },
  Markdown: async (text) => ui.plainMarkdown([{ text }, { code: [text, text] }]),
  tab: async (text) => ui.setPanelTitle(ui.createPanel('view', text), text),
  'terminal of a task': async (text) => {
    class Terminal extends ui.LineTerminal {
      override open(): void {
        this.print(text);
        this.print(`${text}: ${text}`);
      }
      override close(): void {
        this.end(0);
      }
    }
    new Terminal().open();
  },
  log: async (text) => {
    const log = new ui.Log();
    log.info(text);
    log.warn(`${text}: ${text}`);
    log.error(
      text,
      new ui.RpcError({ code: 'internal', message: text, list: [text], hint: text, detail: text }),
    );
  },
};

/** What a place adds by itself: its own icon, the end of a line. */
const OWN: Readonly<Record<string, RegExp>> = {
  status: /^\$\([a-z~-]+\) /,
  terminal: /\r\n$/,
  Markdown: /\n\n$/,
};

/** A sign of ASCII that is not escaped could be Markdown. */
const MARKUP = /(?<!\\)(?:\\\\)*[!-/:-@[\]-`{-~]/;

describe('what the extension shows', () => {
  for (const [frontEnd, show] of Object.entries(FRONT_ENDS))
    for (const [kind, hostile] of Object.entries(HOSTILE_TEXTS))
      test(`${frontEnd}: ${kind} is only words`, async () => {
        ui.told.length = 0;
        await show(hostile);
        assert.ok(ui.told.length > 0);
        for (const { where, text } of ui.told) check(where, text.replace(OWN[where] ?? '', ''));
      });

  test('in the log no line of a text looks like an entry', async () => {
    ui.told.length = 0;
    new ui.Log().error(
      'a',
      new ui.RpcError({ code: 'b', message: 'c', detail: 'd\n2026 [error] e' }),
    );
    assert.deepEqual(ui.told.at(-1)?.text.split('\n').slice(1), ['    d', '    2026 [error] e']);
  });
});

function check(where: string, text: string): void {
  const lines = ['log', 'detail', 'Markdown code'].includes(where) ? text.split('\n') : [text];
  for (const line of lines) assert.doesNotMatch(line, UNSEEN, where);
  if (where === 'terminal') assert.doesNotMatch(text, CI_COMMAND);
  // A code block and the log show links and icons as they are written.
  if (['terminal', 'log', 'Markdown code'].includes(where)) return;
  if (where === 'Markdown') assert.doesNotMatch(text, MARKUP);
  assert.doesNotMatch(text, LINK, where);
  assert.doesNotMatch(text, ICON, where);
}
