import { writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import { workspaceFolder } from './suite/support';

/**
 * Entry point in the form that VS Code's `extensionTestsPath` expects: a rejection means that
 * something failed. The counts go into a file beside the workspace, because a test runner sees the
 * extension host only from outside.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 300_000,
    color: false,
    reporter: 'spec',
    forbidOnly: true,
  });
  // The suites are part of this bundle, so mocha loads no files: it only has to bring describe()
  // and it() beforehand.
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  // In this order: the first suite looks at the host before anything was upscaled.
  await import('./suite/activation.test');
  await import('./suite/upscale.test');
  await import('./suite/placement.test');
  await import('./suite/comparison.test');
  await import('./suite/revisions.test');
  await import('./suite/references.test');
  await import('./suite/batch.test');
  await import('./suite/models.test');
  await import('./suite/engineCrash.test');
  const counts = await new Promise<{ passed: number; failed: number }>((resolve) => {
    const runner = mocha.run((failed) => resolve({ passed: runner.stats?.passes ?? 0, failed }));
  });
  writeFileSync(path.join(path.dirname(workspaceFolder()), 'results.json'), JSON.stringify(counts));
  if (counts.failed > 0) throw new Error(`${counts.failed} failed`);
  if (counts.passed === 0) throw new Error('No test ran.');
}
