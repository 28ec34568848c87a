import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { onlyThroughWrappers } from '../../../scripts/lint/onlyThroughWrappers.mjs';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const VSCODE = "import * as vscode from 'vscode';\n";

/** What the rule says of a snippet that stands in a file of the product. */
function complaints(code: string, file = 'src/extension/commands/snippet.ts'): readonly string[] {
  const config = {
    files: ['**/*.{ts,tsx}'],
    plugins: { pisa: { rules: { 'only-through-wrappers': onlyThroughWrappers } } },
    languageOptions: { parser: tseslint.parser as Linter.Parser },
    rules: { 'pisa/only-through-wrappers': 'error' as const },
  };
  const found = new Linter({ cwd: ROOT }).verify(code, config, path.join(ROOT, file));
  assert.ok(!found.some(({ fatal }) => fatal), found[0]?.message);
  return found.map(({ message }) => message);
}

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
  for (const [what, code] of Object.entries(refused))
    test(`refuses ${what}`, () => {
      assert.notDeepEqual(complaints(code), []);
    });

  test('refuses HTML in a component', () => {
    const code = "export const A = () => <p dangerouslySetInnerHTML={{ __html: 'a' }} />;";
    assert.notDeepEqual(complaints(code, 'src/webview/batch/Snippet.tsx'), []);
    const text = "export const A = () => <p title={'a'}>a</p>;";
    assert.deepEqual(complaints(text, 'src/webview/batch/Snippet.tsx'), []);
  });

  test('says what to use instead', () => {
    assert.match(
      complaints(`${VSCODE}void vscode.window.showErrorMessage('a');`)[0] ?? '',
      /use src\/extension\/ui\/notifications\.ts/,
    );
  });

  test('each wrapper may use its own and nothing else', () => {
    const note = `${VSCODE}void vscode.window.showErrorMessage('a');`;
    const pick = `${VSCODE}void vscode.window.showQuickPick(['a']);`;
    assert.deepEqual(complaints(note, 'src/extension/ui/notifications.ts'), []);
    assert.deepEqual(complaints(pick, 'src/extension/ui/quickPick.ts'), []);
    assert.notDeepEqual(complaints(note, 'src/extension/ui/quickPick.ts'), []);
    assert.notDeepEqual(complaints(note, 'src/other/ui/notifications.ts'), []);
    assert.deepEqual(complaints("process.stdout.write('a');", 'src/cli/terminal.ts'), []);
    assert.notDeepEqual(complaints("process.stdout.write('a');", 'src/cli/output.ts'), []);
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
    assert.deepEqual(complaints(code), []);
    const page = "const vscode = { post: () => 1 };\nconst v = vscode;\nconsole.warn('a', v);";
    assert.deepEqual(complaints(page, 'src/webview/panel/snippet.ts'), []);
  });

  test('is on for every file of the product', async () => {
    const eslint = new ESLint({ cwd: ROOT });
    const files = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
    for (const name of files.filter((file) => /\.tsx?$/.test(file))) {
      const file = path.join(ROOT, 'src', name);
      if (await eslint.isPathIgnored(file)) continue;
      const config = (await eslint.calculateConfigForFile(file)) as Linter.Config;
      assert.deepEqual(config.rules?.['pisa/only-through-wrappers'], [2], file);
    }
  });
});
