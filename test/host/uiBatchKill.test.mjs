// The extension host, killed at random moments of a batch: what the window offers afterwards ends
// with the same bytes as a run that nobody disturbed. KILL_MOMENTS=20 for more of them, KILL_SEED
// for others.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { spawnSync } from 'node:child_process';
import sharp from 'sharp';
import { REPOSITORY, TEST_MODELS } from '../harness/paths.mjs';
import {
  clickNotificationButton,
  explorerMenu,
  waitForNotification,
  webview,
  STATE_MS,
} from '../harness/workbench.mjs';
import { startWorkbench } from './workbenchSession.mjs';

const PICTURES = 40;
const MOMENTS = Number(process.env.KILL_MOMENTS ?? 1);
const SEED = Number(process.env.KILL_SEED ?? 1);
/** The whole run takes about that long, from the first line of its journal. */
const RUN_MS = 1500;
/** Longest that a state is waited for which comes at once on an idle machine. */

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-'));
const source = path.join(folder, 'source');
let reference;
let workbench;

/** The same numbers for the same seed, in [0,1). */
let state = SEED >>> 0;
const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;

const treeOf = (root) =>
  Object.fromEntries(
    readdirSync(root)
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(path.join(root, name)))
          .digest('hex'),
      ]),
  );

before(async () => {
  mkdirSync(source);
  let noise = 3;
  const sample = () => (noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0) >>> 24;
  for (let i = 0; i < PICTURES; i++) {
    const [width, height] = [24 + (sample() % 24), 24 + (sample() % 24)];
    await sharp(Buffer.from(Array.from({ length: width * height * 3 }, sample)), {
      raw: { width, height, channels: 3 },
    })
      .png()
      .toFile(path.join(source, `p${i}.png`));
  }
  const undisturbed = path.join(folder, 'undisturbed');
  cpSync(source, undisturbed, { recursive: true });
  const cli = [
    path.join(REPOSITORY, 'dist/cli.js'),
    '.',
    '--models-dir',
    TEST_MODELS,
    '-m',
    'one-layer-4x',
    '--device',
    'cpu',
  ];
  const { status, stderr } = spawnSync(process.execPath, cli, {
    cwd: undisturbed,
    encoding: 'utf8',
    env: { ...process.env, PISA_UPSCALE_STATE: path.join(folder, 'state') },
  });
  assert.equal(status, 0, stderr);
  reference = treeOf(undisturbed);
  assert.equal(Object.keys(reference).length, 2 * PICTURES);
  workbench = await startWorkbench();
});
after(async () => {
  await workbench?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Journals of this workbench's batches, with the process that writes each. */
function journals() {
  return readdirSync(workbench.state, { recursive: true })
    .map((name) => /journal-(\d+)-\d+\.jsonl$/.exec(String(name)))
    .filter((match) => match !== null)
    .map(([, pid]) => Number(pid));
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test(
  `killed at ${MOMENTS} moments (seed ${SEED}), the batch goes on to the same bytes`,
  { timeout: 60_000 + MOMENTS * STATE_MS },
  async (t) => {
    let interrupted = 0;
    for (let moment = 0; moment < MOMENTS; moment++) {
      await workbench.inWorkspace(
        {
          name: `batch-kill-${moment}`,
          fill: async (root) => cpSync(source, path.join(root, 'art'), { recursive: true }),
        },
        async ({ page, folder: root }) => {
          const art = path.join(root, 'art');
          const made = () => readdirSync(art).filter((name) => name.includes('@4x')).length;
          await explorerMenu(page, 'art', 'Upscale Folder…');
          await webview(page).locator('.row[data-id]').first().waitFor();
          await webview(page).locator('#start').click();
          while (journals().length === 0 && made() < PICTURES) await sleep(2);
          const [pid] = journals();
          await sleep(random() * RUN_MS);
          if (pid !== undefined) process.kill(pid, 'SIGKILL');
          await sleep(300);
          const before = made();
          if (journals().length > 0) {
            interrupted++;
            await page.reload();
            const toast = await waitForNotification(page, 'was interrupted', STATE_MS);
            await clickNotificationButton(toast, 'Resume');
          }
          const end = Date.now() + STATE_MS;
          while (made() < PICTURES || journals().length > 0) {
            assert.ok(
              Date.now() < end,
              `moment ${moment}: ${made()} of ${PICTURES} after ${before}`,
            );
            await sleep(100);
          }
          assert.deepEqual(treeOf(art), reference, `moment ${moment}`);
        },
      );
    }
    t.diagnostic(`${interrupted} of ${MOMENTS} were killed before the end`);
    assert.ok(interrupted > 0);
  },
);
