// Builds the extension and serves a VS Code with it, to be opened in any browser. Ctrl+C ends it
// and removes its files.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startServer } from '../test/harness/codeServer.mjs';
import { makeTemporaryFolder, REPOSITORY } from '../test/harness/paths.mjs';
import { writePicture } from '../test/harness/pictures.mjs';

const SAMPLES = path.join(REPOSITORY, 'media/samples');
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const stopRequested = new Promise((resolve) => {
  for (const signal of STOP_SIGNALS) process.on(signal, () => resolve(signal));
});

execFileSync(process.execPath, [path.join(REPOSITORY, 'scripts/build.mjs'), '--if-stale'], {
  cwd: REPOSITORY,
  stdio: 'inherit',
});
const root = makeTemporaryFolder();
let server;
try {
  const workspace = path.join(root, 'samples');
  await copySamples(workspace);
  server = await startServer({ unpackedExtension: REPOSITORY });
  console.log(
    `\nVS Code with PiSA Upscale, on this machine only:\n\n  ${server.workspaceUrl(workspace)}\n`,
  );
  console.log('Right-click a picture in the explorer and choose "Upscale Image". Ctrl+C ends it.');
  await stopRequested;
} finally {
  await server?.stop();
  rmSync(root, { recursive: true, force: true });
}
process.exit();

/** Copies, so that nobody's trial changes the repository. */
async function copySamples(workspace) {
  mkdirSync(workspace, { recursive: true });
  if (existsSync(SAMPLES)) cpSync(SAMPLES, workspace, { recursive: true });
  if (readdirSync(workspace).length === 0)
    await writePicture(path.join(workspace, 'sample.png'), 160, 120);
}
