import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lint } from './lintHarness';

const VSCODE = "import * as vscode from 'vscode';\n";
const RULE = 'pisa(only-through-wrappers)';
const FILE = 'src/extension/commands/snippet.ts';

/** What the rule says of snippets that stand in files of the product. */
const complaints = (...snippets: readonly (readonly [code: string, file?: string])[]) =>
  lint(
    snippets.map(([code, file = FILE]) => ({ code, file })),
    RULE,
  );

describe('the lint rule for texts that are shown', () => {
  const refused: Readonly<Record<string, string>> = {
    'a notification': `${VSCODE}void vscode.window.showErrorMessage('a');`,
    'a notification by a text': `${VSCODE}void vscode.window['showErrorMessage']('a');`,
    'a notification that is passed on': `${VSCODE}const show = vscode.window.showWarningMessage;`,
    'a notification that is taken out': `${VSCODE}const { showErrorMessage } = vscode.window;`,
    'a window of another name': `${VSCODE}const w = vscode.window;\nvoid w.withProgress;`,
    'a window that is taken out': `${VSCODE}const { window } = vscode;`,
    'a window that is imported': "import { window } from 'vscode';\nvoid window;",
    'a module of another name': `${VSCODE}const v = vscode;`,
    'a computed member': `${VSCODE}const name = 'show';\nvoid vscode.window[name + 'ErrorMessage'];`,
    progress: `${VSCODE}void vscode.window.withProgress({}, async () => 1);`,
    'a quick pick': `${VSCODE}void vscode.window.showQuickPick(['a']);`,
    'a quick pick that is built': `${VSCODE}vscode.window.createQuickPick();`,
    'an input box': `${VSCODE}void vscode.window.showInputBox({});`,
    Markdown: `${VSCODE}new vscode.MarkdownString('a');`,
    'more Markdown':
      'declare const m: { appendMarkdown(a: string): void };\nm.appendMarkdown("a");',
    'the status bar': `${VSCODE}vscode.window.setStatusBarMessage('a');`,
    'an entry of the status bar': `${VSCODE}vscode.window.createStatusBarItem();`,
    'an output channel': `${VSCODE}vscode.window.createOutputChannel('a');`,
    'a terminal': `${VSCODE}class T implements vscode.Pseudoterminal {}`,
    'a terminal of VS Code': `${VSCODE}vscode.window.createTerminal('a');`,
    'a panel': `${VSCODE}vscode.window.createWebviewPanel('a', 'b', 1);`,
    'a tree': `${VSCODE}vscode.window.createTreeView('a', {});`,
    'HTML of a page': 'declare const e: { innerHTML: string };\ne.innerHTML = "a";',
    'the console': "console.log('a');",
    'a console of another name': 'const c = console;',
    'a console of the whole': "globalThis.console.log('a');",
    'the output of the program': "process.stdout.write('a');",
    'its errors': "process.stderr.write('a');",
    'its output by a text': "process['stdout'].write('a');",
    'its output taken out': 'const { stdout } = process;',
    'a program of another name': 'const p = process;',
    'the program as a module': "import { stdout } from 'node:process';\nvoid stdout;",
  };
  const found = complaints(...Object.values(refused).map((code) => [code] as const));
  for (const [i, what] of Object.keys(refused).entries())
    test(`refuses ${what}`, () => {
      assert.notDeepEqual(found[i], []);
    });

  test('refuses HTML in a component', () => {
    const file = 'src/webview/batch/Snippet.tsx';
    const [html = [], text] = complaints(
      ["export const A = () => <p dangerouslySetInnerHTML={{ __html: 'a' }} />;", file],
      ["export const A = () => <p title={'a'}>a</p>;", file],
    );
    assert.equal(html.length, 1);
    assert.deepEqual(text, []);
  });

  test('says what to use instead', () => {
    const [said] = complaints([`${VSCODE}void vscode.window.showErrorMessage('a');`]);
    assert.match(said?.join() ?? '', /use src\/extension\/ui\/notifications\.ts/);
  });

  test('each wrapper may use its own and nothing else', () => {
    const note = `${VSCODE}void vscode.window.showErrorMessage('a');`;
    const pick = `${VSCODE}void vscode.window.showQuickPick(['a']);`;
    const output = "process.stdout.write('a');";
    const counts = complaints(
      [note, 'src/extension/ui/notifications.ts'],
      [pick, 'src/extension/ui/quickPick.ts'],
      [output, 'src/cli/terminal.ts'],
      [note, 'src/extension/ui/quickPick.ts'],
      [note, 'src/other/ui/notifications.ts'],
      [output, 'src/cli/output.ts'],
    ).map(({ length }) => length);
    assert.deepEqual(counts, [0, 0, 0, 1, 1, 1]);
  });

  test('lets everything else be', () => {
    const code = `${VSCODE}import { notify } from '../ui/notifications';
      const { t } = vscode.l10n;
      void notify('error', t('a'));
      void vscode.window.showOpenDialog({});
      void vscode.window.tabGroups;
      if (process.platform === 'win32') process.exit(1);
      class Client { private process: number | undefined; id() { return this.process; } }
      const run = (process: { kill(): void }) => process.kill();
      export { Client, run };`;
    const page = "const vscode = { post: () => 1 };\nconst v = vscode;\nconsole.warn('a', v);";
    assert.deepEqual(complaints([code], [page, 'src/webview/panel/snippet.ts']), [[], []]);
  });
});
