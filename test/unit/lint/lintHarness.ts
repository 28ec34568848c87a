import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const OXLINT = path.join(ROOT, 'node_modules/oxlint/bin/oxlint');

interface Finding {
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  readonly filename: string;
}

/** A snippet, and the file of the project that it stands in. */
export interface Snippet {
  readonly code: string;
  readonly file: string;
}

/**
 * What one rule of the project's own configuration says of each snippet, in one run of the linter
 * and without the rules that need types.
 * @param rule as the linter prints it, `plugin(name)`
 */
export function lint(snippets: readonly Snippet[], rule: string): readonly (readonly string[])[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'pu-lint-'));
  try {
    const config = readFileSync(path.join(ROOT, '.oxlintrc.json'), 'utf8')
      .replaceAll('"./scripts/', `"${ROOT}/scripts/`)
      .replaceAll('"src/', '"*/src/')
      .replace('"typeAware": true', '"typeAware": false');
    writeFileSync(path.join(folder, '.oxlintrc.json'), config);
    for (const [i, { code, file }] of snippets.entries()) {
      const place = path.join(folder, `${i}`, file);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, code);
    }
    const { stdout, stderr } = spawnSync(process.execPath, [OXLINT, '--format=json'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const report = JSON.parse(stdout || stderr) as {
      readonly diagnostics: readonly Finding[];
      readonly number_of_files: number;
    };
    assert.equal(report.number_of_files, snippets.length);
    for (const { code, message } of report.diagnostics) assert.ok(code, message); // a syntax error
    return snippets.map((_, i) =>
      report.diagnostics
        .filter(({ code, filename }) => code === rule && filename.startsWith(`${i}/`))
        .map(({ message, help }) => (help ? `${message} ${help}` : message)),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
