import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import * as esbuild from 'esbuild';
import { withOriginalPlaces } from '../../../scripts/test/originalPlaces.mjs';
import { temporaryFolder } from '../../engine/support';

const root = temporaryFolder();
const SOURCE = `type Nothing = undefined;
/** Away with it. */
export function fails(): Nothing {
  throw new Error('as asked');
}
`;

for (const [format, extension] of [
  ['cjs', 'cjs'],
  ['esm', 'mjs'],
] as const)
  test(`a failure in a bundle (${format}) is told where its source has it`, async () => {
    mkdirSync(path.join(root, 'some'), { recursive: true });
    writeFileSync(path.join(root, 'some/fails.ts'), SOURCE);
    writeFileSync(path.join(root, 'some/begin.ts'), "import { fails } from './fails';\nfails();\n");
    const bundle = path.join(root, `dist-test/bundled/some/begin.${extension}`);
    await esbuild.build({
      entryPoints: [path.join(root, 'some/begin.ts')],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format,
      sourcemap: true,
    });
    const { stderr } = spawnSync(process.execPath, [bundle], { encoding: 'utf8', cwd: root });
    assert.match(stderr, /begin\.[cm]js:\d+/);
    const told = withOriginalPlaces(stderr, root);
    assert.match(told, /at fails \(some\/fails\.ts:4:9\)/);
    assert.match(told, /some\/begin\.ts:2:1\b/);
    const elsewhere = 'at dist-test/bundled/gone.cjs:1:2 and http://localhost:80/a.js:1:2';
    assert.equal(withOriginalPlaces(elsewhere, root), elsewhere);
  });
