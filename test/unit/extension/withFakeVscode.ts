import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { answers, env, happened, opened, panels, Told } from './fakeVscode';

export type Fake = {
  readonly told: Told[];
  readonly env: typeof env;
  readonly opened: typeof opened;
  readonly answers: typeof answers;
  readonly happened: typeof happened;
  readonly panels: typeof panels;
};

/**
 * Files of src as they are, without their endings, with a stand-in for VS Code that keeps in `told`
 * what it is given. The type parameter says what they export together.
 */
export async function withFakeVscode<T>(modules: readonly string[]): Promise<T & Fake> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fake-vscode-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const outfile = path.join(folder, 'bundle.mjs');
  await build({
    stdin: {
      contents: [
        ...modules.map((name) => `export * from '../../../src/${name}';`),
        "export { answers, env, happened, opened, panels, told } from './fakeVscode';",
      ].join('\n'),
      resolveDir: import.meta.dirname,
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    alias: { vscode: path.join(import.meta.dirname, 'fakeVscode.ts') },
    logLevel: 'error',
  });
  return (await import(pathToFileURL(outfile).href)) as T & Fake;
}
